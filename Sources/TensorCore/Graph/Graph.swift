/// A trace of tensor operations: nodes in the order in which they were recorded, which is a topological order.
///
/// Equal operations on equal operands are recorded once. A graph is built on one thread and then compiled.
public final class Graph {
    struct Node {
        var operation: Operation
        var inputs: [Int]
        var shape: Shape
    }

    private struct Key: Hashable {
        var operation: Operation
        var inputs: [Int]
        var shape: Shape
    }

    private(set) var nodes: [Node] = []
    private var known: [Key: Int] = [:]

    public init() {}

    /// A tensor whose memory is bound at run time: `shape.count` elements of input `slot` from element `offset`.
    public func input(slot: Int, offset: Int = 0, shape: Shape) -> Tensor {
        record(.input(slot: slot, offset: offset), [], shape)
    }

    /// One number, in every element of `shape`.
    public func constant(_ value: Float, shape: Shape = []) -> Tensor {
        record(.constant(value), [], shape)
    }

    func record(_ operation: Operation, _ inputs: [Tensor], _ shape: Shape) -> Tensor {
        for input in inputs { precondition(input.graph === self, "operands must come from one graph") }
        let key = Key(operation: operation, inputs: inputs.map(\.id), shape: shape)
        if let id = known[key] { return Tensor(graph: self, id: id) }
        nodes.append(Node(operation: operation, inputs: key.inputs, shape: shape))
        known[key] = nodes.count - 1
        return Tensor(graph: self, id: nodes.count - 1)
    }
}

/// A symbolic tensor of float32: a node of a graph. Operations on it record further nodes.
public struct Tensor {
    let graph: Graph
    let id: Int

    public var shape: Shape { graph.nodes[id].shape }
    var operation: Operation { graph.nodes[id].operation }
    var inputs: [Tensor] { graph.nodes[id].inputs.map { Tensor(graph: graph, id: $0) } }

    /// The number, if every element is known to be the same one.
    var constantValue: Float? {
        switch operation {
        case .constant(let value): value
        case .broadcast, .reshape: inputs[0].constantValue
        default: nil
        }
    }
}
