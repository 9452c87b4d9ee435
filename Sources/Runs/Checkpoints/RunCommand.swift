import FileFormats
import UserErrors

/// The command that a run was begun with, as advice shows it to go on with that run or to begin another.
package struct RunCommand: Hashable, Sendable {
    /// What stands before `--run`, quoted for a shell: `ganglion coordinator --bind tcp://127.0.0.1:7700`.
    package let text: String

    package init(text: String) { self.text = text }

    package init(words: [String]) { text = words.map(ShellWord.quoted).joined(separator: " ") }

    package static let train = RunCommand(words: [ProgramName.current, "train"])

    /// The whole line, with further words.
    package func line(_ words: [String]) -> String {
        ([text] + words.map(ShellWord.quoted)).joined(separator: " ")
    }

    /// The line that goes on with `run`.
    package func resuming(_ run: String, _ more: String...) -> String { line(["--run", run, "--resume"] + more) }
}
