import Runs

/// The flags whose value is a path.
enum PathFlags {
    private static let names: Set = [
        "--run", "--from", "--out", "--config", "--checkpoint", "--key", "--allow", "--coordinator-key",
        "--move-broken-to",
    ]

    /// Refuses an empty path, wherever it stands: a variable that is not set would become the root folder.
    ///
    /// - Throws: `RunError` (usage).
    static func checkNotEmpty(_ arguments: [String]) throws {
        for (index, argument) in arguments.enumerated() {
            let flag = argument.hasSuffix("=") ? String(argument.dropLast()) : argument
            guard names.contains(flag) else { continue }
            let isEmpty = flag != argument || index + 1 < arguments.count && arguments[index + 1].isEmpty
            if isEmpty { throw RunError(.usage, at: flag, "is empty", expected: "a path") }
        }
    }
}
