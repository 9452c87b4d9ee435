import FileFormats
import Foundation
import UserErrors
import Yams

/// A YAML file as a list of keys with their values and places.
struct ConfigurationDocument {
    /// A configuration has a few hundred bytes; more than this is no configuration.
    static let maximumBytes = 1 << 16
    /// Levels of nesting in a configuration are three; deeper ones are refused before the parser recurses.
    static let maximumNesting = 64
    /// A configuration has no keys but names, which need no `?`.
    private static let maximumKeyNesting = 8

    private(set) var entries: [ConfigurationEntry] = []
    private let file: String

    /// - Throws: `RunError` (missing, permission or configuration).
    init(contentsOf path: String) throws {
        guard let kind = try RunError.rethrowing({ try PathKind.at(path) }) else {
            throw RunError(.missing, at: path, "there is no such configuration file")
        }
        guard kind != .folder else {
            throw RunError(.configuration, at: path, "cannot be read", expected: "a YAML file", found: "a folder")
        }
        let data: Data
        do {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw FileFormatError.system("read", file: path, code: errno) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            data = try handle.read(upToCount: Self.maximumBytes + 1) ?? Data()
        } catch {
            throw RunError(.permission, at: path, "cannot be read", advice: "check the file's owner and mode")
        }
        guard let text = String(data: data, encoding: .utf8), !text.utf8.contains(0) else {
            throw Self.notUTF8(data, path: path)
        }
        try self.init(yaml: text, file: path)
    }

    init(yaml: String, file: String) throws {
        self.file = file
        guard yaml.utf8.count <= Self.maximumBytes else {
            throw RunError(
                .configuration, at: file, "is too long for a configuration",
                expected: "at most \(Self.maximumBytes) bytes")
        }
        try Self.checkNesting(yaml, file: file)
        try AliasExpansion.check(yaml, file: file)
        let root: Node?
        do {
            root = try compose(yaml: yaml)
        } catch let error as YamlError {
            throw Self.tab(in: yaml, before: error, file: file) ?? Self.sentence(error, file: file)
        }
        guard let root else { return }
        guard case .mapping(let mapping) = root else {
            if case .scalar(let scalar) = root, scalar.string.isEmpty { return }
            throw RunError(
                .configuration, at: place(root), "is no configuration",
                expected: "keys and values, one 'key: value' a line",
                found: Self.kind(of: root))
        }
        try collect(mapping, section: "")
    }

    private mutating func collect(_ mapping: Node.Mapping, section: String) throws {
        var seen: Set<String> = []
        for (keyNode, value) in mapping {
            guard case .scalar(let keyScalar) = keyNode else {
                throw RunError(
                    .configuration, at: place(keyNode), "is no key", expected: "a name", found: Self.kind(of: keyNode))
            }
            let path = section.isEmpty ? keyScalar.string : "\(section).\(keyScalar.string)"
            guard seen.insert(keyScalar.string).inserted else { throw twice(path, at: keyNode) }
            if ConfigurationKey.sections.contains(path), !isValue(value, of: path) {
                try collectSection(value, path: path)
            } else if let key = ConfigurationKey.named(path) {
                // Once by its path and once in its section.
                guard !entries.contains(where: { $0.key.path == key.path }) else { throw twice(path, at: keyNode) }
                try collectValue(value, key: key)
            } else {
                throw unknown(keyScalar.string, section: section, at: keyNode)
            }
        }
    }

    /// Whether a section's name stands for one of its keys here: `augmentation: diffaugment`.
    private func isValue(_ value: Node, of path: String) -> Bool {
        guard case .scalar(let scalar) = value, !scalar.string.isEmpty else { return false }
        return ConfigurationKey.named(path) != nil
    }

    private mutating func collectSection(_ value: Node, path: String) throws {
        switch value {
        case .mapping(let mapping): try collect(mapping, section: path)
        case .scalar(let scalar) where scalar.string.isEmpty && scalar.style == .plain: break
        default:
            let members = ConfigurationKey.all.filter { $0.section == path }.map(\.name)
            throw RunError(
                .configuration, at: "\(place(value)): \(path)", "has the wrong type",
                expected: "the keys \(members.joined(separator: ", ")) below it", found: Self.kind(of: value))
        }
    }

    private mutating func collectValue(_ value: Node, key: ConfigurationKey) throws {
        let place = "\(place(value)): \(key.path)"
        guard case .scalar(let scalar) = value else {
            throw RunError(
                .configuration, at: place, "has the wrong type", expected: key.expectation, found: Self.kind(of: value))
        }
        entries.append(
            ConfigurationEntry(
                key: key, text: scalar.string, isQuoted: scalar.style == .singleQuoted || scalar.style == .doubleQuoted,
                place: place))
    }

    private func twice(_ path: String, at node: Node) -> RunError {
        RunError(
            .configuration, at: place(node), "the key \(path.inQuotes) appears twice", advice: "remove one of the two")
    }

    private func unknown(_ name: String, section: String, at node: Node) -> RunError {
        let path = section.isEmpty ? name : "\(section).\(name)"
        let prefix = section.isEmpty ? "" : section + "."
        // First among the neighbours, by their own names; then anywhere.
        let siblings = (ConfigurationKey.all.map(\.path) + ConfigurationKey.sections.sorted())
            .filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.filter { !$0.contains(".") }
        let nearest =
            NearestName.of(name, among: siblings).map { prefix + $0 } ?? ConfigurationKey.nearest(to: path)
        return RunError(
            .configuration, at: place(node), "unknown key \(path.inQuotes)",
            advice: nearest.map { "did you mean '\($0)'?" } ?? "'\(ProgramName.current) config show' lists all keys")
    }

    private func place(_ node: Node) -> String {
        node.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    }

    private static func kind(of node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : scalar.string.inQuotes
        case .mapping: "keys and values"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// The parser recurses once per level: brackets and `- - -` beyond any configuration are refused before it runs.
    private static func checkNesting(_ yaml: String, file: String) throws {
        var (openers, keys) = (0, 0)
        for (number, line) in yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let markers = line.prefix { " \t-?:[{".contains($0) }.filter { "-?[{".contains($0) }.count
            openers += line.utf8.filter { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }.count
            // A key that is itself keys and values is compared as a whole, once for each level that it lies in.
            keys += line.prefix { " \t-?:".contains($0) }.count { $0 == "?" }
            guard max(markers, openers) <= maximumNesting, keys <= maximumKeyNesting else {
                throw RunError(.configuration, at: "\(file):\(number + 1):1", "is nested too deep for a configuration")
            }
        }
    }

    /// What bytes that are no UTF-8 are, as far as it can be told.
    private static func notUTF8(_ data: Data, path: String) -> RunError {
        // Of Latin letters in UTF-16, every second byte is 0; Windows' editors begin with a byte order mark.
        let isMarked = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
        let kind = isMarked ? nil : FileKind.name(of: data)
        let beginning = data.prefix(256)
        if isMarked || kind == nil && beginning.count(where: { $0 == 0 }) > beginning.count / 3 {
            return RunError(
                .configuration, at: path, "is UTF-16", expected: "YAML in UTF-8", advice: "save it as UTF-8")
        }
        return RunError(
            .configuration, at: path, kind.map { "is \($0)" } ?? "is not a text file in UTF-8",
            expected: "YAML in UTF-8", advice: kind == nil && !data.contains(0) ? "save it as UTF-8" : nil)
    }

    /// The first line that is indented by a tab, which YAML does not take, at or before the place of a parser's error: what
    /// the parser says of it is not that.
    private static func tab(in yaml: String, before error: YamlError, file: String) -> RunError? {
        let end: Mark
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _): end = mark
        default: return nil
        }
        let lines = yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).prefix(end.line)
        for (index, line) in lines.enumerated() {
            let indentation = line.prefix { $0 == " " || $0 == "\t" }
            guard let column = indentation.firstIndex(of: "\t"), indentation.count < line.count else { continue }
            guard line[indentation.endIndex] != "#" || index + 1 == end.line else { continue }
            let offset = line.distance(from: line.startIndex, to: column)
            return RunError(
                .configuration, at: "\(file):\(index + 1):\(offset + 1)", "line \(index + 1) is indented by a tab",
                advice: "use spaces")
        }
        guard lines.count == end.line, lines.last?.unicodeScalars.dropFirst(end.column - 1).first == "\t" else {
            return nil
        }
        return RunError(
            .configuration, at: "\(file):\(end.line):\(end.column)", "line \(end.line) has a tab here",
            advice: "use spaces")
    }

    private static func sentence(_ error: YamlError, file: String) -> RunError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return RunError(
                .configuration, at: "\(file):\(mark.line):\(mark.column)", "is not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return RunError(
                .configuration, at: "\(file):\(context.mark.line):\(context.mark.column)",
                "the key \((duplicates.first ?? "").inQuotes) appears twice", advice: "remove one of the two")
        case .reader(let problem, let offset, _, _):
            return RunError(
                .configuration, at: offset.map { "\(file): character \($0)" } ?? file, "is not valid YAML: \(problem)")
        default:
            return RunError(.configuration, at: file, "is not valid YAML")
        }
    }
}
