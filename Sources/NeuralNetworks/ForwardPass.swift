import TensorCore

/// One application of a network to its input: where its parameters come from, whether it trains, and what it leaves
/// behind.
public final class ForwardPass {
    public enum Mode: Sendable {
        /// Batch norm uses the batch's own statistics; dropout drops.
        case training
        /// Batch norm uses the running statistics; dropout does nothing.
        case inference
    }

    /// A dropout mask that the caller must fill: `count` elements from `offset` of the masks' input, each 0 or 1/keep.
    public struct Mask: Sendable, Hashable {
        public var keep: Float
        public var count: Int
        public var offset: Int
    }

    /// Input slots of the program that the pass is traced into.
    public struct Slots: Sendable {
        /// The parameters, with the derived buffers behind them.
        public var parameters: Int
        /// The moving averages.
        public var averages: Int
        public var masks: Int

        public init(parameters: Int, averages: Int = -1, masks: Int = -1) {
            self.parameters = parameters
            self.averages = averages
            self.masks = masks
        }
    }

    public let graph: Graph
    public let mode: Mode
    /// The classes of the inputs, whole numbers from 0: `[batch]`; nil where there are none.
    public let labels: Tensor?
    private let layout: NetworkLayout
    private let slots: Slots
    private let maskOffset: Int
    /// The masks that the pass reads, in the order of the layers.
    public private(set) var masks: [Mask] = []
    /// What the moving averages are to be updated with: the number of the buffer and a tensor of its shape, in the order of the
    /// layers.
    public private(set) var reports: [(buffer: Int, value: Tensor)] = []

    /// - Parameter maskOffset: element of the masks' input at which this pass's masks begin.
    public init(
        graph: Graph, layout: NetworkLayout, mode: Mode, slots: Slots, labels: Tensor? = nil, maskOffset: Int = 0
    ) {
        self.graph = graph
        self.layout = layout
        self.mode = mode
        self.slots = slots
        self.labels = labels
        self.maskOffset = maskOffset
    }

    /// The parameter as a tensor of its own shape.
    public func parameter(_ index: Int) -> Tensor {
        let entry = layout.parameters[index]
        return graph.input(slot: slots.parameters, offset: entry.offset, shape: entry.shape)
    }

    /// All parameters, in the order of the layout.
    public var parameters: [Tensor] { layout.parameters.indices.map(parameter) }

    /// Elements of all masks of the pass.
    public var maskCount: Int { masks.reduce(0) { $0 + $1.count } }

    /// The next dropout mask, of `shape`.
    func mask(keep: Float, shape: Shape) -> Tensor {
        let mask = Mask(keep: keep, count: shape.count, offset: maskOffset + maskCount)
        masks.append(mask)
        return graph.input(slot: slots.masks, offset: mask.offset, shape: shape)
    }

    /// The buffer as a tensor of its own shape: a derived one, or in inference a moving average.
    public func buffer(_ index: Int) -> Tensor {
        let entry = layout.buffers[index]
        switch entry.rule {
        case .derived:
            return graph.input(
                slot: slots.parameters, offset: layout.parameterCount + entry.offset, shape: entry.shape)
        case .movingAverage:
            precondition(mode == .inference, "\(entry.name): a training pass reads no moving average")
            return graph.input(slot: slots.averages, offset: entry.offset, shape: entry.shape)
        case .passCount:
            preconditionFailure("\(entry.name): a count is no tensor")
        }
    }

    /// Has a moving average updated by `value`, in training.
    public func report(_ value: Tensor, to buffer: Int) {
        let entry = layout.buffers[buffer]
        precondition(value.shape.count == entry.shape.count, "\(entry.name): \(value.shape) instead of \(entry.shape)")
        reports.append((buffer, value))
    }
}
