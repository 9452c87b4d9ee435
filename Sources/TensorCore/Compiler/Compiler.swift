/// What one program of a compilation computes.
public struct ProgramRequest {
    /// A value, and where it goes: element `offset` onwards of the output vector of a run.
    public var outputs: [(tensor: Tensor, offset: Int)]
    /// Programs of the same compilation, by number, that have run before this one with the same saved memory: what
    /// they computed is not computed again.
    public var after: [Int]

    public init(outputs: [(tensor: Tensor, offset: Int)], after: [Int] = []) {
        self.outputs = outputs
        self.after = after
    }
}

extension Graph {
    /// Compiles programs that share saved memory: every value of an earlier program that a later one reads keeps its
    /// place there.
    ///
    /// All shapes are fixed, element-wise chains are fused into loops, and all memory is planned, so that a run does
    /// not allocate.
    public func compile(_ requests: [ProgramRequest]) -> [Program] {
        var plans: [ProgramPlan] = []
        for request in requests {
            let earlier = request.after.map { plans[$0] }
            let plan = ProgramPlan(graph: self, request: request, earlier: earlier)
            for (number, before) in zip(request.after, earlier) {
                plans[number].saved.formUnion(plan.read.intersection(before.planner.materialized))
            }
            plans.append(plan)
        }
        // Saved values lie one after the other and never move.
        var saved: [Int: Location] = [:]
        var savedCount = 0
        for plan in plans {
            for root in plan.saved.sorted() where saved[root] == nil {
                saved[root] = Location(base: .saved, offset: savedCount)
                savedCount += MemoryPlanner.aligned(nodes[root].shape.count)
            }
        }
        return plans.map { plan in
            ProgramLowering(graph: self, plan: plan, saved: saved).program(savedCount: savedCount)
        }
    }

    /// Compiles one program.
    public func compile(outputs: [(tensor: Tensor, offset: Int)]) -> Program {
        compile([ProgramRequest(outputs: outputs)])[0]
    }
}

/// A program on its way: what it computes, in which steps, and what it reads of earlier programs.
struct ProgramPlan {
    let request: ProgramRequest
    let planner: FusionPlanner
    /// Roots of earlier programs that it reads.
    let read: Set<Int>
    /// Roots of its own that later programs read.
    var saved: Set<Int> = []
    /// Elements that it reads of each input slot.
    let inputCounts: [Int: Int]

    init(graph: Graph, request: ProgramRequest, earlier: [ProgramPlan]) {
        self.request = request
        let available = earlier.reduce(into: Set<Int>()) { $0.formUnion($1.planner.materialized) }
        var read: Set<Int> = []
        var needed: Set<Int> = []
        var pending = request.outputs.map(\.tensor.id)
        while let id = pending.popLast() {
            let root = graph.storage(of: id).root
            if available.contains(root) {
                read.insert(root)
                continue
            }
            guard needed.insert(id).inserted else { continue }
            pending.append(contentsOf: graph.valueInputs(of: id))
        }
        self.read = read
        inputCounts = needed.reduce(into: [:]) { counts, id in
            guard case .input(let slot, let offset) = graph.nodes[id].operation else { return }
            counts[slot] = max(counts[slot] ?? 0, offset + graph.nodes[id].shape.count)
        }
        planner = FusionPlanner(
            graph: graph, needed: needed.sorted(), available: available,
            outputs: Set(request.outputs.map { graph.storage(of: $0.tensor.id).root }))
    }
}
