import FileFormats
import Foundation
import NeuralNetworks
import TensorCore
import Testing

/// The file `layers.safetensors` of `scripts/make-golden`: layers as PyTorch computes them in float64.
struct GoldenLayers {
    /// One layer with its input and all that follows from it.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        /// What the layer is built from; which of them there are depends on the layer.
        struct Attributes: Decodable, Sendable {
            var activation: String
            var features, classes, size, inputs, outputs, kernel, stride, padding, groups: Int?
            var channels, height, width: Int?
            /// Of a flat image: `[channels, height, width]`.
            var image, inputImage, outputImage: [Int]?
        }

        var name: String
        var layer: String
        var attributes: Attributes
        var parameters: [String]
        var buffers: [String]

        var testDescription: String { name }
        var isSpectral: Bool { layer.hasPrefix("spectral") }
    }

    let cases: [Case]
    private let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Golden/layers.safetensors").path)
        let json = try #require(file.metadata["cases"])
        cases = try JSONDecoder().decode([Case].self, from: Data(json.utf8))
    }

    func doubles(_ trial: Case, _ key: String) throws -> [Double] {
        try #require(file.tensors["\(trial.name)/\(key)"], "\(trial.name) has no '\(key)'").doubles()
    }

    /// nil where the case has no such tensor.
    func shape(_ trial: Case, _ key: String) -> [Int]? {
        file.tensors["\(trial.name)/\(key)"]?.shape
    }

    /// Our order and shape of samples that PyTorch has as `[n, channels, height, width]`, or flat.
    ///
    /// - Parameter image: the image that flat samples are, channels first.
    func order(_ shape: [Int], image: [Int]?) -> (order: TorchOrder, shape: Shape) {
        if let image {
            return (TorchOrder(shape: shape, view: [shape[0]] + image, axes: [0, 2, 3, 1]), Shape(shape))
        }
        guard shape.count == 4 else { return (TorchOrder(shape: shape), Shape(shape)) }
        return (TorchOrder(shape: shape, axes: [0, 2, 3, 1]), [shape[0], shape[2], shape[3], shape[1]])
    }
}

extension GoldenLayers.Case {
    /// The layer, built into a layout: input (or nil, for a layer of labels alone) → output.
    func build(iterations: Int = 1, in layout: inout NetworkLayout) throws -> (Tensor?, ForwardPass) throws -> Tensor {
        let spectral = isSpectral ? SpectralNorm(iterations: iterations) : nil
        func value(_ path: KeyPath<Attributes, Int?>) throws -> Int { try #require(attributes[keyPath: path]) }
        func features(_ image: [Int]?) -> ImageFeatures? {
            image.map { ImageFeatures(height: $0[1], width: $0[2], channels: $0[0]) }
        }
        func sized() throws -> ImageFeatures {
            ImageFeatures(height: try value(\.height), width: try value(\.width), channels: try value(\.channels))
        }
        func applied(_ layer: @escaping (Tensor, ForwardPass) -> Tensor) -> (Tensor?, ForwardPass) throws -> Tensor {
            { layer(try #require($0), $1) }
        }
        switch layer {
        case "conditionalBatchNorm":
            let norm = ConditionalBatchNorm(
                "layer", features: try value(\.features), classes: try value(\.classes),
                image: features(attributes.image), in: &layout)
            return applied { norm($0, $1) }
        case "classEmbedding":
            let embedding = Embedding("embedding", classes: try value(\.classes), size: try value(\.size), in: &layout)
            return applied { Tensor.concatenated([$0, embedding($1.requiredLabels, $1)], axis: 1) }
        case "projection":
            let head = Linear("head", inputSize: try value(\.size), outputSize: 1, in: &layout)
            let embedding = Embedding("embedding", classes: try value(\.classes), size: try value(\.size), in: &layout)
            return applied { h, pass in
                head(h, pass)
                    + (embedding(pass.requiredLabels, pass) * h).sum(axes: [1], keepingDimensions: true)
            }
        case "spectralLinear":
            let linear = Linear(
                "layer", inputSize: try value(\.inputs), outputSize: try value(\.outputs),
                inputFeatures: features(attributes.inputImage), outputFeatures: features(attributes.outputImage),
                spectral: spectral, in: &layout)
            return applied { linear($0, $1) }
        case "spectralConvolution":
            let side = try value(\.kernel)
            let convolution = Convolution(
                "layer", inputChannels: try value(\.inputs), outputChannels: try value(\.outputs),
                kernel: Kernel(height: side, width: side), stride: try value(\.stride), padding: try value(\.padding),
                groups: try value(\.groups), spectral: spectral, in: &layout)
            return applied { convolution($0, $1) }
        case "spectralTransposedConvolution":
            let side = try value(\.kernel)
            let convolution = TransposedConvolution(
                "layer", inputChannels: try value(\.inputs), outputChannels: try value(\.outputs),
                kernel: Kernel(height: side, width: side), stride: try value(\.stride), padding: try value(\.padding),
                spectral: spectral, in: &layout)
            return applied { convolution($0, $1) }
        case "spectralDepthwiseSum":
            let sum = DepthwiseSum("layer", image: try sized(), spectral: spectral, in: &layout)
            return applied { sum($0, $1) }
        case "spectralEmbedding":
            let embedding = Embedding(
                "layer", classes: try value(\.classes), size: try value(\.size), spectral: spectral, in: &layout)
            return { embedding($1.requiredLabels, $1) }
        case "minibatchStdDev":
            let layer = MinibatchStandardDeviation(groupSize: try value(\.size))
            return applied { input, _ in layer(input) }
        case "layerNorm":
            let image = try sized()
            let norm = LayerNorm("layer", shape: [image.height, image.width, image.channels], in: &layout)
            return applied { norm($0, $1) }
        case "instanceNorm":
            let norm = InstanceNorm("layer", channels: try value(\.channels), in: &layout)
            return applied { norm($0, $1) }
        default:
            Issue.record("no layer '\(layer)'")
            return applied { input, _ in input }
        }
    }
}
