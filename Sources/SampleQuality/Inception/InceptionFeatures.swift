import Coordination
import FileFormats
import RunConfiguration
import TensorCore

/// The features of the Fréchet inception distance, 2,048 before Inception-v3's last layer, with weights that the user gives.
///
/// Images are resized and scaled as by clean-fid: `InceptionPreparation`.
package struct InceptionFeatures: FeatureExtractor {
    package let name = "inception"
    package let identity: String
    package var dimensions: Int { InceptionNetwork.features }
    /// Threads that `features` uses. They change no bit.
    package var threads = AvailableProcessors.count

    private let preparation: InceptionPreparation
    private let weights: AlignedVector
    private let program: BatchedProgram

    /// Images that are computed at once: their activations fill some 60 MB.
    private static let batch = 4
    /// Values of an image as the network takes it.
    private static let inputSize = 3 * InceptionNetwork.side * InceptionNetwork.side

    /// - Parameters:
    ///   - path: a safetensors file that scripts/convert-inception wrote.
    ///   - height, width, channels: of the images.
    /// - Throws: `RunError` (data, missing, permission) that names what is wrong with the file, (data) for images of two channels.
    package init(weights path: String, height: Int, width: Int, channels: Int) throws {
        let file = try RunError.rethrowing { try SafetensorsFile(contentsOf: path) }
        try self.init(file, path: path, height: height, width: width, channels: channels)
    }

    /// - Parameter path: how errors call the file.
    package init(_ file: SafetensorsFile, path: String, height: Int, width: Int, channels: Int) throws {
        guard channels == 1 || channels == 3 else {
            throw RunError(
                .data, at: "inception", "takes gray and colour images", expected: "1 or 3 channels",
                found: "\(channels)")
        }
        preparation = InceptionPreparation(height: height, width: width, channels: channels)
        let graph = Graph()
        let network = Self.network(graph)
        weights = AlignedVector(count: network.parameterCount)
        var hash = SHA256()
        var offset = 0
        for unit in network.units {
            let folded = try InceptionUnitWeights(unit, in: file, path: path, hash: &hash)
            _ = UnsafeMutableBufferPointer(rebasing: weights.mutableFloats[offset...])
                .update(fromContentsOf: folded.filter)
            offset += folded.filter.count
            _ = UnsafeMutableBufferPointer(rebasing: weights.mutableFloats[offset...])
                .update(fromContentsOf: folded.bias)
            offset += folded.bias.count
        }
        identity = String(hash.hexadecimal.prefix(16))
        program = BatchedProgram(
            program: graph.compile([network.output]), batch: Self.batch, imageSize: Self.inputSize)
    }

    private static func network(_ graph: Graph) -> InceptionNetwork {
        InceptionNetwork(
            graph.input(slot: BatchedProgram.images, shape: [batch, InceptionNetwork.side, InceptionNetwork.side, 3]),
            graph: graph, parameterSlot: BatchedProgram.parameters)
    }

    /// The tensors of the state dict that are read, with their shapes in PyTorch's order.
    package static var stateShapes: [String: [Int]] {
        network(Graph()).units.reduce(into: [:]) { shapes, unit in
            shapes["\(unit.name).conv.weight"] = [unit.outputs, unit.inputs, unit.kernelHeight, unit.kernelWidth]
            for name in ["weight", "bias", "running_mean", "running_var"] {
                shapes["\(unit.name).bn.\(name)"] = [unit.outputs]
            }
        }
    }

    package func features(of images: [Float], count: Int) throws -> [Float] {
        let size = preparation.imageSize
        guard images.count == count * size else {
            throw RunError(
                .data, at: "inception", "was made for images of another size",
                expected:
                    "\(preparation.height)x\(preparation.width)x\(preparation.channels) (height, width, channels)",
                found: count > 0 ? "\(images.count / count) values each" : "\(images.count) values")
        }
        var features = [Float](repeating: 0, count: count * dimensions)
        images.withUnsafeBufferPointer { images in
            features.withUnsafeMutableBufferPointer { features in
                // Each range is written by one thread.
                nonisolated(unsafe) let (images, features) = (images.baseAddress!, features.baseAddress!)
                program.run(count: count, threads: threads, parameters: weights.pointer) { range, input in
                    for (place, image) in range.enumerated() {
                        preparation(images + image * size, into: input + place * Self.inputSize)
                    }
                } take: { range, output in
                    (features + range.lowerBound * dimensions)
                        .update(from: output, count: range.count * dimensions)
                }
            }
        }
        return features
    }
}
