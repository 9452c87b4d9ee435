import CKernels

extension AdamSettings {
    /// The learning rate of step `step` (from 0) of `steps`: constant, or falling to 0 along a line or half a cosine.
    func learningRate(step: UInt64, of steps: Int) -> Double {
        let progress = Double(step) / Double(max(1, steps))
        switch learningRateSchedule {
        case .constant: return learningRate
        case .linear: return learningRate * (1 - progress)
        case .cosine:
            // From our own kernel: the same bits on every machine.
            var angle = Float(progress * Double.pi)
            var cosine: Float = 0
            ck_cosine(&angle, &cosine, 1)
            return learningRate * 0.5 * (1 + Double(cosine))
        }
    }
}
