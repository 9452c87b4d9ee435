import FileFormats
import Foundation

/// The command line that begins a new run with another run's state, as advice shows it.
package enum NewRunCommand {
    /// - Parameters:
    ///   - source: a run's directory or a checkpoint.
    ///   - run: the directory of the run that the new one is named after.
    ///   - command: the one to begin it with.
    ///   - changes: keys in which the new configuration differs from that of the source, with their values.
    package static func text(
        from source: String, beside run: String, command: RunCommand = .train, changes: [(key: String, value: String)]
    ) -> String {
        let flags = ["steps": "--steps", "seed": "--seed", "data.source": "--data"]
        let words = changes.flatMap { key, value -> [String] in
            let value = value.hasPrefix("\"") ? String(value.dropFirst().dropLast()) : value
            return flags[key].map { [$0, value] } ?? ["--set", "\(key)=\(value)"]
        }
        return command.line(["--from", source, "--run", freeDirectory(beside: run)] + words)
    }

    /// RUN-2, RUN-3, …: the first at which there is nothing.
    package static func freeDirectory(beside run: String) -> String {
        var base = Substring(run)
        while base.count > 1, base.hasSuffix("/") { base = base.dropLast() }
        // After RUN-2 comes RUN-3.
        if let dash = base.lastIndex(of: "-"), let number = Int(base[base.index(after: dash)...]), number > 1,
            FileManager.default.fileExists(atPath: String(base[..<dash]))
        {
            base = base[..<dash]
        }
        var number = 2
        while FileManager.default.fileExists(atPath: "\(base)-\(number)") { number += 1 }
        return "\(base)-\(number)"
    }
}
