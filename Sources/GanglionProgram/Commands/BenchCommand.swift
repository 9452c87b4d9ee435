import ArgumentParser
import UserErrors

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Times whole training steps of a preset, or the kernels one by one.",
        discussion: """
            One process on one core, then two worker processes with half the batch each, then the kernels:

              \(ProgramName.current) bench --preset dcgan-28 --batch 128
              \(ProgramName.current) bench --preset dcgan-28 --batch 64 --workers 2 --verbose
              \(ProgramName.current) bench kernels --preset dcgan-28

            'scripts/bench' compares with PyTorch in turn.
            """,
        subcommands: [StepBenchCommand.self, KernelBenchCommand.self], defaultSubcommand: StepBenchCommand.self)
}
