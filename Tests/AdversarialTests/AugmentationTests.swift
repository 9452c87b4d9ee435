import Adversarial
import TensorCore
import Testing

/// How draws are distributed, and which samples of a shard meet which draws.
@Suite struct AugmentationTests {
    /// Every shift up to an eighth comes about equally often, and so does every place of the cutout's centre.
    @Test func integersAreUniform() {
        let (batch, height, width) = (20_000, 16, 9)
        let draws = AugmentationDraws(
            Augmentation([.translation, .cutout]), batch: batch, height: height, width: width)
        let uniforms = AlignedVector(count: AugmentationDraws.uniformsPerSample * batch)
        RandomStream(seed: 1, purpose: .augmentation).fillUniform(uniforms.mutableFloats)
        let values = AlignedVector(count: draws.count)
        draws.fill(values.pointer, uniforms: uniforms.pointer, probability: 1)
        for (axis, most) in [(0, 2), (1, 1)] {
            var counts: [Int: Int] = [:]
            for sample in 0..<batch { counts[Int(values.pointer[2 * sample + axis]), default: 0] += 1 }
            #expect(Set(counts.keys) == Set(-most...most))
            let expected = Double(batch) / Double(2 * most + 1)
            #expect(counts.values.allSatisfy { abs(Double($0) - expected) < 6 * expected.squareRoot() })
        }
        // Rows of zeros in the first column that has any: 8 with a centre inside, fewer at the edge, never none.
        var heights: [Int: Int] = [:]
        for sample in 0..<batch {
            let mask = values.pointer + 2 * batch + sample * height * width
            let rows = (0..<height).filter { row in (0..<width).contains { mask[row * width + $0] == 0 } }
            #expect(rows == Array(rows[0]...rows[rows.count - 1]))
            heights[rows.count, default: 0] += 1
        }
        // 17 centres: 4, 5, 6, 7 rows at the top, 7, 6, 5, 4 at the bottom, and 8 at nine places between.
        #expect(Set(heights.keys) == Set(4...8))
        #expect(abs(Double(heights[8] ?? 0) - Double(batch) * 9 / 17) < 6 * Double(batch).squareRoot())
    }

    /// With probability p each transform meets about a share p of the samples, independently of the others.
    @Test(arguments: [0.0, 0.25, 0.7, 1.0]) func aTransformMeetsItsShare(_ probability: Double) {
        let batch = 10_000
        let draws = AugmentationDraws(.diffAugment, batch: batch, height: 8, width: 8)
        let uniforms = AlignedVector(count: AugmentationDraws.uniformsPerSample * batch)
        RandomStream(seed: 2, purpose: .augmentation).fillUniform(uniforms.mutableFloats)
        let values = AlignedVector(count: draws.count)
        draws.fill(values.pointer, uniforms: uniforms.pointer, probability: probability)
        let colored = (0..<batch).map { values.pointer[$0] != 0 || values.pointer[2 * batch + $0] != 0 }
        let cut = (0..<batch).map { sample in
            (0..<64).contains { values.pointer[5 * batch + 64 * sample + $0] == 0 }
        }
        let deviation = 6 * (Double(batch) * 0.25).squareRoot()
        #expect(abs(Double(colored.count { $0 }) - probability * Double(batch)) < deviation)
        #expect(abs(Double(cut.count { $0 }) - probability * Double(batch)) < deviation)
        let both = zip(colored, cut).count { $0 && $1 }
        #expect(abs(Double(both) - probability * probability * Double(batch)) < deviation)
    }

    /// The level of a discriminator's outputs counts only where the loss gives it one.
    @Test func decisionsOnRealSamples() {
        let (real, fake): ([Float], [Float]) = ([0.2, 0.8, -1], [-1, 0.5, -2])
        let graph = Graph()
        let (r, f) = (graph.input(slot: 0, shape: [3, 1]), graph.input(slot: 1, shape: [3, 1]))
        for (loss, expected) in [
            (AdversarialLoss(.nonSaturating), [1, 1, -1]), (AdversarialLoss(.minimax), [1, 1, -1]),
            (AdversarialLoss(.hinge), [1, 1, -1]), (AdversarialLoss(.leastSquares), [-1, 1, -1]),
            (AdversarialLoss(.wasserstein), [1, 1, 1]),
            (AdversarialLoss(.leastSquares, isRelativistic: true), [1, 1, 1]),
        ] as [(AdversarialLoss, [Float])] {
            #expect(graph.evaluate([loss.decisions(real: r, fake: f).sign()], [real, fake])[0] == expected)
        }
    }

    /// Neighbours side by side over the channels, as PyTorch's `unflatten(0, (-1, 2)).flatten(1, 2)` has them; points alike.
    @Test func packedSamples() {
        let graph = Graph()
        let images = graph.input(slot: 0, shape: [4, 1, 2, 2])
        let points = graph.input(slot: 1, shape: [4, 2])
        let (pixels, plane) = ((0..<16).map(Float.init), (0..<8).map(Float.init))
        let packed = [images.packed(2), points.packed(2)]
        #expect(packed.map(\.shape) == [[2, 1, 2, 4], [2, 4]])
        let values = graph.evaluate(packed, [pixels, plane])
        #expect(values[0] == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])
        #expect(values[1] == plane)
    }
}
