/// Turns a plan's steps into instructions on planned memory.
struct ProgramLowering {
    let graph: Graph
    let plan: ProgramPlan
    private var locations: [Int: Location] = [:]
    /// Outputs that are not computed in place.
    private var copies: [(Storage, Location, Int)] = []
    private var temporaries: [Int: Int] = [:]
    private var accumulation = Accumulation()
    private var scratchCount = 0

    init(graph: Graph, plan: ProgramPlan, saved: [Int: Location]) {
        self.graph = graph
        self.plan = plan
        locations = saved
        findAccumulation()
        placeOutputs()
        placeScratch()
    }

    private var steps: [FusionPlanner.Step] { plan.planner.steps }

    /// An output is computed where it is wanted, unless it is a view, belongs to somebody else, or is wanted twice.
    private mutating func placeOutputs() {
        for (tensor, offset) in plan.request.outputs {
            let storage = graph.storage(of: tensor.id)
            let target = Location(base: .output, offset: offset)
            let whole = storage.offset == 0 && tensor.shape.count == graph.nodes[storage.root].shape.count
            let own = plan.planner.materialized.contains(storage.root) && locations[storage.root] == nil
            if whole && own && !isInput(storage.root) {
                locations[storage.root] = target
            } else {
                copies.append((storage, target, tensor.shape.count))
            }
        }
    }

    private func isInput(_ root: Int) -> Bool {
        if case .input = graph.nodes[root].operation { true } else { false }
    }

    /// Sums of two products that nothing else reads: the second product is added to where the first one lies, and the
    /// sum takes no loop of its own. So the discriminator's gradients of its real and its fake pass are added up.
    private struct Accumulation {
        /// The sum that a product is a part of.
        var sum: [Int: Int] = [:]
        /// Products that are added to what is there.
        var seconds: Set<Int> = []
        /// Loops that are left out.
        var skipped: Set<Int> = []
    }

    private mutating func findAccumulation() {
        var readers: [Int: Int] = [:]
        var makers: [Int: Int] = [:]
        for (index, step) in steps.enumerated() {
            let (read, written) = roots(of: step, at: index)
            for root in read { readers[root, default: 0] += 1 }
            for root in written { makers[root] = index }
        }
        for (tensor, _) in plan.request.outputs { readers[graph.storage(of: tensor.id).root, default: 0] += 1 }
        for (index, step) in steps.enumerated() {
            guard case .loop(let loop) = step, loop.nodes.count == 1, let sum = loop.nodes.first,
                case .binary(.add) = graph.nodes[sum].operation
            else { continue }
            let parts = graph.nodes[sum].inputs.compactMap { input -> Int? in
                guard case .memory(let storage, let shape) = plan.planner.operand(input, in: loop, at: index),
                    storage.offset == 0, shape.count == graph.nodes[storage.root].shape.count,
                    shape.count == graph.nodes[sum].shape.count, readers[storage.root] == 1,
                    makers[storage.root] != nil, locations[storage.root] == nil, canAccumulate(storage.root)
                else { return nil }
                return storage.root
            }.sorted { makers[$0]! < makers[$1]! }
            guard parts.count == 2, parts[0] != parts[1] else { continue }
            for part in parts { accumulation.sum[part] = sum }
            accumulation.seconds.insert(parts[1])
            accumulation.skipped.insert(index)
        }
    }

    private func canAccumulate(_ id: Int) -> Bool {
        switch graph.nodes[id].operation {
        case .matmul: true
        case .convolutionFilterGradient: ConvolutionLowering(graph, id)?.canAccumulate ?? false
        default: false
        }
    }

    private func roots(of step: FusionPlanner.Step, at index: Int) -> (read: Set<Int>, written: Set<Int>) {
        switch step {
        case .single(let id):
            return (Set(graph.nodes[id].inputs.map { graph.storage(of: $0).root }), [id])
        case .loop(let loop):
            var read: Set<Int> = []
            var written: Set<Int> = []
            for id in loop.nodes {
                if plan.planner.writes(id, at: index) { written.insert(id) }
                for input in graph.nodes[id].inputs {
                    if case .memory(let storage, _) = plan.planner.operand(input, in: loop, at: index) {
                        read.insert(storage.root)
                    }
                }
            }
            return (read, written)
        }
    }

    private mutating func placeScratch() {
        var first: [Int: Int] = [:]
        var last: [Int: Int] = [:]
        for (index, step) in steps.enumerated() {
            guard !accumulation.skipped.contains(index) else { continue }
            let (read, written) = roots(of: step, at: index)
            let placed = Set(written.map { accumulation.sum[$0] ?? $0 })
            for root in placed where first[root] == nil { first[root] = index }
            for root in read.union(placed) { last[root] = index }
        }
        for (storage, _, _) in copies { last[storage.root] = steps.count }
        let hosts = findHosts(first: first, last: &last)
        var buffers: [MemoryPlanner.Buffer] = []
        var owners: [(root: Int?, step: Int)] = []
        for (root, start) in first.sorted(by: { $0.key < $1.key })
        where locations[root] == nil && hosts[root] == nil {
            buffers.append(.init(count: graph.nodes[root].shape.count, lifetime: start...last[root]!))
            owners.append((root, start))
        }
        for (index, step) in steps.enumerated() {
            let count = temporaryCount(of: step)
            guard count > 0 else { continue }
            buffers.append(.init(count: count, lifetime: index...index))
            owners.append((nil, index))
        }
        let (offsets, size) = MemoryPlanner.place(buffers)
        scratchCount = size
        for (owner, offset) in zip(owners, offsets) {
            if let root = owner.root {
                locations[root] = Location(base: .scratch, offset: offset)
            } else {
                temporaries[owner.step] = offset
            }
        }
        for (root, host) in hosts { locations[root] = locations[host] }
    }

    private func findHosts(first: [Int: Int], last: inout [Int: Int]) -> [Int: Int] {
        var reuse = InPlaceReuse(graph: graph, planner: plan.planner)
        for (index, step) in steps.enumerated() {
            guard case .loop(let loop) = step, !accumulation.skipped.contains(index) else { continue }
            reuse.place(loop, at: index, last: &last) { first[$0] != nil && locations[$0] == nil }
        }
        return reuse.hosts
    }

    private func temporaryCount(of step: FusionPlanner.Step) -> Int {
        switch step {
        case .loop(let loop): return LoopLowering.accumulatorFloats(graph: graph, loop: loop)
        case .single(let id):
            if case .matmul(let transposeA, let transposeB) = graph.nodes[id].operation {
                return MatrixProduct.scratchCount(
                    shapeC: graph.nodes[id].shape, transposeA: transposeA, transposeB: transposeB)
            }
            return ConvolutionLowering(graph, id)?.scratchCount ?? 0
        }
    }

    private func locate(_ storage: Storage) -> Location {
        if case .input(let slot, let offset) = graph.nodes[storage.root].operation {
            return Location(base: .input(slot), offset: offset + storage.offset)
        }
        guard var location = locations[accumulation.sum[storage.root] ?? storage.root] else {
            preconditionFailure("\(graph.nodes[storage.root].operation) was not placed in memory")
        }
        location.offset += storage.offset
        return location
    }

    func program(savedCount: Int) -> Program {
        var instructions: [Instruction] = []
        var registers = 0
        var addresses = 0
        for (index, step) in steps.enumerated() {
            switch step {
            case .single(let id):
                instructions.append(instruction(for: id, scratch: temporaries[index] ?? 0))
            case .loop(let loop):
                guard !loop.nodes.isEmpty, !accumulation.skipped.contains(index) else { continue }
                var lowering = LoopLowering(
                    graph: graph, planner: plan.planner, loop: loop, index: index, locate: locate)
                let lowered = lowering.lower(accumulatorOffset: temporaries[index] ?? 0)
                registers = max(registers, lowered.registers)
                addresses = max(addresses, lowered.addresses)
                instructions.append(ElementwiseLoop(lowered))
            }
        }
        for (storage, target, count) in copies {
            if case .constant(let value) = graph.nodes[storage.root].operation {
                instructions.append(Copy(filling: value, result: target, count: count))
            } else {
                instructions.append(Copy(locate(storage), result: target, count: count))
            }
        }
        return Program(
            instructions: instructions, scratchCount: scratchCount,
            registerCount: registers * ElementwiseLoop.blockElements, addressCount: addresses, savedCount: savedCount,
            outputs: plan.request.outputs.map { $0.offset..<$0.offset + $0.tensor.shape.count },
            inputCounts: plan.inputCounts)
    }

    private func instruction(for id: Int, scratch: Int) -> Instruction {
        let node = graph.nodes[id]
        let result = locate(Storage(root: id, offset: 0))
        func operand(_ index: Int) -> Location { locate(graph.storage(of: node.inputs[index])) }
        func shape(_ index: Int) -> Shape { graph.nodes[node.inputs[index]].shape }
        let scratch = Location(base: .scratch, offset: scratch)
        switch node.operation {
        case .matmul(let transposeA, let transposeB):
            return MatrixProduct(
                shapeA: shape(0), shapeC: node.shape, transposeA: transposeA, transposeB: transposeB, a: operand(0),
                b: operand(1), c: result, scratch: scratch,
                accumulates: accumulation.seconds.contains(id))
        case .convolution, .convolutionImageGradient, .convolutionFilterGradient:
            return ConvolutionLowering(graph, id)!.instruction(
                operand(0), operand(1), result: result, scratch: scratch,
                accumulates: accumulation.seconds.contains(id))

        case .maxPoolSelect(let window):
            return Pooling(.maxSelect, window: window, batch: node.shape[0], operand(0), operand(1), result: result)
        case .maxPoolScatter(let window):
            return Pooling(.maxScatter, window: window, batch: node.shape[0], operand(0), operand(1), result: result)
        case .sumPool(let window):
            return Pooling(.sum, window: window, batch: node.shape[0], operand(0), operand(0), result: result)
        case .sumPoolTranspose(let window):
            return Pooling(.sumTranspose, window: window, batch: node.shape[0], operand(0), operand(0), result: result)

        case .upsampleBilinear(let scale):
            return BilinearUpsampling(
                image: shape(0), scale: scale, isTranspose: false, source: operand(0), result: result)
        case .upsampleBilinearTranspose(let scale):
            return BilinearUpsampling(
                image: node.shape, scale: scale, isTranspose: true, source: operand(0), result: result)

        case .transpose(let axes):
            return Permutation(shape: shape(0), axes: axes, source: operand(0), result: result)
        case .slice(let starts):
            var source = operand(0)
            source.offset += StridedCopy.Walk.offset(of: starts, in: shape(0))
            return StridedCopy(
                .init(block: node.shape, source: shape(0), result: node.shape), source: source, result: result)
        case .padded(let starts):
            var target = result
            target.offset += StridedCopy.Walk.offset(of: starts, in: node.shape)
            return InstructionSequence([
                Copy(filling: 0, result: result, count: node.shape.count),
                StridedCopy(
                    .init(block: shape(0), source: shape(0), result: node.shape), source: operand(0), result: target),
            ])
        case .concatenate(let axis):
            var starts = [Int](repeating: 0, count: node.shape.rank)
            return InstructionSequence(
                node.inputs.indices.map { index in
                    var target = result
                    target.offset += StridedCopy.Walk.offset(of: starts, in: node.shape)
                    starts[axis] += shape(index)[axis]
                    return StridedCopy(
                        .init(block: shape(index), source: shape(index), result: node.shape), source: operand(index),
                        result: target)
                })
        case .broadcast:
            return StridedCopy(
                .init(block: node.shape, source: shape(0), result: node.shape), source: operand(0), result: result)
        case .constant(let value):
            return Copy(filling: value, result: result, count: node.shape.count)
        case .gatherRows:
            return RowExchange(
                gathers: true, tableRows: shape(0)[0], rows: node.shape[0], columns: node.shape[1],
                source: operand(0), indices: operand(1), result: result)
        case .scatterRows:
            return RowExchange(
                gathers: false, tableRows: node.shape[0], rows: shape(0)[0], columns: node.shape[1],
                source: operand(0), indices: operand(1), result: result)
        case .shift:
            return ImageShift(image: node.shape, source: operand(0), offsets: operand(1), result: result)
        case .input, .unary, .binary, .sum, .reshape, .normalized, .stopGradient:
            preconditionFailure("\(node.operation) is no step of its own")
        }
    }
}
