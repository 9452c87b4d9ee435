import FileFormats
import UserErrors

/// Images that cannot be read: how many of which kind, and the first of them by name.
///
/// Memory stays bounded: every path is kept, but the sentence of the first `limit` faults only.
package struct ImageFaults: Sendable {
    /// An image that cannot be read, and why.
    package struct Fault: Hashable, Sendable {
        /// As it was given to `add`: relative to the data folder.
        package var path: FilePath
        package var kind: ImageFaultKind
        /// What is wrong, without the path: "the PNG image is broken (Not enough image data)".
        package var problem: String
    }

    /// The first faults, in the order in which they were added; at most `limit`.
    package private(set) var named: [Fault] = []
    /// Every path that was added, with its kind.
    package private(set) var all: [(path: FilePath, kind: ImageFaultKind)] = []
    private let limit: Int

    /// - Parameter limit: how many faults keep their sentence.
    package init(limit: Int = 10) { self.limit = limit }

    package var isEmpty: Bool { all.isEmpty }
    package var count: Int { all.count }

    /// Adds the image at `path`, which could not be read because of `error`.
    package mutating func add(path: FilePath, error: any Error) {
        let text = FaultText(error, path: path)
        let kind = ImageFaultKind(text)
        all.append((path, kind))
        if named.count < limit { named.append(Fault(path: path, kind: kind, problem: text.problemWithFound)) }
    }

    /// The faults of some kinds alone.
    package func filter(_ isIncluded: (ImageFaultKind) -> Bool) -> ImageFaults {
        var filtered = ImageFaults(limit: limit)
        filtered.all = all.filter { isIncluded($0.kind) }
        filtered.named = named.filter { isIncluded($0.kind) }
        return filtered
    }

    /// How many there are of each kind, the most frequent first.
    package var kinds: [(kind: ImageFaultKind, count: Int)] {
        var counts: [ImageFaultKind: Int] = [:]
        for fault in all { counts[fault.kind, default: 0] += 1 }
        return counts.map { (kind: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.kind.singular) < ($0.count, $1.kind.singular) }
    }

    /// "20 broken PNG images, 5 web pages, 3 empty files"
    package var kindsText: String {
        let shown = kinds.prefix(6).map { "\($0.count) \($0.count == 1 ? $0.kind.singular : $0.kind.plural)" }
        let others = kinds.dropFirst(6).reduce(0) { $0 + $1.count }
        return (shown + (others > 0 ? ["\(others) of other kinds"] : [])).joined(separator: ", ")
    }

    /// "28 of 528 images cannot be read: 20 broken PNG images, 5 web pages, 3 empty files; first: a.png, b.jpg, c.jpg, …"
    package func sentence(of total: Int) -> String {
        let subject = total == 1 ? "the image cannot be read" : "\(count) of \(total) images cannot be read"
        guard count > 1, let first = named.first else {
            return subject + (named.first.map { ": \($0.path): \($0.problem)" } ?? "")
        }
        let names = [first.path] + named.dropFirst().prefix(2).map(\.path)
        return "\(subject): \(kindsText); the first: \(names.map(\.description).joined(separator: ", "))"
            + (count > names.count ? ", …" : "")
    }

    /// How to get rid of them.
    ///
    /// - Parameter folder: the data folder as the user wrote it.
    package static func advice(folder: String) -> String {
        "take out what is broken with: \(ProgramName.current) data check \(ShellWord.quoted(folder)) --move-broken-to broken, or leave it out "
            + "with --set data.onBroken=skip"
    }
}

/// What is wrong with an image, as faults are counted.
package struct ImageFaultKind: Hashable, Sendable {
    /// "broken PNG image"
    package let singular: String
    /// "broken PNG images"
    package let plural: String
    /// The file's content is wrong; else the system does not let it be read, or it is gone.
    package let isContent: Bool

    private init(_ singular: String, _ plural: String, isContent: Bool = true) {
        self.singular = singular
        self.plural = plural
        self.isContent = isContent
    }

    init(_ text: FaultText) {
        switch text.cause {
        case .missing: self.init("missing file", "missing files", isContent: false)
        case .permission: self.init("file without permission", "files without permission", isContent: false)
        case .system: self.init("unreadable file", "unreadable files", isContent: false)
        case .content: self.init(content: text)
        }
    }

    private init(content text: FaultText) {
        let (problem, found) = (text.problem, text.found ?? "")
        let format = ["PNG", "JPEG", "WebP"].first { problem.contains($0) }
        if found == "an empty file" {
            self.init("empty file", "empty files")
        } else if problem.contains("too large") || problem.contains("too wide") {
            self.init("image that is too large", "images that are too large")
        } else if let format, problem.contains("broken") || problem.contains("truncated") {
            self.init("broken \(format) image", "broken \(format) images")
        } else if problem.hasPrefix("this is no image"), !found.isEmpty {
            self.init(foreign: found)
        } else if problem.hasPrefix("the "), let image = problem.firstRange(of: " image ") {
            // "the JPEG image is of a kind that is not read"
            let (noun, state) = (problem[..<image.lowerBound].dropFirst(4), String(problem[image.upperBound...]))
            self.init("\(noun) image that \(state)", "\(noun) images that \(ImageFaultKind.plural(state))")
        } else {
            self.init("file of which \"\(problem)\"", "files of which \"\(problem)\"")
        }
    }

    /// What a file is that is no image: "a web page (HTML)" is counted as "5 web pages (HTML)".
    private init(foreign found: String) {
        guard let article = ["a ", "an "].first(where: { found.hasPrefix($0) }) else {
            let isWords = found.contains(" ") && found.first?.isLowercase == true
            self.init(
                isWords ? "file of \(found)" : "file of another format",
                isWords ? "files of \(found)" : "files of another format")
            return
        }
        let noun = found.dropFirst(article.count)
        let ends = [" (", ",", " that "].compactMap { noun.firstRange(of: $0)?.lowerBound }
        let end = ends.min() ?? noun.endIndex
        // What it is follows in brackets; advice in them would be told for each file.
        let rest = noun[end...].split(separator: ";")
        let detail = rest.count > 1 ? "" : String(noun[end...])
        self.init(noun[..<end] + detail, noun[..<end] + "s" + ImageFaultKind.plural(detail))
    }

    private static func plural(_ state: String) -> String {
        if state.hasPrefix("is ") { return "are " + state.dropFirst(3) }
        if state.hasPrefix("was ") { return "were " + state.dropFirst(4) }
        return state.hasPrefix(" that ") ? " that " + plural(String(state.dropFirst(6))) : state
    }
}

/// The parts of an error's sentence `<path>: <problem>; expected X, got Y; <advice>`.
struct FaultText {
    enum Cause {
        case content, missing, permission, system

        init(_ category: ErrorCategory) {
            switch category {
            case .missing: self = .missing
            case .permission: self = .permission
            case .inputOutput, .tryAgain, .system: self = .system
            default: self = .content
            }
        }
    }

    let cause: Cause
    /// Without what the library says in brackets, which differs from file to file.
    let problem: String
    let found: String?
    /// For a list below each other: the problem with its details, or what the file is instead of an image.
    let problemWithFound: String

    init(_ error: any Error, path: FilePath) {
        let (whole, expected): (String, String?)
        switch error {
        case let error as FileFormatError:
            cause = FaultText.Cause(error.category)
            (whole, expected, found) = (error.problem, error.expected, error.found)
        case let error as DatasetError:
            cause = FaultText.Cause(error.category)
            (whole, expected, found) = FaultText.parts(of: error.description, path: path)
        default:
            cause = .system
            (whole, expected, found) = ("\(error)", nil, nil)
        }
        problem = whole.firstRange(of: " (").map { String(whole[..<$0.lowerBound]) } ?? whole
        // "a web page (HTML)" says it; bytes in hexadecimal do not.
        let isNamed = whole.hasPrefix("this is no image") && found?.first?.isLowercase == true
        let details = [expected.map { "expected \($0)" }, found.map { "got \($0)" }].compactMap { $0 }
        problemWithFound =
            isNamed ? found ?? whole : whole + (details.isEmpty ? "" : "; " + details.joined(separator: ", "))
    }

    /// The problem, what was expected and what was found, of a sentence about `path`.
    private static func parts(
        of sentence: String, path: FilePath
    ) -> (problem: String, expected: String?, found: String?) {
        // The sentence begins with the whole path, of which `path` is the end.
        var rest = sentence.firstRange(of: path.description + ": ").map { sentence[$0.upperBound...] } ?? sentence[...]
        if rest.hasPrefix("byte "), let colon = rest.firstRange(of: ": ") { rest = rest[colon.upperBound...] }
        // A semicolon in brackets does not end a part.
        var parts = [""]
        var depth = 0
        for character in rest {
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            if character == ";", depth <= 0 {
                parts.append("")
            } else if character != " " || !parts[parts.count - 1].isEmpty {
                parts[parts.count - 1].append(character)
            }
        }
        guard let expectation = parts.dropFirst().first(where: { $0.hasPrefix("expected ") }) else {
            let found = parts.dropFirst().first { $0.hasPrefix("got ") }
            return (parts[0], nil, found.map { String($0.dropFirst(4)) })
        }
        let text = expectation.dropFirst(9)
        guard let got = text.firstRange(of: ", got ") else { return (parts[0], String(text), nil) }
        return (parts[0], String(text[..<got.lowerBound]), String(text[got.upperBound...]))
    }
}
