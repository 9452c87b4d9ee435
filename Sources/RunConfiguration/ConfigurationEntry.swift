import UserErrors

/// One key with its value as text, from a file or an override, not yet applied.
struct ConfigurationEntry: Sendable {
    var key: ConfigurationKey
    var text: String
    /// The value stood in quotes, so it is text whatever it looks like.
    var isQuoted = false
    /// `file:line:column: key`, or the override's origin.
    var place: String
    /// Of an error about the value: a configuration's, or that of a command line.
    var category = ErrorCategory.configuration

    /// Puts the value into a configuration.
    /// - Throws: `RunError` if the value is not what the key takes.
    func apply(to configuration: inout Configuration) throws {
        let isNumberInQuotes = isQuoted && key.isNumber && !key.choices.contains(text)
        guard !isNumberInQuotes, key.assign(&configuration, text) else {
            throw RunError(
                category, at: place, "is not a value of this key", expected: key.expectation,
                found: (text.isEmpty ? "nothing" : text.inQuotes) + (isNumberInQuotes ? " in quotes" : ""),
                advice: NearestName.advice(text, among: key.choices))
        }
    }
}

/// A key and a value from the command line, over what the file says.
package struct ConfigurationOverride: Sendable, Hashable {
    package var key: String
    package var value: String
    /// The flag that it came by, as errors name it: `--set`, `--steps`.
    package var origin: String

    package init(key: String, value: String, origin: String) {
        self.key = key
        self.value = value
        self.origin = origin
    }

    /// `key=value`, as `--set` takes it.
    /// - Throws: `RunError` (usage) if there is no `=`.
    package init(assignment: String, origin: String = "--set") throws {
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
            throw RunError(
                .usage, at: origin, "is not an assignment", expected: "key=value", found: assignment.inQuotes,
                advice: "for example --set generator.optimizer.learningRate=1e-4")
        }
        key = assignment[..<equals].trimmingSpaces
        value = assignment[assignment.index(after: equals)...].trimmingSpaces
        self.origin = origin
    }

    func entry() throws -> ConfigurationEntry {
        guard let known = ConfigurationKey.named(key) else {
            let isSection = ConfigurationKey.sections.contains(key)
            let members = ConfigurationKey.all.map(\.path).filter { $0.hasPrefix(key + ".") }
            throw RunError(
                .usage, at: origin,
                isSection ? "\(key.inQuotes) holds several keys" : "unknown key \(key.inQuotes)",
                expected: isSection ? "one of \(members.joined(separator: ", "))" : nil,
                advice: isSection
                    ? nil
                    : ConfigurationKey.nearest(to: key).map { "did you mean '\($0)'?" }
                        ?? "'\(ProgramName.current) config show' lists all keys")
        }
        return ConfigurationEntry(
            key: known, text: value, place: origin == "--set" ? "--set \(key)" : "\(origin) (\(key))",
            category: .usage)
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    package var trimmingSpaces: String {
        let front = drop { $0.isWhitespace }
        return String(front.reversed().drop { $0.isWhitespace }.reversed())
    }
}
