import ArgumentParser
import Coordination
import FileFormats
import Foundation
import GanglionTraining
import Messaging
import RunConfiguration
import Runs
import UserErrors

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains on this machine: a coordinator and its worker processes.",
        discussion: """
            The embedded digits, on all cores:

              \(ProgramName.current) train --run runs/digits

            The real MNIST ('\(ProgramName.current) data fetch mnist --out mnist' brings it), five hundred steps:

              \(ProgramName.current) train --preset dcgan-28 --data mnist:mnist --steps 500 --seed 7 --run runs/first

            Go on after Ctrl-C, or for longer than first said:

              \(ProgramName.current) train --run runs/first --resume
              \(ProgramName.current) train --run runs/first --resume --steps 2000

            A new run with what another has trained, under another configuration with the same tensors; its steps and its
            learning rates' schedules begin at 0:

              \(ProgramName.current) train --from runs/first --run runs/second --steps 500 --set loss.r1=1

            By default one worker process computes, with a thread for each core that this process may use (its affinity, and
            the quota of its control group). More workers are right where a crash must cost less than all work in flight, and
            to try out what several machines will do; they take more time and memory:

              \(ProgramName.current) train --workers 4 --threads 1 --run runs/four

            With the quality of every thousandth step's checkpoint in its evaluations.jsonl, and the best of them kept:

              \(ProgramName.current) train --evaluate-every 1000 --set output.keepBest=frechet --run runs/judged

            The parameters are the same bits for any number of workers and threads, and wherever a run was stopped.
            """)

    @OptionGroup var options: RunOptions

    @Option(
        parsing: .unconditional,
        help:
            "Judges a checkpoint each so many steps, in a process beside the training ('\(ProgramName.current) evaluate --watch').",
        transform: NumberArgument.integer(1...1_000_000_000))
    var evaluateEvery: Int?

    @Option(
        parsing: .unconditional,
        help: "Samples that each judged checkpoint draws; by default as '\(ProgramName.current) evaluate'.",
        transform: NumberArgument.integer(1...1_000_000))
    var evaluateCount: Int?

    @Option(help: "What they are judged by, as '\(ProgramName.current) evaluate --features'.")
    var evaluateFeatures: String?

    func validate() throws {
        guard evaluateEvery != nil || evaluateCount == nil && evaluateFeatures == nil else {
            throw ValidationError("--evaluate-count and --evaluate-features belong to --evaluate-every.")
        }
        if let evaluateFeatures { _ = try FeatureArgument.choice(evaluateFeatures, flag: "--evaluate-features") }
    }

    func run() throws {
        try DescriptorLimit.require(workers: 1)
        let plan = try options.plan(command: .train)
        let workers = plan.configuration.cluster.workers
        guard plan.configuration.cluster.minWorkers <= workers else {
            throw RunError(
                .configuration, at: "cluster.minWorkers", "is more than the workers that are started",
                expected: "at most \(workers)", found: "\(plan.configuration.cluster.minWorkers)")
        }
        try DescriptorLimit.require(workers: workers)
        try plan.requireMemory()
        let display = ProgressDisplay()
        let socket = try LocalSocketFolder()
        defer { socket.remove() }
        let stop = try StopRequest()
        let interruption = Interruption(stop)
        let session = try plan.begin(
            display: display, expectedWorkers: workers, workersAreLocal: true)
        let endpoint = try Endpoint("ipc://\(socket.path)/coordinator")
        session.stopRequest = stop
        let outcome: CoordinatorOutcome
        var evaluation: EvaluationProcess?
        do {
            let driver = try CoordinatorDriver(
                options: try plan.coordinatorOptions(endpoint: endpoint, run: session.run), source: session,
                context: try Context(), stopRequest: stop)
            session.keepAddress(driver.endpoint, keys: nil)
            session.announce()
            evaluation = try startEvaluation(of: plan, session)
            let workers = try LocalWorkers(
                plan.configuration, endpoint: endpoint, stop: stop, report: session.report)
            outcome = try workers.whileAlive { try driver.run() }
        } catch {
            throw session.fail(error)
        }
        try session.finish()
        print(session.summary.text)
        evaluation?.finish { outcome == .stopped || stop.isRequested }
        if outcome == .stopped, let code = interruption.exitCode { throw ExitCode(code) }
    }

    private func startEvaluation(of plan: RunPlan, _ session: TrainingSession) throws -> EvaluationProcess? {
        if let evaluateEvery {
            return try EvaluationProcess(
                run: plan.path, every: evaluateEvery,
                options: (evaluateCount.map { ["--count", "\($0)"] } ?? [])
                    + (evaluateFeatures.map { ["--features", $0] } ?? []),
                report: session.report)
        }
        if plan.configuration.output.keepBest != .none {
            session.event(
                "output.keepBest chooses among checkpoints that are judged: add --evaluate-every N, or have "
                    + "'\(ProgramName.current) evaluate --run \(ShellWord.quoted(plan.path)) --watch' beside the training"
            )
        }
        return nil
    }
}
