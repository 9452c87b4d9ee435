import ArgumentParser
import UserErrors

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes and shows the keys by which machines know each other.",
        discussion: """
            Once for the coordinator and once for each machine of workers; the public halves
            are the list of who may connect:

              \(ProgramName.current) keys new coordinator
              \(ProgramName.current) keys new node-a
              cat node-a.pub > allowed

            On the coordinator's machine, and on node-a with node-a.key and coordinator.pub:

              \(ProgramName.current) coordinator --bind tcp://0.0.0.0:7700 --key coordinator.key --allow allowed
              \(ProgramName.current) worker --connect tcp://HOST:7700 --key node-a.key --coordinator-key coordinator.pub

            On any address that other machines reach, keys are required.
            """,
        subcommands: [KeysNewCommand.self, KeysShowCommand.self])
}
