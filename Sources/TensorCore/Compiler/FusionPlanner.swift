/// Orders the nodes that a program needs into steps: element-wise nodes and sums over the same space share a loop, so
/// that memory is passed over once; every other node is a step of its own.
///
/// A cheap element-wise value that a later loop needs is computed there again rather than stored, when its operands
/// are in memory anyway: batch normalisation's x̂ costs two operations and saves writing and reading a tensor.
struct FusionPlanner {
    /// A loop: the nodes that it computes, in order.
    final class Loop {
        let shape: Shape
        var nodes: [Int] = []
        var members: Set<Int> = []
        /// Shapes of all operands and results, which decide the loop's axes.
        var patterns: Set<Shape>

        init(shape: Shape) {
            self.shape = shape
            patterns = [shape]
        }
    }

    enum Step {
        case loop(Loop)
        case single(Int)
    }

    /// What an element-wise node reads: a value of the same loop, or memory.
    enum Operand {
        case value(Int)
        case memory(Storage, shape: Shape)
        case constant(Float)
    }

    private let graph: Graph
    private let available: Set<Int>
    private(set) var steps: [Step] = []
    /// Roots that are written to memory.
    private(set) var materialized: Set<Int> = []
    private var home: [Int: Int] = [:]

    /// How many operations it is worth to compute a value again instead of storing it.
    private static let recomputationLimit = 4

    /// - Parameters:
    ///   - needed: the nodes to compute, ascending.
    ///   - available: roots that are in memory before the program starts.
    ///   - outputs: roots that must be in memory when it ends.
    init(graph: Graph, needed: [Int], available: Set<Int>, outputs: Set<Int>) {
        self.graph = graph
        self.available = available
        materialized = outputs.subtracting(available).filter { root in
            switch graph.nodes[root].operation {
            case .unary, .binary: true
            default: false
            }
        }
        for id in needed {
            place(id)
            if isBroadcast(id), outputs.contains(id) { requireMemory(id) }
        }
        prune()
    }

    /// The nodes that only look at other nodes' memory, or need none.
    static func isView(_ id: Int, in graph: Graph) -> Bool {
        switch graph.nodes[id].operation {
        case .input, .constant: true
        case .broadcast: false
        default: graph.storage(of: id).root != id
        }
    }

    private mutating func place(_ id: Int) {
        let node = graph.nodes[id]
        if Self.isView(id, in: graph) {
            // A view whose shape differs from its operand's is read from memory.
            if case .reshape = node.operation { requireMemory(node.inputs[0]) }
            if case .slice = node.operation { requireMemory(node.inputs[0]) }
            return
        }
        switch node.operation {
        case .broadcast:
            // Loops read the small operand in place; `requireMemory` materialises the rest.
            requireMemory(node.inputs[0])
        case .unary, .binary, .sum:
            placeInLoop(id)
        default:
            for input in node.inputs { requireMemory(input) }
            home[id] = steps.count
            materialized.insert(id)
            steps.append(.single(id))
        }
    }

    private mutating func requireMemory(_ id: Int) {
        let root = graph.storage(of: id).root
        if available.contains(root) || materialized.contains(root) && home[root] != nil { return }
        switch graph.nodes[root].operation {
        case .input: return
        case .constant, .broadcast:
            if home[root] == nil {
                home[root] = steps.count
                steps.append(.single(root))
            }
            materialized.insert(root)
        default:
            materialized.insert(root)
        }
    }

    private mutating func placeInLoop(_ id: Int) {
        let node = graph.nodes[id]
        let shape = isSum(id) ? graph.nodes[node.inputs[0]].shape : node.shape
        if LoopSpace(shape: shape, operands: patterns(of: id)) == nil {
            // Too many axes for one loop: the small operands are written out in full first.
            for input in node.inputs where isBroadcast(graph.throughIdentities(input)) {
                requireMemory(graph.throughIdentities(input))
            }
        }
        var earliest = 0
        var neighbours: Set<Int> = []
        for input in node.inputs {
            let source = graph.throughIdentities(input)
            if isRecomputable(source, shape: shape), let step = home[source] {
                earliest = max(earliest, step)
                neighbours.insert(step)
            } else if let root = memoryRoot(of: source), let step = home[root] {
                earliest = max(earliest, step + 1)
            }
        }
        if !join(id, shape: shape, from: earliest, neighbours: neighbours) {
            let loop = Loop(shape: shape)
            steps.append(.loop(loop))
            append(id, to: loop, at: steps.count - 1)
        }
    }

    private func isSum(_ id: Int) -> Bool {
        if case .sum = graph.nodes[id].operation { true } else { false }
    }

    /// Whether the value is in memory as such, now or before the program.
    private func isWritten(_ id: Int) -> Bool {
        materialized.contains(id) || available.contains(id)
    }

    private func isBroadcast(_ id: Int) -> Bool {
        if case .broadcast = graph.nodes[id].operation { true } else { false }
    }

    /// An element-wise value of the loop's own shape, not yet in memory before this program.
    private func isRecomputable(_ id: Int, shape: Shape) -> Bool {
        switch graph.nodes[id].operation {
        case .unary, .binary: graph.nodes[id].shape == shape && !available.contains(id)
        default: false
        }
    }

    private func memoryRoot(of id: Int) -> Int? {
        switch graph.nodes[id].operation {
        case .constant: nil
        case .broadcast where !isWritten(id): graph.storage(of: graph.nodes[id].inputs[0]).root
        default: graph.storage(of: id).root
        }
    }

    /// Adds the node to the first loop that may hold it and shares an operand with it.
    private mutating func join(_ id: Int, shape: Shape, from earliest: Int, neighbours: Set<Int>) -> Bool {
        let roots = Set(graph.nodes[id].inputs.compactMap { memoryRoot(of: graph.throughIdentities($0)) })
        for index in earliest..<max(earliest, steps.count) {
            guard case .loop(let loop) = steps[index], loop.shape == shape else { continue }
            let shares =
                neighbours.contains(index) || !roots.isDisjoint(with: loop.members)
                || loop.nodes.contains { node in
                    graph.nodes[node].inputs.contains { input in
                        memoryRoot(of: graph.throughIdentities(input)).map(roots.contains) ?? false
                    }
                }
            guard shares, fits(id, loop) else { continue }
            append(id, to: loop, at: index)
            return true
        }
        return false
    }

    private func fits(_ id: Int, _ loop: Loop) -> Bool {
        LoopSpace(shape: loop.shape, operands: loop.patterns.union(patterns(of: id))) != nil
    }

    /// The shapes, with extents 1 where they do not change, of what the node reads and writes.
    private func patterns(of id: Int, at index: Int = .max) -> Set<Shape> {
        let node = graph.nodes[id]
        var result: Set<Shape> = [node.shape]
        for input in node.inputs {
            let source = graph.throughIdentities(input)
            if isBroadcast(source), !isInMemory(source, before: index) {
                result.insert(graph.nodes[graph.nodes[source].inputs[0]].shape)
            }
        }
        return result
    }

    private mutating func append(_ id: Int, to loop: Loop, at index: Int) {
        // First, so that nothing is computed again whose operands would ask for a fourth axis beside the node's own.
        loop.patterns.formUnion(patterns(of: id))
        for input in graph.nodes[id].inputs { provide(graph.throughIdentities(input), to: loop, at: index) }
        loop.nodes.append(id)
        loop.members.insert(id)
        if home[id] == nil { home[id] = index }
        if isSum(id) { materialized.insert(id) }
    }

    /// Makes an operand readable in the loop: as one of its values, by computing it again, or from memory.
    private mutating func provide(_ source: Int, to loop: Loop, at index: Int) {
        if loop.members.contains(source) && !isSum(source) { return }
        switch graph.nodes[source].operation {
        case .constant: return
        case .broadcast:
            if !isWritten(source) { requireMemory(graph.nodes[source].inputs[0]) }
        case .unary, .binary:
            if isInMemory(source, before: index) { return }
            if graph.nodes[source].shape == loop.shape,
                let cost = recomputationCost(source, loop: loop, before: index), cost <= Self.recomputationLimit,
                LoopSpace(shape: loop.shape, operands: loop.patterns.union(recomputedPatterns(source, loop))) != nil
            {
                append(source, to: loop, at: index)
            } else {
                requireMemory(source)
            }
        default:
            requireMemory(source)
        }
    }

    private func isInMemory(_ id: Int, before index: Int) -> Bool {
        available.contains(id) || materialized.contains(id) && (home[id] ?? Int.max) < index
    }

    /// Operations needed to compute the value in this loop from memory; nil if an operand is not ready.
    private func recomputationCost(_ id: Int, loop: Loop, before index: Int) -> Int? {
        if loop.members.contains(id) || isInMemory(id, before: index) { return 0 }
        let node = graph.nodes[id]
        var cost: Int
        switch node.operation {
        case .unary(let unary): cost = unary.cost
        case .binary(let binary): cost = binary == .divide ? 2 : 1
        case .constant, .input: return 0
        case .broadcast:
            guard let root = memoryRoot(of: id) else { return 0 }
            return isReady(root, before: index) ? 0 : nil
        default:
            return isReady(graph.storage(of: id).root, before: index) ? 0 : nil
        }
        for input in node.inputs {
            guard let part = recomputationCost(graph.throughIdentities(input), loop: loop, before: index) else {
                return nil
            }
            cost += part
            if cost > Self.recomputationLimit { return nil }
        }
        return cost
    }

    private func isReady(_ root: Int, before index: Int) -> Bool {
        if available.contains(root) { return true }
        switch graph.nodes[root].operation {
        case .input, .constant: return true
        case .unary, .binary, .broadcast: return materialized.contains(root) && (home[root] ?? Int.max) < index
        default: return (home[root] ?? Int.max) < index
        }
    }

    private func recomputedPatterns(_ id: Int, _ loop: Loop) -> Set<Shape> {
        var result = patterns(of: id)
        for input in graph.nodes[id].inputs {
            let source = graph.throughIdentities(input)
            if isRecomputable(source, shape: loop.shape), !loop.members.contains(source) {
                result.formUnion(recomputedPatterns(source, loop))
            }
        }
        return result
    }

    // MARK: - What is left

    /// How the loop reads an operand of one of its nodes.
    func operand(_ input: Int, in loop: Loop, at index: Int) -> Operand {
        let source = graph.throughIdentities(input)
        if loop.members.contains(source) && !isSum(source) && !isInMemory(source, before: index) {
            return .value(source)
        }
        switch graph.nodes[source].operation {
        case .constant(let value): return .constant(value)
        case .broadcast where !isInMemory(source, before: index):
            let small = graph.nodes[source].inputs[0]
            return .memory(graph.storage(of: small), shape: graph.nodes[small].shape)
        default:
            return .memory(graph.storage(of: source), shape: graph.nodes[source].shape)
        }
    }

    /// Whether the loop is the one that writes the node to memory.
    func writes(_ id: Int, at index: Int) -> Bool {
        materialized.contains(id) && home[id] == index
    }

    /// Drops from each loop what neither a stored value nor a sum of it uses, and loops that are left empty.
    private mutating func prune() {
        for (index, step) in steps.enumerated() {
            guard case .loop(let loop) = step else { continue }
            var used: Set<Int> = []
            for id in loop.nodes.reversed() {
                guard used.contains(id) || writes(id, at: index) else { continue }
                used.insert(id)
                for input in graph.nodes[id].inputs {
                    if case .value(let value) = operand(input, in: loop, at: index) { used.insert(value) }
                }
            }
            loop.nodes.removeAll { !used.contains($0) }
            loop.patterns = loop.nodes.reduce(into: [loop.shape]) { $0.formUnion(patterns(of: $1, at: index)) }
        }
    }
}
