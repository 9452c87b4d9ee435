import Coordination
import Foundation
import Messaging
import RunConfiguration
import Runs
import Synchronization

/// The worker processes of a run on this machine. They are started again when they die; when all die again and again,
/// the coordinator is stopped, for nobody else will come.
package final class LocalWorkers: Sendable {
    private let processes: WorkerProcesses
    private let failure: FailureReason

    private final class FailureReason: Sendable {
        let text = Mutex<String?>(nil)
    }

    package init(
        _ configuration: Configuration, endpoint: Endpoint, stop: StopRequest,
        report: @escaping @Sendable (String) -> Void
    ) throws {
        guard let path = Bundle.main.executablePath else {
            throw CoordinationError.process("this program's own file is not known: workers cannot be started")
        }
        let threads = configuration.cluster.threads(
            forShards: configuration.recipe.shards, processors: AvailableProcessors.count)
        let arguments = [
            "worker", "--connect", endpoint.description, "--threads", "\(threads)", "--timeout",
            "\(configuration.cluster.coordinatorTimeoutSeconds)", "--lifeline-fd", "\(Lifeline.descriptor)", "--quiet",
        ]
        let count = configuration.cluster.workers
        let failure = FailureReason()
        self.failure = failure
        processes = try WorkerProcesses(
            options: .init(executable: path, count: count) { arguments + ["--share", "\($0 + 1)/\(count)"] },
            report: report
        ) { reason in
            failure.text.withLock { $0 = reason }
            // Twice: nobody is there to finish the round in flight.
            stop.stop()
            stop.stop()
        }
    }

    /// Process identifiers of the workers that run.
    package var identifiers: [Int32] { processes.identifiers }

    /// Runs the coordinator, then ends the workers: told goodbye, they go by themselves.
    ///
    /// - Throws: what the coordinator throws, or that all workers died for good.
    package func whileAlive<Outcome>(_ coordinate: () throws -> Outcome) throws -> Outcome {
        defer {
            if !processes.waitForAll(seconds: 3) { processes.end(grace: 2) }
        }
        let outcome = try coordinate()
        if let reason = failure.text.withLock({ $0 }) { throw CoordinationError.process(reason) }
        return outcome
    }
}
