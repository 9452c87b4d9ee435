import ArgumentParser
import Coordination
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

            The parameters are the same bits for any number of workers and threads, and wherever a run was stopped.
            """)

    @OptionGroup var options: RunOptions

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
        do {
            let driver = try CoordinatorDriver(
                options: try plan.coordinatorOptions(endpoint: endpoint, run: session.run), source: session,
                context: try Context(), stopRequest: stop)
            session.keepAddress(driver.endpoint, keys: nil)
            session.announce()
            let workers = try LocalWorkers(
                plan.configuration, endpoint: endpoint, stop: stop, report: session.report)
            outcome = try workers.whileAlive { try driver.run() }
        } catch {
            throw session.fail(error)
        }
        try session.finish()
        print(session.summary.text)
        if outcome == .stopped, let code = interruption.exitCode { throw ExitCode(code) }
    }
}
