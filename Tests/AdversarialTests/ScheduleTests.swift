import Adversarial
import Foundation
import NeuralNetworks
import TensorCore
import Testing

@Suite struct ScheduleTests {
    @Test(arguments: [0, 1, 250, 500, 999, 1000])
    func `a schedule follows its formula`(_ step: UInt64) {
        let t = Double(step) / 1000
        #expect(Schedule(0.25).value(step: step, of: 1000) == 0.25)
        let linear = Schedule(.linear, from: 3, to: 1).value(step: step, of: 1000)
        #expect(abs(linear - (3 - 2 * t)) < 1e-12)
        let cosine = Schedule(.cosine, from: 3, to: 1).value(step: step, of: 1000)
        #expect(abs(cosine - (1 + (1 + cos(.pi * t)))) < 1e-6)
    }

    /// 2^(−batch / min(halfLife, 0.05 · images)), as in StyleGAN2-ADA's training loop.
    @Test(arguments: [1, 2, 10, 100, 1000, 100_000] as [UInt64], [0.0, 0.05])
    func `a half-life in images gives its decay`(_ update: UInt64, _ rampUp: Double) {
        let average = MovingAverage(decay: 0, halfLife: 10_000, rampUp: rampUp)
        let images = rampUp > 0 ? min(10_000, rampUp * Double(update) * 64) : 10_000
        let expected = 1 - pow(0.5, 64 / images)
        let weight = Double(average.weight(update: update, batch: 64, halfLife: 10_000))
        #expect(abs(weight - expected) <= 1e-6 * expected)
    }

    /// torch.optim.Adam with the group's `betas` set before each step: v is corrected by 1 − β₂ᵗ with the β₂ of the step.
    @Test func `a changing beta2 is corrected as in PyTorch`() {
        prepareComputeThread()
        let (gradients, beta2): ([Float], [Double]) = ([0.5, -0.25], [0.9, 0.99])
        var (parameter, first, second): (Float, Float, Float) = (1, 0, 0)
        var (expected, m, v) = (1.0, 0.0, 0.0)
        for t in 1...2 {
            let gradient = Double(gradients[t - 1])
            m = 0.5 * m + 0.5 * gradient
            v = beta2[t - 1] * v + (1 - beta2[t - 1]) * gradient * gradient
            let corrected = (v / (1 - pow(beta2[t - 1], Double(t)))).squareRoot()
            expected -= 0.1 * m / (1 - pow(0.5, Double(t))) / (corrected + 1e-8)
            Adam(beta1: 0.5, beta2: beta2[t - 1]).update(
                step: UInt64(t), learningRate: 0.1, parameters: [parameter], next: &parameter, firstMoment: &first,
                secondMoment: &second, gradient: [Float(gradient)], count: 1)
        }
        #expect(abs(Double(parameter) - expected) < 1e-6)
    }

    @Test func `without a half-life the decay begins small`() {
        let average = MovingAverage(decay: 0.99)
        #expect(average.weight(update: 1, batch: 64, halfLife: 0) == Float(1 - 2.0 / 11))
        #expect(average.weight(update: 10_000, batch: 64, halfLife: 0) == Float(1 - 0.99))
    }
}
