import CKernels
import NeuralNetworks

/// One update of a network's parameters by Adam, done from the front to the back in as many parts as one likes, so that
/// what is done can be published while the rest is still to come. The parts change no bit.
struct ParameterUpdate {
    /// So many elements at a time stay in the second-level cache from Adam to the moving average.
    private static let block = 8192

    let adam: Adam
    /// t, from 1.
    let step: UInt64
    let learningRate: Double
    let parameters: ParameterVector
    let next: ParameterVector
    let firstMoment: ParameterVector
    let secondMoment: ParameterVector
    /// The gradient is this times `scale`; valid until the update is complete.
    let gradientSum: UnsafePointer<Float>
    let scale: Float
    /// average ← average + (parameters − average) · weight
    let average: (vector: ParameterVector, weight: Float)?
    private(set) var done = 0

    var isComplete: Bool { done == next.count }

    init(
        adam: Adam, step: UInt64, learningRate: Double, parameters: ParameterVector, next: ParameterVector,
        firstMoment: ParameterVector, secondMoment: ParameterVector, gradientSum: UnsafePointer<Float>, scale: Float,
        average: (vector: ParameterVector, weight: Float)?
    ) {
        self.adam = adam
        self.step = step
        self.learningRate = learningRate
        self.parameters = parameters
        self.next = next
        self.firstMoment = firstMoment
        self.secondMoment = secondMoment
        self.gradientSum = gradientSum
        self.scale = scale
        self.average = average
    }

    /// Updates the elements before `end`.
    mutating func advance(to end: Int) {
        let end = min(end, next.count)
        while done < end {
            let count = min(Self.block, end - done)
            adam.update(
                step: step, learningRate: learningRate, parameters: parameters.values + done,
                next: next.values + done, firstMoment: firstMoment.values + done,
                secondMoment: secondMoment.values + done, gradient: gradientSum + done, scale: scale, count: count)
            if let average {
                ck_interpolate(next.values + done, average.weight, average.vector.values + done, count)
            }
            done += count
        }
    }
}
