/// Seconds from `start` to now.
func seconds(since start: ContinuousClock.Instant) -> Double {
    let elapsed = ContinuousClock.now - start
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
}

/// Images per second, over the last second or so.
struct Pace {
    private(set) var imagesPerSecond = 0.0
    private let firstStep: UInt64
    private var step: UInt64
    private var time = ContinuousClock.now

    init(step: UInt64) {
        firstStep = step
        self.step = step
    }

    mutating func advance(to step: UInt64, images: Int) {
        let elapsed = seconds(since: time)
        guard elapsed >= 1 || imagesPerSecond == 0 else { return }
        imagesPerSecond = Double((step - self.step) * UInt64(images)) / max(elapsed, 1e-9)
        self.step = step
        time = .now
    }

    /// Over the whole time: up to the last step that `advance` saw, so only for a rate to show.
    func mean(seconds: Double, images: Int) -> Double {
        Double((step - firstStep) * UInt64(images)) / max(seconds, 1e-9)
    }
}
