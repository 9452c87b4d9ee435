import FileFormats
import RunConfiguration
import Runs

/// The flags whose value is a path.
enum PathFlags {
    private static let names: Set = [
        "--run", "--from", "--out", "--config", "--checkpoint", "--key", "--allow", "--coordinator-key",
        "--move-broken-to", "--samples", "--nearest", "--weights",
    ]

    /// The command line with `~` expanded in each path, in `--run=~/r` (which no shell expands) as in `--run ~/r`.
    ///
    /// - Throws: `RunError` (usage) for an empty path, wherever it stands: a variable that is not set would become the root
    ///   folder; and for the home folder of a user that there is not.
    static func resolved(_ arguments: [String]) throws -> [String] {
        var resolved: [String] = []
        var flag: String?
        for (index, argument) in arguments.enumerated() {
            if argument == "--", flag == nil { return resolved + arguments[index...] }
            if let pending = flag {
                resolved.append(try path(argument, of: pending))
                flag = nil
            } else if names.contains(argument) {
                resolved.append(argument)
                flag = argument
            } else if let equals = argument.firstIndex(of: "="), names.contains(String(argument[..<equals])) {
                let name = String(argument[..<equals])
                resolved.append("\(name)=\(try path(String(argument[argument.index(after: equals)...]), of: name))")
            } else {
                resolved.append(argument)
            }
        }
        return resolved
    }

    private static func path(_ text: String, of flag: String) throws -> String {
        guard !text.isEmpty else { throw RunError(.usage, at: flag, "is empty", expected: "a path") }
        do {
            return try HomePath.expanding(text)
        } catch let error as FileFormatError {
            throw RunError(.usage, at: "\(flag) \(error.file)", error.problem, advice: error.advice)
        }
    }
}
