import Foundation
import Messaging

/// Asks a coordinator how its run is.
///
/// Made, used and let go on one plain thread, which owns the socket.
package struct StatusClient: ~Copyable {
    /// How often a question is repeated until it is answered, seconds.
    private static let repetition = 0.5
    /// After how long without an answer it connects anew, seconds.
    private static let silence = 2.5

    /// What a coordinator says to whoever watches.
    package enum Answer: Hashable, Sendable {
        case status(ClusterStatus)
        /// The run is over, or the coordinator was stopped.
        case ended(reason: String, finished: Bool)
    }

    private let endpoint: Endpoint
    private var link: CoordinatorLink

    /// Connects; the coordinator need not be there yet.
    ///
    /// - Parameter security: keys, as a worker needs them.
    /// - Throws: `MessagingError` where the endpoint cannot be connected to.
    package init(_ endpoint: Endpoint, security: SocketSecurity = .plain, context: Context) throws {
        var options = SocketOptions()
        options.security = security
        link = try CoordinatorLink(
            context, to: endpoint, identity: .random(), options: options, now: MonotonicClock.now)
        self.endpoint = endpoint
    }

    /// Asks, and waits up to `timeout` seconds for the answer.
    ///
    /// - Throws: `CoordinationError.coordinatorLost` without an answer, `.coordinatorStopped` where the run has just ended,
    ///   `.refused` where the coordinator does not answer this program.
    package mutating func ask(timeout: Double) throws -> ClusterStatus {
        switch try answer(timeout: timeout) {
        case .status(let status): return status
        case .ended(let reason, _): throw CoordinationError.coordinatorStopped(reason)
        }
    }

    /// The same, where the run's end is an answer too: a coordinator that ends tells those who asked before.
    package mutating func answer(timeout: Double) throws -> Answer {
        var poller = Poller()
        _ = link.add(to: &poller)
        let limit = MonotonicClock.now + .seconds(timeout)
        var nextQuestion: Nanoseconds = 0
        var renewal = MonotonicClock.now + .seconds(StatusClient.silence)
        while true {
            let now = MonotonicClock.now
            guard now < limit else {
                throw CoordinationError.coordinatorLost(
                    endpoint: endpoint.description, seconds: timeout, finding: link.finding())
            }
            try link.poll(now: now)
            if link.isEstablished, now > renewal {
                // A connection may be gone without a word.
                try link.renew(now: now)
                renewal = now + .seconds(StatusClient.silence)
            }
            if now >= nextQuestion {
                _ = try link.send(header: MessageCodec.encode(.statusRequest, incarnation: 0))
                nextQuestion = now + .seconds(StatusClient.repetition)
            }
            let rest = min(limit, nextQuestion) - now
            try poller.wait(milliseconds: Int((rest + 999_999) / 1_000_000))
            while case .message(let message) = try link.receive() {
                let answer = try? message.header.withUnsafeBytes { try MessageCodec.decodeCoordinator($0).message }
                switch answer {
                case .status(let status): return .status(status)
                case .goodbye(let reason, let finished): return .ended(reason: reason, finished: finished)
                case .refusal(let reason): throw CoordinationError.refused(reason)
                default: break  // of an earlier question, or not for whoever watches
                }
            }
        }
    }
}
