import FileFormats
import TensorCore

/// An equal mixture of Gaussians in the plane, the test for mode collapse. Sample `index` is a function of (seed, index);
/// its label is its mode.
package struct MixtureSource: SampleSource {
    package let name: String
    package let count: Int
    package let shape = SampleShape.vector(2)
    /// The means, (x, y).
    package let modes: [SIMD2<Float>]
    /// The standard deviation of each coordinate about its mean.
    package let deviation: Float
    package let seed: UInt64
    private let firstIndex: Int

    private init(
        title: String, modes: [SIMD2<Float>], deviation: Float, seed: UInt64, split: DatasetSplit
    ) {
        name = split == .train ? title : "\(title), held out"
        count = split == .train ? 100_000 : 10_000
        firstIndex = split == .train ? 0 : 100_000
        self.modes = modes
        self.deviation = deviation
        self.seed = seed
    }

    /// 8 Gaussians, evenly on the circle of radius 1, σ = 0.01 (Lin, Khetan, Fanti and Oh, "PacGAN", 2018).
    package static func ring(seed: UInt64, split: DatasetSplit = .train) -> MixtureSource {
        let diagonal = Float(0.5).squareRoot()
        let modes: [SIMD2<Float>] = [
            SIMD2(1, 0), SIMD2(diagonal, diagonal), SIMD2(0, 1), SIMD2(-diagonal, diagonal), SIMD2(-1, 0),
            SIMD2(-diagonal, -diagonal), SIMD2(0, -1), SIMD2(diagonal, -diagonal),
        ]
        return MixtureSource(
            title: "ring of 8 Gaussians", modes: modes, deviation: 0.01, seed: seed, split: split)
    }

    /// 25 Gaussians at {−4, −2, 0, 2, 4}², σ = 0.05 (the same paper).
    package static func grid(seed: UInt64, split: DatasetSplit = .train) -> MixtureSource {
        let places: [Float] = [-4, -2, 0, 2, 4]
        let modes = places.flatMap { y in places.map { x in SIMD2(x, y) } }
        return MixtureSource(title: "grid of 25 Gaussians", modes: modes, deviation: 0.05, seed: seed, split: split)
    }

    package func label(_ index: Int) -> Int? {
        mode(RandomStream(seed: seed, purpose: .procedural, step: UInt64(firstIndex + index)))
    }

    @discardableResult
    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
        let step = UInt64(firstIndex + index)
        let mode = mode(RandomStream(seed: seed, purpose: .procedural, step: step))
        let mean = modes[mode]
        RandomStream(seed: seed, purpose: .procedural, step: step, shard: 1)
            .fillNormal(sample, mean: 0, deviation: deviation)
        sample[0] += mean.x
        sample[1] += mean.y
        return mode
    }

    /// The top bits of a 32-bit word choose among the modes.
    private func mode(_ stream: RandomStream) -> Int {
        Int((UInt64(stream.block(0).0) * UInt64(modes.count)) >> 32)
    }

    package var fingerprint: DatasetFingerprint { proceduralFingerprint(seed: seed, classNames: classNames) }

    /// The modes, which have numbers for names.
    package var classes: DatasetClasses? { countedClasses(classNames) }

    private var classNames: [String] { modes.indices.map(String.init) }
}

extension SampleSource {
    /// The fingerprint of samples that are computed: of name and seed, and of some samples, so that a program that computes
    /// others is told apart.
    func proceduralFingerprint(seed: UInt64, classNames: [String]) -> DatasetFingerprint {
        var hash = SHA256()
        hash.update("\(name) \(seed)")
        for index in 0..<16 {
            guard let sample = try? sample(index * count / 16) else { continue }
            sample.withUnsafeBytes { hash.update($0) }
        }
        return DatasetFingerprint(
            count: count, shape: shape, content: hash.hexadecimal, classes: ClassFingerprint(names: classNames))
    }

    /// The classes of labels that are computed: each is asked for.
    func countedClasses(_ names: [String]) -> DatasetClasses {
        DatasetClasses(names: names, labels: (0..<count).lazy.compactMap { label($0) })
    }
}
