import CKernels

/// Fixed work on fixed numbers, whose results' bits show what this machine's arithmetic gives.
///
/// The calling thread must have been prepared by `prepareComputeThread()`.
public enum ArithmeticProbe {
    /// Matrix products of the kinds and shapes that presets have (oneDNN chooses its kernel by processor and shape), every
    /// approximated function, random numbers and sums.
    public static func addProducts(to digest: inout NumericDigest) {
        let largest = 256 * 1024
        let vectors = (0..<3).map { _ in AlignedVector(count: largest) }
        for (index, vector) in vectors[..<2].enumerated() {
            RandomStream(seed: 0, purpose: .evaluation, step: UInt64(index)).fillNormal(vector.mutableFloats)
        }
        let (a, b, c) = (vectors[0].pointer, vectors[1].pointer, vectors[2].pointer)
        defer { withExtendedLifetime(vectors) {} }
        digest.add(a, count: 1024)
        for (rows, columns, inner) in [(32, 784, 256), (98, 128, 1024), (147, 64, 48), (49, 1024, 128), (576, 10, 25)] {
            for (transposeA, transposeB, beta) in [
                (false, false, 0), (false, true, 0), (true, false, 0), (true, false, 1),
            ] as [(Bool, Bool, Float)] {
                withSignalsBlocked {
                    sgemm(
                        transposeA, transposeB, rows: rows, columns: columns, inner: inner, a,
                        transposeA ? rows : inner, b, transposeB ? inner : columns, beta: beta, c, columns)
                }
                digest.add(c, count: rows * columns)
            }
        }
        for function in [ck_exponential, ck_hyperbolic_tangent, ck_sigmoid, ck_softplus, ck_sine, ck_cosine] {
            function(a, c, 4096)
            digest.add(c, count: 4096)
        }
        ck_absolute(a, b, 4096)
        ck_logarithm(b, c, 4096)
        digest.add(c, count: 4096)
        digest.add(Float(ck_sum(a, 4096)).bitPattern)
    }

    /// Every form in which convolutions are computed, each with its gradients by image and filter, transposed ones,
    /// pooling and upsampling.
    ///
    /// - Parameter profile: takes down which instructions those were.
    public static func addConvolutions(to digest: inout NumericDigest, profile: InstructionProfile? = nil) {
        for shape in shapes {
            var probe = GraphProbe()
            let x = probe.input([shape.batch, shape.size, shape.size, shape.channels])
            let w = probe.input([shape.kernel, shape.kernel, shape.channels / shape.groups, shape.filters])
            let y = x.convolved(with: w, stride: shape.stride, padding: shape.padding, groups: shape.groups)
            let upstream = probe.input(y.shape)
            var outputs = [y] + (y * upstream).sum().gradients(by: [x, w])
            if shape.isTransposedToo {
                let transposed = y.transposedConvolved(with: w, stride: shape.stride, padding: shape.padding)
                outputs += [transposed] + (transposed * transposed).sum().gradients(by: [x, w])
            }
            probe.run(outputs, into: &digest, profile: profile)
        }
        var pooling = GraphProbe()
        let x = pooling.input([3, 9, 9, 5])
        let (greatest, mean) = (x.maxPooled(kernel: 2), x.averagePooled(kernel: 3, padding: 1))
        let doubled = x.upsampledBilinear(scale: 2)
        let objective = (greatest * greatest).sum() + (mean * mean).sum() + (doubled * doubled).sum()
        pooling.run([greatest, mean, doubled] + objective.gradients(by: [x]), into: &digest, profile: profile)
    }

    private struct Convolved {
        var batch: Int
        var size: Int
        var channels: Int
        var filters: Int
        var kernel: Int
        var stride = 1
        var padding = 0
        var groups = 1
        var isTransposedToo = false
    }

    private static let shapes = [
        // By minimal filtering, with tiles of one size and of several.
        Convolved(
            batch: 16, size: 8, channels: 32, filters: 64, kernel: 4, stride: 2, padding: 1, isTransposedToo: true),
        Convolved(batch: 33, size: 16, channels: 32, filters: 64, kernel: 4, stride: 2),
        // 4×4 with stride 2 and one channel, as discriminators begin.
        Convolved(batch: 2, size: 14, channels: 1, filters: 16, kernel: 4, stride: 2, padding: 1),
        // As a matrix product over windows.
        Convolved(batch: 3, size: 9, channels: 10, filters: 20, kernel: 5, padding: 2, isTransposedToo: true),
        Convolved(
            batch: 2, size: 8, channels: 16, filters: 16, kernel: 3, stride: 2, padding: 1, isTransposedToo: true),
        // A kernel of the image's size, as generators begin.
        Convolved(batch: 4, size: 4, channels: 24, filters: 33, kernel: 4, isTransposedToo: true),
        // Of few channels, by loops in C: interleaved images, and planes of one channel or one filter.
        Convolved(batch: 16, size: 12, channels: 6, filters: 12, kernel: 5),
        Convolved(batch: 16, size: 12, channels: 1, filters: 10, kernel: 5),
        Convolved(batch: 2, size: 11, channels: 1, filters: 10, kernel: 5, padding: 2, isTransposedToo: true),
        Convolved(batch: 2, size: 10, channels: 20, filters: 1, kernel: 3, padding: 1, isTransposedToo: true),
        // In wide groups and in narrow ones, along images and along rows, and with a stride.
        Convolved(batch: 8, size: 6, channels: 48, filters: 48, kernel: 3, padding: 1, groups: 3),
        Convolved(batch: 2, size: 20, channels: 32, filters: 64, kernel: 3, padding: 1, groups: 2),
        Convolved(batch: 8, size: 5, channels: 24, filters: 24, kernel: 3, stride: 2, padding: 1, groups: 3),
        Convolved(batch: 8, size: 6, channels: 32, filters: 32, kernel: 3, padding: 1, groups: 8),
        Convolved(batch: 8, size: 4, channels: 20, filters: 20, kernel: 4, groups: 20),
    ]
}
