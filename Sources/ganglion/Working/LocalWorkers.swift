import Distributed
import Foundation
import Messaging
import Runs

/// How the worker processes of a run on this machine are started.
enum LocalWorkers {
    static func options(_ configuration: Configuration, endpoint: Endpoint) throws -> WorkerProcesses.Options {
        guard let path = Bundle.main.executablePath else {
            throw DistributedError.process("this program's own file is not known: workers cannot be started")
        }
        let arguments = [
            "worker", "--connect", endpoint.description, "--threads", "\(configuration.cluster.threads)", "--timeout",
            "\(configuration.cluster.coordinatorTimeoutSeconds)", "--lifeline-fd", "\(Lifeline.descriptor)", "--quiet",
        ]
        return WorkerProcesses.Options(executable: path, count: configuration.cluster.workers) { _ in arguments }
    }
}
