/// Steps per second, over the last seconds.
struct StepRate: Hashable, Sendable {
    private static let window = Nanoseconds.seconds(5)

    /// The step of the current round, from 0; nil before the first.
    private(set) var step: UInt64?
    private var firstStep: UInt64 = 0
    private var start: Nanoseconds
    private var last = 0.0

    init(now: Nanoseconds) { start = now }

    /// A round of this step begins.
    mutating func advance(to step: UInt64, at now: Nanoseconds) {
        if self.step == nil {
            firstStep = step
            start = now
        } else if now > start + StepRate.window {
            last = stepsPerSecond(at: now)
            firstStep = step
            start = now
        }
        self.step = step
    }

    func stepsPerSecond(at now: Nanoseconds) -> Double {
        guard let step, now > start else { return last }
        let elapsed = (now - start).inSeconds
        let rate = Double(step - min(step, firstStep)) / elapsed
        // Too short to tell: the rest of the second counts at the rate before.
        return elapsed >= 1 ? rate : rate * elapsed + last * (1 - elapsed)
    }
}
