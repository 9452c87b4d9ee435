import Datasets
import TestSupport

/// Images in memory, as a data set.
struct ListedImages: SampleSource {
    var name = "listed images"
    var shape: SampleShape
    var images: [[Float]]
    var labels: [Int]
    var names: [String]

    var count: Int { images.count }
    var classes: DatasetClasses? { names.isEmpty ? nil : DatasetClasses(names: names, labels: labels) }
    var fingerprint: DatasetFingerprint {
        DatasetFingerprint(
            count: count, shape: shape, content: "\(images.hashValue) \(labels)",
            classes: names.isEmpty ? nil : ClassFingerprint(names: names))
    }

    func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
        _ = sample.update(fromContentsOf: images[index])
        return label(index)
    }

    func label(_ index: Int) -> Int? { names.isEmpty ? nil : labels[index] }

    /// Some glyphs, of an index on.
    static func glyphs(_ count: Int, from first: Int = 0) throws -> ListedImages {
        let source = GlyphSource(seed: 0)
        return ListedImages(
            name: "some glyphs", shape: source.shape, images: try (first..<first + count).map { try source.sample($0) },
            labels: (first..<first + count).map { source.label($0) ?? 0 }, names: MNISTSource.digits)
    }

    /// Noise of a size, in two classes that one channel's brightness tells apart.
    static func colour(_ count: Int, height: Int, width: Int, seed: UInt64 = 1) -> ListedImages {
        var random = SeededRandom(seed: seed)
        let labels = (0..<count).map { $0 % 2 }
        return ListedImages(
            shape: .image(height: height, width: width, channels: 3),
            images: labels.map { label in
                (0..<height * width * 3).map { place in
                    let noise = Float(random.below(1000)) / 2000
                    return place % 3 == 1 && label == 1 ? noise + 0.4 : noise
                }
            }, labels: labels, names: ["dark", "green"])
    }
}
