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
        public var parameters: Int
        public var statistics: Int
        public var masks: Int

        public init(parameters: Int, statistics: Int = -1, masks: Int = -1) {
            self.parameters = parameters
            self.statistics = statistics
            self.masks = masks
        }
    }

    public let graph: Graph
    public let mode: Mode
    private let layout: NetworkLayout
    private let slots: Slots
    private let maskOffset: Int
    /// The masks that the pass reads, in the order of the layers.
    public private(set) var masks: [Mask] = []
    /// Mean and unbiased variance of each batch norm's input, each `[features]`, in the order of the layers.
    public private(set) var batchStatistics: [(mean: Tensor, variance: Tensor)] = []

    /// - Parameter maskOffset: element of the masks' input at which this pass's masks begin.
    public init(graph: Graph, layout: NetworkLayout, mode: Mode, slots: Slots, maskOffset: Int = 0) {
        self.graph = graph
        self.layout = layout
        self.mode = mode
        self.slots = slots
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

    /// The running mean and variance of a batch norm, each `[features]`.
    func runningStatistics(_ index: Int) -> (mean: Tensor, variance: Tensor) {
        let entry = layout.statistics[index]
        return (
            graph.input(slot: slots.statistics, offset: entry.offset, shape: [entry.features]),
            graph.input(slot: slots.statistics, offset: entry.offset + entry.features, shape: [entry.features])
        )
    }

    func report(mean: Tensor, variance: Tensor) {
        batchStatistics.append((mean, variance))
    }
}
