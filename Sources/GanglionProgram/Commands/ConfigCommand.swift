import ArgumentParser
import RunConfiguration
import Runs
import UserErrors

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Shows presets and configurations.",
        discussion: """
            The presets, the whole configuration of one, and what each key means:

              \(ProgramName.current) config list
              \(ProgramName.current) config show --preset lenet-28
              \(ProgramName.current) config show --keys

            A configuration file to edit, then to train by:

              \(ProgramName.current) config show --preset dcgan-64 --data images:photos > my.yaml
              \(ProgramName.current) train --config my.yaml --run runs/photos
            """,
        subcommands: [ConfigShowCommand.self, ConfigListCommand.self])
}

struct ConfigListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the presets.",
        discussion: """
            One line for each preset, with its steps and its batch (shards x samples of a
            shard):

              \(ProgramName.current) config list
              \(ProgramName.current) train --preset mlp-28 --run runs/mlp
            """)

    func run() {
        print(Preset.list)
    }
}

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints a configuration as it is resolved: preset, then file, then flags.",
        discussion: """
            What a command line would train by:

              \(ProgramName.current) config show --set generator.optimizer.learningRate=1e-4

            What a file is resolved to, or one that errors are looked for in:

              \(ProgramName.current) config show --config my.yaml

            Every key with its value, what it takes and what it means:

              \(ProgramName.current) config show --keys
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "A table of all keys instead of YAML.")
    var keys = false

    func run() throws {
        let configuration = try options.resolve()
        guard keys else {
            print(configuration.resolvedYAML(), terminator: "")
            return
        }
        for key in ConfigurationKey.all {
            print("\(key.path) = \(key.value(in: configuration))")
            print("    \(key.summary)")
            print("    Takes \(key.expectation).")
        }
    }
}
