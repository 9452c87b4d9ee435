/// Which results of loops take the place of an operand that nothing reads any more: the memory is then passed over once,
/// for reading and writing, and the arena is smaller.
struct InPlaceReuse {
    private let graph: Graph
    private let planner: FusionPlanner
    private var overwritten: Set<Int> = []
    /// For each value that shares a place the one that the place is planned for: the first that lies there, or the last
    /// if that has a place of its own outside of the arena.
    private(set) var hosts: [Int: Int] = [:]

    init(graph: Graph, planner: FusionPlanner) {
        self.graph = graph
        self.planner = planner
    }

    /// Finds places for the loop's results; loops come in the order in which they run.
    ///
    /// - Parameters:
    ///   - last: the step that reads a value last; a host then lives as long as what comes into its place.
    ///   - isPlanned: whether a value lies in memory that is free for others before and after its life.
    mutating func place(
        _ loop: FusionPlanner.Loop, at index: Int, last: inout [Int: Int], isPlanned: (Int) -> Bool
    ) {
        let operands = wholeOperands(of: loop, at: index)
        for (position, result) in loop.nodes.enumerated() {
            guard planner.writes(result, at: index), graph.nodes[result].shape == loop.shape else { continue }
            let operand = operands.first { operand in
                operand.lastRead <= position && last[operand.root] == index && isPlanned(operand.root)
                    && !overwritten.contains(operand.root)
            }
            guard let root = operand?.root else { continue }
            overwritten.insert(root)
            let host = hosts[root] ?? root
            if isPlanned(result) {
                hosts[result] = host
                last[host] = max(last[host]!, last[result]!)
            } else {
                for (value, known) in hosts where known == host { hosts[value] = result }
                hosts[host] = result
            }
        }
    }

    /// What the loop reads element by element as it writes, and never in another way; and the position of the last node
    /// that does.
    private func wholeOperands(of loop: FusionPlanner.Loop, at index: Int) -> [(root: Int, lastRead: Int)] {
        var lastRead: [Int: Int] = [:]
        var others: Set<Int> = []
        for (position, id) in loop.nodes.enumerated() {
            for input in graph.nodes[id].inputs {
                guard case .memory(let storage, let shape) = planner.operand(input, in: loop, at: index) else {
                    continue
                }
                let isWhole = shape == loop.shape && graph.nodes[storage.root].shape.count == shape.count
                if isWhole { lastRead[storage.root] = position } else { others.insert(storage.root) }
            }
        }
        return lastRead.filter { !others.contains($0.key) }.sorted { $0.key < $1.key }
            .map { (root: $0.key, lastRead: $0.value) }
    }
}
