/// A source of images in another size or with other channels: resized and centre-cropped, gray to RGB by repetition, RGB to
/// gray by luminance.
struct AdaptedSource: SampleSource {
    let base: any SampleSource
    let shape: SampleShape
    private let resampler: ImageResampler?
    private let baseChannels: Int
    private let channels: Int

    /// - Precondition: both shapes are images of 1 or 3 channels.
    init(_ base: any SampleSource, height: Int, width: Int, channels: Int) {
        guard case .image(let baseHeight, let baseWidth, let baseChannels) = base.shape else {
            preconditionFailure("only images can be adapted")
        }
        self.base = base
        self.channels = channels
        self.baseChannels = baseChannels
        shape = .image(height: height, width: width, channels: channels)
        let sameSize = baseHeight == height && baseWidth == width
        resampler =
            sameSize
            ? nil
            : ImageResampler(
                inputHeight: baseHeight, inputWidth: baseWidth, outputHeight: height, outputWidth: width)
    }

    var name: String { "\(base.name), as \(shape)" }
    var count: Int { base.count }
    var keptBytes: Int { base.keptBytes }

    var fingerprint: DatasetFingerprint {
        var fingerprint = base.fingerprint
        fingerprint.shape = shape
        return fingerprint
    }
    var classes: DatasetClasses? { base.classes }

    func label(_ index: Int) -> Int? { base.label(index) }

    func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) throws -> Int? {
        // Resized with as few channels as may be: gray to RGB comes last, RGB to gray first.
        let convertsLast = baseChannels < channels
        let baseCount = base.shape.elementCount
        let middleCount = convertsLast ? sample.count / 3 : baseCount / baseChannels * channels
        return try withUnsafeTemporaryAllocation(of: Float.self, capacity: baseCount + middleCount) { memory in
            memory.initialize(repeating: 0)
            let image = UnsafeMutableBufferPointer(rebasing: memory[..<baseCount])
            let middle = UnsafeMutableBufferPointer(rebasing: memory[baseCount...])
            let label = try base.read(index, into: image)
            if convertsLast {
                resize(image, into: middle, channels: baseChannels)
                Luminance.convert(middle, channels: baseChannels, into: sample, channels: channels)
            } else {
                Luminance.convert(image, channels: baseChannels, into: middle, channels: channels)
                resize(middle, into: sample, channels: channels)
            }
            return label
        }
    }

    private func resize(
        _ image: UnsafeMutableBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>, channels: Int
    ) {
        if let resampler {
            resampler.resample(UnsafeBufferPointer(image), channels: channels, into: output)
        } else {
            output.baseAddress!.update(from: image.baseAddress!, count: image.count)
        }
    }
}
