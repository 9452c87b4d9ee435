/// How PyTorch stores a tensor that we store in another order: viewed in the shape `view` and permuted by `axes`, its
/// state-dict tensor of shape `shape` is ours.
public struct TorchOrder: Sendable, Hashable {
    public var shape: [Int]
    public var view: [Int]
    public var axes: [Int]

    public init(shape: [Int], view: [Int]? = nil, axes: [Int]? = nil) {
        self.shape = shape
        self.view = view ?? shape
        self.axes = axes ?? Array((view ?? shape).indices)
    }

    /// PyTorch's filter `[filters, channels, kernelHeight, kernelWidth]` is our `[kernelHeight, kernelWidth, channels,
    /// filters]`; a transposed convolution's `[in, out, kernelHeight, kernelWidth]` our `[…, out, in]`.
    static func filter(_ shape: [Int]) -> TorchOrder {
        TorchOrder(shape: shape, axes: [2, 3, 1, 0])
    }

    /// For each of our elements, in order, the index of the same element in PyTorch's order.
    public func torchIndices() -> [Int] {
        var steps = [Int](repeating: 1, count: view.count)
        for axis in (0..<max(0, view.count - 1)).reversed() { steps[axis] = steps[axis + 1] * view[axis + 1] }
        var indices = [0]
        for axis in axes {
            let (length, step, starts) = (view[axis], steps[axis], indices)
            indices = [Int](unsafeUninitializedCapacity: starts.count * length) { target, count in
                for start in starts {
                    for position in 0..<length { target[count + position] = start + position * step }
                    count += length
                }
            }
        }
        return indices
    }

    public func toTorch(_ values: some Collection<Float>) -> [Float] {
        let (indices, values) = (torchIndices(), Array(values))
        return [Float](unsafeUninitializedCapacity: values.count) { target, count in
            for position in values.indices { target[indices[position]] = values[position] }
            count = values.count
        }
    }

    public func fromTorch(_ values: [Float]) -> [Float] {
        torchIndices().map { values[$0] }
    }
}

/// Which features of an image `[height, width, channels]` a linear layer beside a flatten or unflatten sees: PyTorch
/// numbers them channels first, we number them channels last.
public struct ImageFeatures: Sendable, Hashable {
    public var height: Int
    public var width: Int
    public var channels: Int

    public init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    public var count: Int { height * width * channels }
}

extension TorchOrder {
    /// A vector over the features of an image, channels first in PyTorch.
    static func features(_ count: Int, _ image: ImageFeatures?) -> TorchOrder {
        guard let image else { return TorchOrder(shape: [count]) }
        return TorchOrder(shape: [count], view: [image.channels, image.height, image.width], axes: [1, 2, 0])
    }

    static func linear(_ inputSize: Int, _ outputSize: Int, _ input: ImageFeatures?, _ output: ImageFeatures?)
        -> TorchOrder
    {
        func axes(_ image: ImageFeatures?, _ size: Int, from first: Int) -> (view: [Int], axes: [Int]) {
            guard let image else { return ([size], [first]) }
            return ([image.channels, image.height, image.width], [first + 1, first + 2, first])
        }
        let rows = axes(output, outputSize, from: 0)
        let columns = axes(input, inputSize, from: rows.view.count)
        return TorchOrder(
            shape: [outputSize, inputSize], view: rows.view + columns.view, axes: rows.axes + columns.axes)
    }
}
