import CKernels
import Coordination
import Datasets
import FileFormats
import NeuralNetworks
import RunConfiguration
import TensorCore

/// A small classifier of a data set's images. Its features, 128 before the last layer, are a space in which distances between images
/// mean something, and its classes tell what samples show.
package struct Judge: ImageClassifier {
    /// Where a judge comes from.
    package struct Provenance: Hashable, Sendable {
        /// The training images in words.
        package var data: String
        /// `DatasetFingerprint.description` of what it was trained on.
        package var dataFingerprint: String
        /// What it was tested on, in words.
        package var testData: String
        package var testCount: Int
        /// The share of the test images whose class it finds.
        package var testAccuracy: Double
        package var seed: UInt64
        package var epochs: Int
        /// Whether images were mirrored in training.
        package var mirrors: Bool
        /// The build that trained it.
        package var build: String
    }

    package let architecture: JudgeArchitecture
    package let classNames: [String]
    /// Of each channel: the network takes (value − mean) / deviation.
    package let mean: [Float]
    package let deviation: [Float]
    package internal(set) var provenance: Provenance
    /// 16 hexadecimal digits of a SHA-256 over all that decides what it computes: image size, classes, normalisation, weights.
    package let identity: String
    /// Threads that `classify` uses. They change no bit.
    package var threads = AvailableProcessors.count

    package var name: String { "judge" }
    package var dimensions: Int { JudgeArchitecture.features }

    /// Numbers that float16 can hold, in the order of the folded network's layout.
    let weights: ParameterVector
    private let program: BatchedProgram

    /// Images that are computed at once.
    private static let batch = 32

    /// - Parameter weights: of the folded network; rounded to float16.
    init(
        _ architecture: JudgeArchitecture, classNames: [String], mean: [Float], deviation: [Float], weights: [Float],
        provenance: Provenance
    ) {
        precondition(classNames.count == architecture.classes && mean.count == architecture.channels)
        self.architecture = architecture
        self.classNames = classNames
        self.mean = mean
        self.deviation = deviation
        self.provenance = provenance
        let network = JudgeNetwork(architecture, folded: true)
        precondition(weights.count == network.layout.parameterCount)
        let rounded = weights.map { Float(Float16($0)) }
        let vector = ParameterVector(count: weights.count)
        vector.values.update(from: rounded, count: weights.count)
        self.weights = vector
        identity = Self.identity(architecture, classNames, mean, deviation, rounded)
        let graph = Graph()
        let pass = ForwardPass(
            graph: graph, layout: network.layout, mode: .inference, slots: .init(parameters: BatchedProgram.parameters))
        let (features, logits) = network(
            graph.input(
                slot: BatchedProgram.images,
                shape: [Self.batch, architecture.height, architecture.width, architecture.channels]), pass)
        program = BatchedProgram(
            program: graph.compile(outputs: [(features, 0), (logits, features.shape.count)]), batch: Self.batch,
            imageSize: architecture.imageSize)
    }

    private static func identity(
        _ architecture: JudgeArchitecture, _ classNames: [String], _ mean: [Float], _ deviation: [Float],
        _ weights: [Float]
    ) -> String {
        var hash = SHA256()
        hash.update("ganglion judge 1\n\(architecture.imageText)\n\(mean)\n\(deviation)\n")
        for name in classNames { hash.update("\(name.utf8.count) \(name)\n") }
        weights.withUnsafeBytes { hash.update($0) }
        return String(hash.hexadecimal.prefix(16))
    }

    package func features(of images: [Float], count: Int) throws -> [Float] {
        try run(images, count: count).features
    }

    package func classify(_ images: [Float], count: Int) throws -> (features: [Float], probabilities: [Float]) {
        var (features, logits) = try run(images, count: count)
        let classes = architecture.classes
        for image in 0..<count {
            let range = image * classes..<(image + 1) * classes
            let greatest = logits[range].max() ?? 0
            for place in range { logits[place] -= greatest }
        }
        logits.withUnsafeMutableBufferPointer { ck_exponential($0.baseAddress!, $0.baseAddress!, $0.count) }
        for image in 0..<count {
            let range = image * classes..<(image + 1) * classes
            let sum = logits[range].reduce(0, +)
            for place in range { logits[place] /= sum }
        }
        return (features, logits)
    }

    /// The likeliest class of each image.
    package func classes(of images: [Float], count: Int) throws -> [Int] {
        let logits = try run(images, count: count).logits
        let classes = architecture.classes
        return (0..<count).map { image in
            let row = logits[image * classes..<(image + 1) * classes]
            return (row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex
        }
    }

    private func run(_ images: [Float], count: Int) throws -> (features: [Float], logits: [Float]) {
        let size = architecture.imageSize
        guard images.count == count * size else {
            throw RunError(
                .data, at: "judge", "takes images of another size",
                expected: "\(architecture.imageText) (height, width, channels), \(size) values each",
                found: count > 0 ? "\(images.count / count) values each" : "\(images.count) values",
                advice: "use the judge of these images' data set")
        }
        var features = [Float](repeating: 0, count: count * dimensions)
        var logits = [Float](repeating: 0, count: count * architecture.classes)
        let classes = architecture.classes
        images.withUnsafeBufferPointer { images in
            features.withUnsafeMutableBufferPointer { features in
                logits.withUnsafeMutableBufferPointer { logits in
                    // Each range is written by one thread.
                    nonisolated(unsafe) let (images, features, logits) = (
                        images, features.baseAddress!, logits.baseAddress!
                    )
                    program.run(count: count, threads: threads, parameters: weights.values) { range, input in
                        let values = images[range.lowerBound * size..<range.upperBound * size]
                        normalize(UnsafeBufferPointer(rebasing: values), into: input)
                    } take: { range, output in
                        (features + range.lowerBound * dimensions).update(from: output, count: range.count * dimensions)
                        (logits + range.lowerBound * classes)
                            .update(from: output + Self.batch * dimensions, count: range.count * classes)
                    }
                }
            }
        }
        return (features, logits)
    }

    /// (value − mean) / deviation of each channel.
    private func normalize(_ values: UnsafeBufferPointer<Float>, into output: UnsafeMutablePointer<Float>) {
        let channels = architecture.channels
        for place in values.indices {
            let channel = channels == 1 ? 0 : place % channels
            output[place] = (values[place] - mean[channel]) / deviation[channel]
        }
    }
}
