import CKernels
import NeuralNetworks

/// One update of a network's vector: Adam on its parameters, then the buffers that are derived from them. It runs from the front to
/// the back in any number of parts, so that the front can be published while the rest is still to come. The parts change no bit.
struct ParameterUpdate {
    /// So many elements at a time stay in the second-level cache from Adam to the moving average.
    private static let block = 8192

    let layout: NetworkLayout
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
    /// average ← average + (parameters − average) · weight; its derived buffers follow from its own parameters.
    let average: (vector: ParameterVector, weight: Float)?
    private(set) var done = 0

    var isComplete: Bool { done == next.count }

    init(
        layout: NetworkLayout, adam: Adam, step: UInt64, learningRate: Double, parameters: ParameterVector,
        next: ParameterVector,
        firstMoment: ParameterVector, secondMoment: ParameterVector, gradientSum: UnsafePointer<Float>, scale: Float,
        average: (vector: ParameterVector, weight: Float)?
    ) {
        self.layout = layout
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
        let last = min(end, layout.parameterCount)
        while done < last {
            let count = min(Self.block, last - done)
            adam.update(
                step: step, learningRate: learningRate, parameters: parameters.values + done,
                next: next.values + done, firstMoment: firstMoment.values + done,
                secondMoment: secondMoment.values + done, gradient: gradientSum + done, scale: scale, count: count)
            if let average {
                ck_interpolate(next.values + done, average.weight, average.vector.values + done, count)
            }
            done += count
        }
        guard done < next.count, end > done else { return }
        layout.updateDerived(next.values, from: parameters.values)
        if let average { layout.updateDerived(average.vector.values, from: average.vector.values) }
        done = next.count
    }
}
