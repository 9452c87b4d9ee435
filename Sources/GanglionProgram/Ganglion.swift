import ArgumentParser
import FileFormats
import Foundation
import GanglionTraining
import Identity
import Messaging
import RunConfiguration
import Runs
import UserErrors

/// The command line.
struct Ganglion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ProgramName.current,
        abstract: "Trains generative adversarial networks across processes and machines.",
        discussion: """
            Train on the embedded digits, then draw samples:

              \(ProgramName.current) train --run runs/first
              \(ProgramName.current) sample --run runs/first --count 64 --format grid --out grid.png

            Train on your own images (PNG, JPEG or WebP in a folder):

              \(ProgramName.current) train --preset dcgan-64 --data images:photos --run runs/photos

            On several machines, one coordinator and any number of workers:

              \(ProgramName.current) coordinator --bind tcp://0.0.0.0:7700 --key coordinator.key --allow allowed --run runs/cluster
              \(ProgramName.current) worker --connect tcp://HOST:7700 --key node-a.key --coordinator-key coordinator.pub

            '\(ProgramName.current) keys' makes the keys.

            Every key of the configuration is listed by '\(ProgramName.current) config show'.
            """,
        version: ProgramIdentity.text,
        subcommands: [
            TrainCommand.self, CoordinatorCommand.self, WorkerCommand.self, SampleCommand.self, EvaluateCommand.self,
            JudgeCommand.self, InspectCommand.self, StatusCommand.self, DataCommand.self, KeysCommand.self,
            BenchCommand.self,
            ConfigCommand.self,
        ])

    static func run() -> Never {
        StandardDescriptors.openMissing()
        // A pipe that is closed early ('ganglion inspect | head') is no reason to die by a signal.
        signal(SIGPIPE, SIG_IGN)
        // Nor is a file that grows beyond 'ulimit -f': the write fails, and says so.
        signal(SIGXFSZ, SIG_IGN)
        DescriptorLimit.raise()
        do {
            var command = try parseAsRoot(try PathFlags.resolved(Array(CommandLine.arguments.dropFirst())))
            try command.run()
            end(0)
        } catch {
            if let code = error as? ExitCode { end(code.rawValue) }
            // Help is thrown too, and is a success.
            if exitCode(for: error).isSuccess {
                let text = fullMessage(for: error)
                print(text == ProgramIdentity.text ? versionReport : text)
                end(0)
            }
            if exitCode(for: error) == .validationFailure { Failure(usage: message(for: error)).exit() }
            Failure(error).exit()
        }
    }

    /// What `--version` prints. Machines whose reports agree compute the same bits from the same files.
    private static var versionReport: String {
        "\(ProgramIdentity.text)\narithmetic \(NumericFingerprint.compute())"
    }

    /// Ends the process without its libraries' clean-up: a thread may still be in the middle of a shard, in code that oneDNN
    /// has generated and would take away.
    static func end(_ code: Int32) -> Never {
        if let reason = StandardOutput.flush(), code == 0 {
            let error = RunError(
                .inputOutput, at: "standard output", "cannot be written: \(reason)",
                advice: "look whether its disk is full")
            StandardError.write(error.line + "\n")
            _exit(error.exitCode)
        }
        _exit(code)
    }
}
