import TensorCore

/// The embedded data set: digits drawn from strokes, 28×28, white on black as in MNIST, endless. Sample `index` is a function
/// of (seed, index) alone; label and pose are hashed from them.
///
/// Every glyph has its own way of writing, unsteady strokes, slant, rotation, proportions, thickness and place. Only
/// +, −, ×, ÷ and √ take part, in a fixed order: the same bits on every machine.
package struct GlyphSource: SampleSource {
    package let name: String
    package let count: Int
    package let shape = SampleShape.image(height: 28, width: 28, channels: 1)
    package let seed: UInt64
    private let firstIndex: Int

    /// - Parameter split: held out are the indices after those of an epoch of 60,000.
    package init(seed: UInt64, split: DatasetSplit = .train) {
        self.seed = seed
        name = split == .train ? "glyphs, digits drawn from strokes" : "glyphs, held out"
        count = split == .train ? 60_000 : 10_000
        firstIndex = split == .train ? 0 : 60_000
    }

    package var fingerprint: DatasetFingerprint {
        proceduralFingerprint(seed: seed, classNames: MNISTSource.digits)
    }

    package var classes: DatasetClasses? { countedClasses(MNISTSource.digits) }

    package func label(_ index: Int) -> Int? {
        GlyphPose.digit(stream(index).block(0).0)
    }

    @discardableResult
    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
        let digit = GlyphPose.digit(stream(index).block(0).0)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: GlyphPose.randomCount) { random in
            random.initialize(repeating: 0)
            stream(index).fillUniform(random)
            let pose = GlyphPose(digit: digit, random: UnsafeBufferPointer(random))
            pose.withSegments {
                StrokeRaster(size: 28, radius: pose.radius, softness: pose.softness).draw($0, into: sample)
            }
        }
        return digit
    }

    private func stream(_ index: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: .procedural, step: UInt64(firstIndex + index))
    }
}
