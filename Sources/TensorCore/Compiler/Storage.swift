/// Where a node's elements lie: `offset` elements into the memory of the node `root`, which computes them.
struct Storage: Hashable {
    var root: Int
    var offset: Int
}

extension Graph {
    /// Follows the operations that only look at memory in another way: reshapes, contiguous slices, identities.
    func storage(of id: Int) -> Storage {
        let node = nodes[id]
        switch node.operation {
        case .reshape, .normalized, .stopGradient:
            return storage(of: node.inputs[0])
        case .slice(let starts):
            guard let offset = contiguousOffset(starts, size: node.shape, in: nodes[node.inputs[0]].shape) else {
                return Storage(root: id, offset: 0)
            }
            var storage = storage(of: node.inputs[0])
            storage.offset += offset
            return storage
        default:
            return Storage(root: id, offset: 0)
        }
    }

    /// The operand seen through the identities: the node whose value an element-wise loop would compute.
    func throughIdentities(_ id: Int) -> Int {
        switch nodes[id].operation {
        case .normalized, .stopGradient: throughIdentities(nodes[id].inputs[0])
        default: id
        }
    }

    /// The inputs on which the node's value depends: an identity needs only what it stands for.
    func valueInputs(of id: Int) -> [Int] {
        switch nodes[id].operation {
        case .normalized, .stopGradient: [nodes[id].inputs[0]]
        default: nodes[id].inputs
        }
    }

    /// A slice is contiguous if the axes before the first cut one have extent 1 and those after it are whole.
    private func contiguousOffset(_ starts: [Int], size: Shape, in shape: Shape) -> Int? {
        var offset = 0
        var cut = false
        var stride = 1
        for axis in (0..<shape.rank).reversed() {
            if cut && size[axis] != 1 { return nil }
            if size[axis] != shape[axis] { cut = true }
            offset += starts[axis] * stride
            stride *= shape[axis]
        }
        return offset
    }
}
