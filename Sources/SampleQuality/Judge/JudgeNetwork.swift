import NeuralNetworks
import TensorCore

/// A judge's network, for training with a batch norm behind each convolution, or folded: with these multiplied into the convolutions.
struct JudgeNetwork: Sendable {
    let architecture: JudgeArchitecture
    let layout: NetworkLayout
    private let layers: [Layer]
    private let classifier: Linear

    private struct Layer: Sendable {
        var convolution: Convolution
        /// nil in a folded network.
        var norm: BatchNorm?
        var pools: Bool
    }

    private static let epsilon: Float = 1e-5

    init(_ architecture: JudgeArchitecture, folded: Bool) {
        self.architecture = architecture
        var layout = NetworkLayout()
        layers = architecture.layers.enumerated().map { number, layer in
            let name = "\(number + 1)"
            return Layer(
                convolution: Convolution(
                    "convolution\(name)", inputChannels: layer.inputs, outputChannels: layer.filters, kernel: 3,
                    padding: 1, bias: folded,
                    // He's deviation: half of what comes out is cut off by the ReLU.
                    initializer: .scaledNormal(fanIn: 9 * layer.inputs, gain: Float(2).squareRoot()), in: &layout),
                norm: folded
                    ? nil
                    : BatchNorm("norm\(name)", features: layer.filters, epsilon: Self.epsilon, in: &layout),
                pools: layer.pools)
        }
        classifier = Linear(
            "classes", inputSize: JudgeArchitecture.features, outputSize: architecture.classes, in: &layout)
        self.layout = layout
    }

    /// - Parameter images: normalised, `[batch, height, width, channels]`.
    /// - Returns: the features `[batch, 128]` and a logit for each class `[batch, classes]`.
    func callAsFunction(_ images: Tensor, _ pass: ForwardPass) -> (features: Tensor, logits: Tensor) {
        var x = images
        if architecture.reduction > 1 { x = x.averagePooled(kernel: architecture.reduction) }
        for layer in layers {
            x = layer.convolution(x, pass)
            if let norm = layer.norm { x = norm(x, pass) }
            x = x.relu()
            if layer.pools { x = x.maxPooled(kernel: 2) }
        }
        let features = x.mean(axes: [1, 2])
        return (features, classifier(features, pass))
    }

    /// The vector of the folded network that computes what this one does in inference: filters w · γ/√(variance + ε) and biases
    /// β − mean · γ/√(variance + ε).
    func folded(parameters: UnsafePointer<Float>, averages: UnsafePointer<Float>) -> [Float] {
        func values(_ name: String) -> UnsafeBufferPointer<Float> {
            if let entry = layout.parameters.first(where: { $0.name == name }) {
                return UnsafeBufferPointer(start: parameters + entry.offset, count: entry.shape.count)
            }
            guard let buffer = layout.buffers.first(where: { $0.name == name }) else {
                preconditionFailure("a judge has no tensor \(name)")
            }
            return UnsafeBufferPointer(start: averages + buffer.offset, count: buffer.shape.count)
        }
        var result: [Float] = []
        for (number, layer) in architecture.layers.enumerated() {
            let (gain, shift) = (values("norm\(number + 1).weight"), values("norm\(number + 1).bias"))
            let mean = values("norm\(number + 1).running_mean")
            let scale = zip(gain, values("norm\(number + 1).running_var")).map { $0 / ($1 + Self.epsilon).squareRoot() }
            let filters = values("convolution\(number + 1).weight")
            result += filters.indices.map { filters[$0] * scale[$0 % layer.filters] }
            result += scale.indices.map { shift[$0] - mean[$0] * scale[$0] }
        }
        return result + values("classes.weight") + values("classes.bias")
    }
}
