import Adversarial
import UserErrors

/// Why a coordinator or a worker ended before its work was done.
public enum CoordinationError: UserError, Hashable, Sendable {
    /// The coordinator would not have this worker.
    case refused(String)
    /// Nothing has been heard of the coordinator for so many seconds; why not, and what to do.
    case coordinatorLost(
        endpoint: String, seconds: Double, finding: String = "start it, or check the address and the network")
    /// The coordinator was stopped before the run was finished.
    case coordinatorStopped(String)
    /// The worker could not be made ready, or a shard not be computed.
    case computation(String)
    /// A shard's gradients were not finite, and were not when they were computed once more. The step counts from 0.
    case notFinite(step: UInt64, shard: Int, NonfiniteValue, workers: [String])
    /// A message that does not follow the protocol.
    case malformedMessage(String)
    /// A local worker process could not be started.
    case process(String)

    public var category: ErrorCategory {
        switch self {
        case .coordinatorLost, .coordinatorStopped: .tryAgain
        case .refused: .permission
        case .computation, .notFinite: .data
        case .malformedMessage: .protocolViolation
        case .process: .system
        }
    }

    public var description: String {
        switch self {
        case .refused(let reason): "the coordinator refused this worker: \(reason)"
        case .coordinatorLost(let endpoint, let seconds, let finding):
            "\(endpoint): nothing heard of the coordinator for \(CoordinationError.text(seconds)) s; \(finding)"
        case .coordinatorStopped(let reason): "the coordinator stopped: \(reason)"
        case .computation(let reason): reason
        case .notFinite(let step, let shard, let value, let workers):
            "training: step \(step + 1): shard \(shard): \(value.description) is NaN or infinite, computed twice, by"
                + " \(workers.joined(separator: " and ")); the parameters are as they were before; lower the learning rate,"
                + " or look at the data"
        case .malformedMessage(let reason): "malformed message: \(reason)"
        case .process(let reason): reason
        }
    }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() && seconds.magnitude < 1e9 ? String(Int(seconds)) : String(seconds)
    }
}
