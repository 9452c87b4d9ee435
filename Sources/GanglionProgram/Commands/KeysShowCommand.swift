import ArgumentParser
import FileFormats
import Messaging
import UserErrors

struct KeysShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints the public key in a file; never the secret one.",
        discussion: """
            Of a file of either kind, as --coordinator-key and the list of who may connect
            take it. Some of its characters mean something to a shell: quote it with '...'.

              \(ProgramName.current) keys show coordinator.key
            """)

    @Argument(help: ArgumentHelp("NAME.key or NAME.pub.", valueName: "file"))
    var file: String

    func run() throws {
        print(try KeyFile.readPublicKey(try HomePath.expanding(file)))
    }
}
