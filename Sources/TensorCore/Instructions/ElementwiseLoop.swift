import CKernels

/// A fused element-wise loop: passes once over its operands, in blocks of `blockElements` that stay in the first-level
/// cache, and applies its operations to each block; sums are taken on the way.
final class ElementwiseLoop: Instruction {
    static let blockElements = 1024

    enum Code {
        case unary(Unary)
        case binary(Binary)
        case repeatRow
        case repeatColumn
        /// Fills with the number at the operand's address.
        case fillFrom
        // Sums over: the block; its rows; its columns; the outer axis alone.
        case sumAll(accumulator: Int)
        case sumRows(accumulator: Int)
        case sumColumns(accumulator: Int)
        case sumOuter(accumulator: Int)
    }

    struct Action {
        var code: Code
        /// Indices into the table of addresses.
        var a: Int
        var b: Int
        var y: Int
    }

    /// An operand or result whose address moves with the block.
    struct Moving {
        var address: Int
        var location: Location
        var strides: LoopSpace.Strides
    }

    /// A sum's accumulators, in double, one for each element of the result.
    struct Accumulator {
        var scratchOffset: Int
        var count: Int
        var strides: LoopSpace.Strides
        var result: Location
    }

    struct Plan {
        var extents: (outer: Int, rows: Int, columns: Int)
        var blockRows: Int
        var blockColumns: Int
        var registers: Int
        var addresses: Int
        /// Done once, before the blocks.
        var preamble: [Action]
        var constants: [(address: Int, value: Float)]
        var actions: [Action]
        var moving: [Moving]
        var accumulators: [Accumulator]
    }

    private let plan: Plan

    init(_ plan: Plan) {
        self.plan = plan
    }

    override var label: String {
        let operations = plan.actions.map { action in
            switch action.code {
            case .unary(let unary): "\(unary)"
            case .binary(let binary): "\(binary)"
            default: "\(action.code)".prefix { $0 != "(" }.description
            }
        }
        let extents = plan.extents
        return "ElementwiseLoop [\(extents.outer), \(extents.rows), \(extents.columns)] "
            + operations.joined(separator: " ")
    }

    /// Rows and columns of a block; they follow from the loop's extents alone.
    static func blockSize(rows: Int, columns: Int) -> (rows: Int, columns: Int) {
        columns > blockElements / 2
            ? (1, min(columns, blockElements)) : (min(rows, blockElements / columns), columns)
    }

    override func run(_ memory: Memory) {
        let addresses = memory.addresses
        for register in 0..<plan.registers {
            addresses[register] = memory.registers + register * Self.blockElements
        }
        for (address, value) in plan.constants { ck_fill(value, addresses[address], Self.blockElements) }
        for accumulator in plan.accumulators {
            doubles(accumulator, memory).update(repeating: 0, count: accumulator.count)
        }
        place(memory, outer: 0, row: 0, column: 0)
        plan.preamble.withUnsafeBufferPointer { perform($0, memory, 0, 0, 0, plan.blockRows, plan.blockColumns) }
        plan.actions.withUnsafeBufferPointer { actions in
            for outer in 0..<plan.extents.outer {
                var row = 0
                while row < plan.extents.rows {
                    let rows = min(plan.blockRows, plan.extents.rows - row)
                    var column = 0
                    while column < plan.extents.columns {
                        let columns = min(plan.blockColumns, plan.extents.columns - column)
                        place(memory, outer: outer, row: row, column: column)
                        perform(actions, memory, outer, row, column, rows, columns)
                        column += columns
                    }
                    row += rows
                }
            }
        }
        for accumulator in plan.accumulators {
            ck_doubles_to_floats(doubles(accumulator, memory), memory[accumulator.result], accumulator.count)
        }
    }

    private func doubles(_ accumulator: Accumulator, _ memory: Memory) -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(memory.scratch + accumulator.scratchOffset).assumingMemoryBound(to: Double.self)
    }

    @inline(__always)
    private func place(_ memory: Memory, outer: Int, row: Int, column: Int) {
        plan.moving.withUnsafeBufferPointer { moving in
            for operand in moving {
                let strides = operand.strides
                memory.addresses[operand.address] =
                    memory[operand.location] + (outer * strides.outer + row * strides.rows + column * strides.columns)
            }
        }
    }

    private func perform(
        _ actions: UnsafeBufferPointer<Action>, _ memory: Memory, _ outer: Int, _ row: Int, _ column: Int, _ rows: Int,
        _ columns: Int
    ) {
        let addresses = memory.addresses
        let n = rows * columns
        for action in actions {
            let a = addresses[action.a]
            let b = addresses[action.b]
            let y = addresses[action.y]
            switch action.code {
            case .unary(let unary): Self.apply(unary, a, y, n)
            case .binary(let binary): Self.apply(binary, a, b, y, n)
            case .repeatRow: ck_repeat_row(a, y, rows, columns)
            case .repeatColumn: ck_repeat_column(a, y, rows, columns)
            case .fillFrom: ck_fill(a.pointee, y, n)
            case .sumAll(let index): sums(index, memory, outer, row, column).pointee += ck_sum(a, n)
            case .sumRows(let index): ck_accumulate_rows(a, sums(index, memory, outer, row, column), rows, columns)
            case .sumOuter(let index): ck_accumulate_rows(a, sums(index, memory, outer, row, column), 1, n)
            case .sumColumns(let index):
                ck_accumulate_columns(a, sums(index, memory, outer, row, column), rows, columns)
            }
        }
    }

    @inline(__always)
    private func sums(_ index: Int, _ memory: Memory, _ outer: Int, _ row: Int, _ column: Int)
        -> UnsafeMutablePointer<Double>
    {
        let accumulator = plan.accumulators[index]
        let strides = accumulator.strides
        return doubles(accumulator, memory) + (outer * strides.outer + row * strides.rows + column * strides.columns)
    }

    private static func apply(
        _ unary: Unary, _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int
    ) {
        switch unary {
        case .negate: ck_negate(x, y, n)
        case .absolute: ck_absolute(x, y, n)
        case .square: ck_square(x, y, n)
        case .squareRoot: ck_square_root(x, y, n)
        case .reciprocal: ck_reciprocal(x, y, n)
        case .reciprocalSquareRoot: ck_reciprocal_square_root(x, y, n)
        case .exponential: ck_exponential(x, y, n)
        case .logarithm: ck_logarithm(x, y, n)
        case .sine: ck_sine(x, y, n)
        case .cosine: ck_cosine(x, y, n)
        case .tanh: ck_hyperbolic_tangent(x, y, n)
        case .sigmoid: ck_sigmoid(x, y, n)
        case .softplus: ck_softplus(x, y, n)
        case .sign: ck_sign(x, y, n)
        case .relu: ck_relu(x, y, n)
        case .leakyRelu(let slope): ck_leaky_relu(x, slope, y, n)
        case .reluSlope(let slope): ck_relu_slope(x, slope, y, n)
        case .scale(let factor): ck_scale(x, factor, y, n)
        case .addScalar(let term): ck_add_scalar(x, term, y, n)
        }
    }

    private static func apply(
        _ binary: Binary, _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>,
        _ y: UnsafeMutablePointer<Float>, _ n: Int
    ) {
        switch binary {
        case .add: ck_add(a, b, y, n)
        case .subtract: ck_subtract(a, b, y, n)
        case .multiply: ck_multiply(a, b, y, n)
        case .divide: ck_divide(a, b, y, n)
        case .maximum: ck_maximum(a, b, y, n)
        case .minimum: ck_minimum(a, b, y, n)
        }
    }
}
