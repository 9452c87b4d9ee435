import NeuralNetworks

/// The first tensor by which a state differs from the networks of a recipe.
public struct TensorMismatch: Sendable, Hashable {
    /// As checkpoints call it: `generator.0.weight`.
    public var name: String
    /// In PyTorch's order; nil where the state, or the networks, have no such tensor.
    public var shape: [Int]?
    public var expected: [Int]?

    public init(name: String, shape: [Int]?, expected: [Int]?) {
        self.name = name
        self.shape = shape
        self.expected = expected
    }
}

extension Recipe {
    /// Compares tensors with the parameters and buffers of the recipe's networks by name and shape: the
    /// generator's first, then the discriminator's, then what the networks do not have. No memory is taken for the networks.
    ///
    /// - Returns: nil if all are there in their shapes.
    public func firstMismatch(with tensors: [NamedTensor]) -> TensorMismatch? {
        let networks = makeNetworks()
        let shapes = Dictionary(tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        let prefixes = [("generator", networks.generatorLayout), ("discriminator", networks.discriminatorLayout)]
        let expected = prefixes.flatMap { prefix, layout in layout.tensorShapes(prefix) }
        for (name, shape) in expected where shapes[name] != shape {
            return TensorMismatch(name: name, shape: shapes[name], expected: shape)
        }
        let known = Set(expected.map(\.name))
        let extra = tensors.first { tensor in
            prefixes.contains { tensor.name.hasPrefix("\($0.0).") } && !known.contains(tensor.name)
        }
        return extra.map { TensorMismatch(name: $0.name, shape: $0.shape, expected: nil) }
    }
}

extension NetworkLayout {
    /// The names and shapes of `stateDict`.
    fileprivate func tensorShapes(_ prefix: String) -> [(name: String, shape: [Int])] {
        parameters.map { ("\(prefix).\($0.name)", $0.order.shape) }
            + buffers.map { ("\(prefix).\($0.name)", $0.order.shape) }
    }
}
