import FileFormats
import TensorCore

/// Stacked MNIST (Metz, Poole, Pfau and Sohl-Dickstein, "Unrolled generative adversarial networks", 2017): three random digits of
/// MNIST as the red, green and blue planes of an image, so that there are 1,000 classes to lose. Which digits make up sample
/// `index` follows from (seed, index); its class is 100 a + 10 b + c.
package struct StackedMNISTSource: SampleSource {
    package let name: String
    package let count: Int
    package let shape: SampleShape
    package let fingerprint: DatasetFingerprint
    package let classes: DatasetClasses?
    /// The digits.
    package let digits: MNISTSource
    private let seed: UInt64
    private let firstIndex: Int

    /// - Parameters:
    ///   - folder: of MNIST.
    ///   - split: 128,000 triples of the training digits, or 26,000 of the test digits.
    /// - Throws: `DatasetError` as `MNISTSource`.
    package init(folder: String, seed: UInt64, split: DatasetSplit) throws {
        digits = try MNISTSource(folder: folder, split: split)
        guard case .image(let height, let width, _) = digits.shape else { preconditionFailure("digits are images") }
        self.seed = seed
        count = split == .train ? 128_000 : 26_000
        firstIndex = split == .train ? 0 : 128_000
        name = "stacked \(digits.name)"
        shape = .image(height: height, width: width, channels: 3)
        var hash = SHA256()
        hash.update("stacked \(digits.fingerprint.content) \(seed) \(firstIndex)")
        guard let digitClasses = digits.classes, digitClasses.count == 10 else {
            classes = nil
            fingerprint = DatasetFingerprint(count: count, shape: shape, content: hash.hexadecimal, classes: nil)
            return
        }
        let names = (0..<1000).map { String(String($0 + 1000).dropFirst()) }
        var counts = [Int](repeating: 0, count: names.count)
        for index in 0..<count {
            let planes = StackedMNISTSource.planes(of: firstIndex + index, seed: seed, among: digits.count)
            counts[StackedMNISTSource.label(planes, in: digits)] += 1
        }
        classes = DatasetClasses(names: names, counts: counts)
        fingerprint = DatasetFingerprint(
            count: count, shape: shape, content: hash.hexadecimal, classes: ClassFingerprint(names: names))
    }

    package func label(_ index: Int) -> Int? {
        guard classes != nil else { return nil }
        return Self.label(Self.planes(of: firstIndex + index, seed: seed, among: digits.count), in: digits)
    }

    @discardableResult
    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
        let planes = Self.planes(of: firstIndex + index, seed: seed, among: digits.count)
        let size = digits.shape.elementCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { digit in
            digit.initialize(repeating: 0)
            for (channel, plane) in planes.enumerated() {
                digits.read(plane, into: digit)
                for pixel in 0..<size { sample[3 * pixel + channel] = digit[pixel] }
            }
        }
        return classes == nil ? nil : Self.label(planes, in: digits)
    }

    /// The digits that a sample is made of.
    private static func planes(of index: Int, seed: UInt64, among count: Int) -> [Int] {
        let words = RandomStream(seed: seed, purpose: .procedural, step: UInt64(index), shard: 2).block(0)
        return [words.0, words.1, words.2].map { Int((UInt64($0) * UInt64(count)) >> 32) }
    }

    private static func label(_ planes: [Int], in digits: MNISTSource) -> Int {
        planes.reduce(0) { 10 * $0 + (digits.label($1) ?? 0) }
    }
}
