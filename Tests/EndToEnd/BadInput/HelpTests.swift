import Testing

/// `--help` teaches by example, and a pipe that closes early ends nothing by a signal.
@Suite struct HelpTests {
    @Test(arguments: [
        "", "train", "coordinator", "worker", "sample", "evaluate", "inspect", "judge", "data", "config", "bench",
    ])
    func helpIsNoError(command: String) throws {
        let sandbox = try Sandbox()
        let help = try sandbox.complete(command.isEmpty ? ["--help"] : [command, "--help"])
        #expect(help.standardOutput.contains("USAGE: ganglion"), "\(help)")
        #expect(help.standardOutput.contains("\n  ganglion "), "no example: \(help)")
        #expect(help.standardError.isEmpty, "\(help)")
    }

    @Test func withoutACommandThereIsHelp() throws {
        #expect(try Sandbox().complete([]).standardOutput.contains("SUBCOMMANDS:"))
    }
}
