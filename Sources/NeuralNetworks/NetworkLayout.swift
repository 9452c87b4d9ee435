import TensorCore

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

/// One parameter of a network in its contiguous vector.
public struct ParameterEntry: Sendable, Hashable {
    /// As in PyTorch's state dict.
    public var name: String
    /// Ours; convolutions have the kernel's axes first.
    public var shape: Shape
    /// Element of the network's parameter vector at which it begins.
    public var offset: Int
    public var order: TorchOrder
    public var initializer: Initializer
}

/// The running mean and variance of one batch norm in a network's vector of statistics: `features` means from `offset`
/// on, then as many variances.
public struct StatisticsEntry: Sendable, Hashable {
    /// Of the layer, as in PyTorch's state dict: `name.running_mean`, `name.running_var`.
    public var name: String
    public var features: Int
    public var offset: Int
    public var order: TorchOrder
}

/// Where a network's parameters and running statistics lie in their contiguous vectors.
public struct NetworkLayout: Sendable, Hashable {
    public private(set) var parameters: [ParameterEntry] = []
    public private(set) var statistics: [StatisticsEntry] = []
    public private(set) var parameterCount = 0
    public private(set) var statisticsCount = 0

    public init() {}

    /// Appends a parameter and returns its number.
    public mutating func add(name: String, shape: Shape, order: TorchOrder, initializer: Initializer) -> Int {
        precondition(
            order.shape.reduce(1, *) == shape.count, "\(name): \(order.shape) is not \(shape) in another order")
        parameters.append(
            ParameterEntry(name: name, shape: shape, offset: parameterCount, order: order, initializer: initializer))
        parameterCount += shape.count
        return parameters.count - 1
    }

    /// Appends running statistics and returns their number.
    public mutating func addStatistics(name: String, features: Int, order: TorchOrder) -> Int {
        statistics.append(StatisticsEntry(name: name, features: features, offset: statisticsCount, order: order))
        statisticsCount += 2 * features
        return statistics.count - 1
    }
}
