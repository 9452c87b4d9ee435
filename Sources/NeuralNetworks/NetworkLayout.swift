import TensorCore

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
