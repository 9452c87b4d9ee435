import Foundation
import Testing

/// When each step began, as seen on the wire by the assignments that pass to a worker.
final class StepWatch: @unchecked Sendable {  // all state is behind the lock
    private let lock = NSLock()
    private var beginnings: [(step: UInt64, time: ContinuousClock.Instant)] = []

    /// The handler of a proxy that lets everything pass, but gradients only after a moment: the run must not be over before
    /// the fault has come.
    var handler: WireProxy.Handler {
        { [self] message in
            note(message)
            return [.pause(seconds: message.contribution == nil ? 0 : 0.005), .send(message.raw)]
        }
    }

    /// The handler of a proxy that lets everything pass at once.
    var passing: WireProxy.Handler {
        { [self] message in
            note(message)
            return [.send(message.raw)]
        }
    }

    func note(_ message: PassingMessage) {
        guard let assignment = message.assignment else { return }
        lock.withLock {
            let step = assignment.round.step
            if beginnings.last.map({ step > $0.step }) ?? true { beginnings.append((step, .now)) }
        }
    }

    /// The newest step that has begun.
    var step: UInt64 { lock.withLock { beginnings.last?.step ?? 0 } }

    /// - Parameter coordinator: when it has ended, no step begins any more.
    func wait(untilStep step: UInt64, of coordinator: GanglionProcess) throws {
        try waitFor("step \(step)", while: coordinator) { self.step >= step ? true : nil }
    }

    /// Seconds from `time` until a further step began; nil where none has.
    func secondsToNextStep(after time: ContinuousClock.Instant) -> Double? {
        lock.withLock {
            beginnings.first { $0.time > time }.map { (time.duration(to: $0.time)) / .seconds(1) }
        }
    }
}
