import TensorCore

/// One parameter of a network in its contiguous vector.
public struct ParameterEntry: Sendable, Hashable {
    /// As in PyTorch's state dict.
    public var name: String
    /// Ours; convolutions have the kernel's axes first.
    public var shape: Shape
    /// Element of the network's vector at which it begins.
    public var offset: Int
    public var order: TorchOrder
    public var initializer: Initializer
}

/// One buffer of a network: state that Adam never sees, with the rule by which the coordinator changes it.
public struct BufferEntry: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        /// value ← value + (report − value) · momentum after each training pass, where the report is the mean over the shards.
        case movingAverage(momentum: Float)
        /// A function of the parameters, computed after each of their updates: buffer of derivation number `derivation`.
        case derived(derivation: Int)
        /// The number of training passes that the moving averages have seen: PyTorch's `num_batches_tracked`.
        case passCount
    }

    /// As in PyTorch's state dict: `3.running_mean`.
    public var name: String
    /// Ours.
    public var shape: Shape
    /// Of a moving average: the element of the vector of moving averages at which it begins. Of a derived buffer: the element
    /// behind the parameters. A count has none.
    public var offset: Int
    public var order: TorchOrder
    public var rule: Rule
    /// In every element, at the start of a run.
    public var initial: Float
    /// No checkpoint may hold less.
    public var minimum: Float
}

/// Where a network's parameters and buffers lie in their contiguous vectors.
///
/// There are two vectors. The first holds what workers need: the parameters and, behind them, the buffers derived from them.
/// The second holds the moving averages, which only inference reads.
public struct NetworkLayout: Sendable {
    public private(set) var parameters: [ParameterEntry] = []
    public private(set) var buffers: [BufferEntry] = []
    public private(set) var derivations: [any BufferDerivation] = []
    /// Elements of all parameters.
    public private(set) var parameterCount = 0
    /// Elements of all derived buffers.
    public private(set) var derivedCount = 0
    /// Elements of all moving averages.
    public private(set) var averageCount = 0

    public init() {}

    /// Neighbouring moving averages of one momentum, as ranges of their vector.
    public private(set) var averageRuns: [(range: Range<Int>, momentum: Float)] = []

    /// Elements of the parameters with the derived buffers behind them: what is sent to workers.
    public var vectorCount: Int { parameterCount + derivedCount }

    /// Appends a parameter and returns its number.
    public mutating func add(name: String, shape: Shape, order: TorchOrder, initializer: Initializer) -> Int {
        precondition(
            order.shape.reduce(1, *) == shape.count, "\(name): \(order.shape) is not \(shape) in another order")
        parameters.append(
            ParameterEntry(name: name, shape: shape, offset: parameterCount, order: order, initializer: initializer))
        parameterCount += shape.count
        return parameters.count - 1
    }

    /// Appends a moving average of what a layer reports in training, and returns its number.
    ///
    /// - Parameter minimum: the least value that a checkpoint may hold: 0 for a variance.
    public mutating func addMovingAverage(
        name: String, shape: Shape, order: TorchOrder? = nil, initial: Float = 0, momentum: Float = 0.1,
        minimum: Float = -.infinity
    ) -> Int {
        addBuffer(
            name, shape, order, .movingAverage(momentum: momentum), offset: averageCount, initial: initial,
            minimum: minimum)
        let range = averageCount..<averageCount + shape.count
        if let last = averageRuns.last, last.momentum == momentum {
            averageRuns[averageRuns.count - 1].range = last.range.lowerBound..<range.upperBound
        } else {
            averageRuns.append((range, momentum))
        }
        averageCount += shape.count
        return buffers.count - 1
    }

    /// Appends PyTorch's count of training passes.
    public mutating func addPassCount(name: String) {
        addBuffer(name, [], nil, .passCount, offset: 0, initial: 0, minimum: 0)
    }

    /// Appends buffers that follow from the parameters, and returns their numbers.
    ///
    /// - Parameter shapes: name, shape and order of each.
    public mutating func addDerived(
        _ derivation: any BufferDerivation, _ shapes: [(name: String, shape: Shape, order: TorchOrder)]
    ) -> [Int] {
        derivations.append(derivation)
        return shapes.map { name, shape, order in
            addBuffer(
                name, shape, order, .derived(derivation: derivations.count - 1), offset: derivedCount, initial: 0,
                minimum: -.infinity)
            derivedCount += shape.count
            return buffers.count - 1
        }
    }

    private mutating func addBuffer(
        _ name: String, _ shape: Shape, _ order: TorchOrder?, _ rule: BufferEntry.Rule, offset: Int, initial: Float,
        minimum: Float
    ) {
        let order = order ?? TorchOrder(shape: shape.dimensions)
        precondition(
            order.shape.reduce(1, *) == shape.count, "\(name): \(order.shape) is not \(shape) in another order")
        buffers.append(
            BufferEntry(
                name: name, shape: shape, offset: offset, order: order, rule: rule, initial: initial, minimum: minimum))
    }
}
