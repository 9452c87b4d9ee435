/// Turns a planned loop into an `ElementwiseLoop`: addresses for operands, registers for values, sums.
struct LoopLowering {
    private let graph: Graph
    private let planner: FusionPlanner
    private let loop: FusionPlanner.Loop
    private let index: Int
    private let space: LoopSpace
    private let block: (rows: Int, columns: Int)
    private let locate: (Storage) -> Location

    private var preamble: [ElementwiseLoop.Action] = []
    private var actions: [ElementwiseLoop.Action] = []
    private var constants: [(address: Int, value: Float)] = []
    private var moving: [ElementwiseLoop.Moving] = []
    private var accumulators: [ElementwiseLoop.Accumulator] = []

    private var registers = 0
    private var freeRegisters: [Int] = []
    private var otherAddresses = 0
    /// Address of each value and operand; those of operands in memory are numbered from -1 downwards until the number
    /// of registers is known.
    private var values: [Int: Int] = [:]
    private var operands: [OperandKey: Int] = [:]
    private var lastUse: [Int: Int] = [:]
    /// Registers that are free again after the node at hand.
    private var temporaries: [Int] = []

    private enum OperandKey: Hashable {
        case constant(Float)
        case memory(Storage, Shape)
    }

    init(
        graph: Graph, planner: FusionPlanner, loop: FusionPlanner.Loop, index: Int,
        locate: @escaping (Storage) -> Location
    ) {
        self.graph = graph
        self.planner = planner
        self.loop = loop
        self.index = index
        self.locate = locate
        guard let space = LoopSpace(shape: loop.shape, operands: loop.patterns) else {
            preconditionFailure("a planned loop has at most three axes")
        }
        self.space = space
        block = ElementwiseLoop.blockSize(rows: space.extents.rows, columns: space.extents.columns)
    }

    /// Elements of scratch for the accumulators of the loop's sums.
    static func accumulatorFloats(graph: Graph, loop: FusionPlanner.Loop) -> Int {
        loop.nodes.reduce(0) { total, id in
            guard case .sum = graph.nodes[id].operation else { return total }
            return total + MemoryPlanner.aligned(2 * graph.nodes[id].shape.count)
        }
    }

    /// - Parameter accumulatorOffset: scratch offset, in floats, of the sums' accumulators.
    mutating func lower(accumulatorOffset: Int) -> ElementwiseLoop.Plan {
        for (position, id) in loop.nodes.enumerated() {
            for input in graph.nodes[id].inputs {
                if case .value(let value) = planner.operand(input, in: loop, at: index) { lastUse[value] = position }
            }
        }
        var offset = accumulatorOffset
        for (position, id) in loop.nodes.enumerated() {
            lower(id, position: position, accumulatorOffset: &offset)
        }
        return finished()
    }

    private mutating func lower(_ id: Int, position: Int, accumulatorOffset: inout Int) {
        let node = graph.nodes[id]
        let addresses = node.inputs.map { address(of: $0) }
        // A register whose value dies here may take the result: kernels allow y to be x.
        var dying: Set<Int> = []
        for input in node.inputs {
            guard case .value(let value) = planner.operand(input, in: loop, at: index), lastUse[value] == position
            else { continue }
            dying.insert(value)
        }
        freeRegisters.append(contentsOf: dying.sorted().compactMap { values[$0] }.filter { $0 >= 0 })
        switch node.operation {
        case .unary(let unary):
            let y = result(id)
            actions.append(.init(code: .unary(unary), a: addresses[0], b: addresses[0], y: y))
        case .binary(let binary):
            let y = result(id)
            actions.append(.init(code: .binary(binary), a: addresses[0], b: addresses[1], y: y))
        case .sum:
            lowerSum(id, of: addresses[0], accumulatorOffset: &accumulatorOffset)
        default:
            preconditionFailure("\(node.operation) is not an element-wise operation")
        }
        releaseTemporaries()
    }

    private mutating func lowerSum(_ id: Int, of operand: Int, accumulatorOffset: inout Int) {
        let shape = graph.nodes[id].shape
        let strides = space.strides(of: shape)
        accumulators.append(
            .init(
                scratchOffset: accumulatorOffset, count: shape.count, strides: strides,
                result: locate(Storage(root: id, offset: 0))))
        accumulatorOffset += MemoryPlanner.aligned(2 * shape.count)
        let accumulator = accumulators.count - 1
        let code: ElementwiseLoop.Code
        switch (strides.rows != 0, strides.columns != 0) {
        case (true, true): code = .sumOuter(accumulator: accumulator)
        case (false, true): code = .sumRows(accumulator: accumulator)
        case (true, false): code = .sumColumns(accumulator: accumulator)
        case (false, false): code = .sumAll(accumulator: accumulator)
        }
        actions.append(.init(code: code, a: operand, b: operand, y: operand))
    }

    private mutating func releaseTemporaries() {
        freeRegisters.append(contentsOf: temporaries)
        temporaries = []
    }

    private mutating func result(_ id: Int) -> Int {
        if planner.writes(id, at: index) {
            let address = movingAddress(locate(Storage(root: id, offset: 0)), space.strides(of: loop.shape))
            values[id] = address
            return address
        }
        let register = takeRegister()
        values[id] = register
        if lastUse[id] == nil { temporaries.append(register) }
        return register
    }

    private mutating func takeRegister() -> Int {
        if let register = freeRegisters.popLast() { return register }
        registers += 1
        return registers - 1
    }

    private mutating func movingAddress(_ location: Location, _ strides: LoopSpace.Strides) -> Int {
        otherAddresses += 1
        moving.append(.init(address: -otherAddresses, location: location, strides: strides))
        return -otherAddresses
    }

    private mutating func address(of input: Int) -> Int {
        switch planner.operand(input, in: loop, at: index) {
        case .value(let value):
            return values[value]!
        case .constant(let value):
            return known(.constant(value)) { lowering in
                let register = lowering.takeHoistedRegister()
                lowering.constants.append((register, value))
                return register
            }
        case .memory(let storage, let shape):
            return memoryAddress(storage, shape)
        }
    }

    private mutating func known(_ key: OperandKey, make: (inout LoopLowering) -> Int) -> Int {
        if let address = operands[key] { return address }
        let address = make(&self)
        operands[key] = address
        return address
    }

    /// A register that keeps its value through the whole loop: never one that was free and reused before.
    private mutating func takeHoistedRegister() -> Int {
        registers += 1
        return registers - 1
    }

    private mutating func memoryAddress(_ storage: Storage, _ shape: Shape) -> Int {
        let strides = space.strides(of: shape)
        let location = locate(storage)
        let direct = strides.columns == 1 && (block.rows == 1 || strides.rows == space.extents.columns)
        // A loop over one element has no axis at all.
        let single = space.extents == (1, 1, 1)
        if direct || single {
            return known(.memory(storage, shape)) { $0.movingAddress(location, strides) }
        }
        let code: ElementwiseLoop.Code =
            strides.columns == 1 ? .repeatRow : strides.rows != 0 && block.rows > 1 ? .repeatColumn : .fillFrom
        let moves =
            strides.outer != 0 || strides.rows != 0
            || strides.columns != 0 && block.columns != space.extents.columns
        if !moves {
            return known(.memory(storage, shape)) { lowering in
                let source = lowering.movingAddress(location, strides)
                let register = lowering.takeHoistedRegister()
                lowering.preamble.append(.init(code: code, a: source, b: source, y: register))
                return register
            }
        }
        let source = known(.memory(storage, shape)) { $0.movingAddress(location, strides) }
        let register = takeRegister()
        temporaries.append(register)
        actions.append(.init(code: code, a: source, b: source, y: register))
        return register
    }

    private mutating func finished() -> ElementwiseLoop.Plan {
        let count = registers
        func final(_ address: Int) -> Int { address >= 0 ? address : count - address - 1 }
        func final(_ action: ElementwiseLoop.Action) -> ElementwiseLoop.Action {
            .init(code: action.code, a: final(action.a), b: final(action.b), y: final(action.y))
        }
        return ElementwiseLoop.Plan(
            extents: space.extents, blockRows: block.rows, blockColumns: block.columns, registers: registers,
            addresses: registers + otherAddresses, preamble: preamble.map(final), constants: constants,
            actions: actions.map(final),
            moving: moving.map { .init(address: final($0.address), location: $0.location, strides: $0.strides) },
            accumulators: accumulators)
    }
}
