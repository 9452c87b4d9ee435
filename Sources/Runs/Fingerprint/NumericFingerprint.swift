import FileFormats
import NeuralNetworks
import TensorCore

/// What this machine computes for fixed work: machines with equal fingerprints compute equal bits from equal files.
///
/// It covers what lies between a file and a parameter: decoding of JPEG, PNG and WebP, matrix products, approximated functions,
/// every form of convolution, pooling, the norms, and Adam. Processors of another kind, another oneDNN and other image
/// libraries are told apart by it.
package enum NumericFingerprint {
    /// 16 hexadecimal digits, computed in some tens of milliseconds. It prepares the calling thread for computing.
    package static func compute() -> String {
        prepareComputeThread()
        var digest = NumericDigest()
        ArithmeticProbe.addProducts(to: &digest)
        ArithmeticProbe.addConvolutions(to: &digest)
        addNorms(to: &digest)
        addAdam(to: &digest)
        addImages(to: &digest)
        return digest.text
    }

    /// Batch, layer and instance norm, with their gradients and the gradient of a gradient's norm, as R1 takes it.
    package static func addNorms(to digest: inout NumericDigest) {
        for axes in [[0, 1, 2], [1, 2, 3], [1, 2]] {
            var probe = GraphProbe()
            let x = probe.input([4, 5, 5, 12])
            let (weight, upstream) = (probe.input([12]), probe.input([4, 5, 5, 12]))
            let normalized = x.normalized(axes: axes, epsilon: 1e-5)
            let y = normalized.values * weight
            let gradients = (y * upstream).sum().gradients(by: [x, weight])
            let penalty = (gradients[0] * gradients[0]).sum()
            probe.run(
                [y, normalized.mean, normalized.variance] + gradients + penalty.gradients(by: [weight]), into: &digest)
        }
    }

    /// Three steps, from moments of 0.
    package static func addAdam(to digest: inout NumericDigest) {
        let count = 1000
        let vectors = (0..<4).map { _ in AlignedVector(count: count) }
        defer { withExtendedLifetime(vectors) {} }
        let (parameters, gradient) = (vectors[0].pointer, vectors[1].pointer)
        for step in UInt64(1)...3 {
            RandomStream(seed: 2, purpose: .evaluation, step: step)
                .fillNormal(vectors[1].mutableFloats, deviation: 0.01)
            Adam(beta1: 0.5).update(
                step: step, learningRate: 2e-4, parameters: parameters, next: parameters,
                firstMoment: vectors[2].pointer,
                secondMoment: vectors[3].pointer, gradient: gradient, scale: 1 / 3, count: count)
            digest.add(parameters, count: count)
        }
    }

    /// The pixels of three images. A library that cannot decode one gives other pixels than one that can.
    package static func addImages(to digest: inout NumericDigest) {
        let images = [
            try? JPEGImage.decode(SmallImages.jpeg, file: "the probe's JPEG"),
            try? PNGImage.decode(SmallImages.png, file: "the probe's PNG"),
            try? WebPImage.decode(SmallImages.webP, file: "the probe's WebP"),
        ]
        for image in images {
            digest.add(UInt32(image?.channels ?? 0))
            digest.add(image?.pixels ?? [])
        }
    }
}
