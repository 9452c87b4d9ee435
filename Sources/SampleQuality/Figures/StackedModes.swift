import Foundation

/// How many of the 1,000 triples of digits stacked MNIST's samples show, and how evenly (the protocol of Metz et al., "Unrolled
/// generative adversarial networks", 2017, as in PacGAN, Lin et al., 2018: 26,000 samples, each colour plane told by a
/// classifier of digits).
package struct StackedModes: Sendable, Equatable {
    package static let sampleCount = 26_000
    package static let modes = 1000

    /// Samples of each triple, number 100 a + 10 b + c.
    package let counts: [Int]

    /// - Parameter digits: the digit of each plane of each sample, [count, 3], from 0 to 9.
    package init(digits: [Int]) {
        precondition(digits.count % 3 == 0, "a sample has three planes")
        var counts = [Int](repeating: 0, count: StackedModes.modes)
        for sample in stride(from: 0, to: digits.count, by: 3) {
            counts[100 * digits[sample] + 10 * digits[sample + 1] + digits[sample + 2]] += 1
        }
        self.counts = counts
    }

    package var modesCovered: Int { counts.count { $0 > 0 } }

    /// KL(q ‖ u) of the shares q of the triples and the uniform distribution u, in nats: 0 for evenly hit modes, log 1000 where
    /// there is a single one.
    package var divergence: Double {
        let total = Double(counts.reduce(0, +))
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / total
            return sum + share * log(share * Double(StackedModes.modes))
        }
    }
}
