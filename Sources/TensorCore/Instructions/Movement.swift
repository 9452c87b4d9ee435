import CKernels

/// y ← x, or a constant.
final class Copy: Instruction {
    private let source: Location?
    private let value: Float
    private let result: Location
    private let count: Int

    init(_ source: Location, result: Location, count: Int) {
        self.source = source
        value = 0
        self.result = result
        self.count = count
    }

    init(filling value: Float, result: Location, count: Int) {
        source = nil
        self.value = value
        self.result = result
        self.count = count
    }

    override func run(_ memory: Memory) {
        if let source {
            ck_copy(memory[source], memory[result], count)
        } else {
            ck_fill(value, memory[result], count)
        }
    }
}

/// Copies a block between two arrays of the same rank: slices, embeddings, concatenations, and broadcasts, whose source
/// has steps of 0.
final class StridedCopy: Instruction {
    struct Walk {
        /// Extents and steps of all axes but the last, outermost first.
        var extents: [Int]
        var sourceSteps: [Int]
        var resultSteps: [Int]
        var rowLength: Int
        /// Step of the source along a row: 1, or 0 to repeat one element.
        var rowStep: Int
    }

    private let walk: Walk
    private let source: Location
    private let result: Location

    init(_ walk: Walk, source: Location, result: Location) {
        self.walk = walk
        self.source = source
        self.result = result
    }

    override func run(_ memory: Memory) {
        copy(axis: 0, memory[source], memory[result])
    }

    private func copy(axis: Int, _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        if axis == walk.extents.count {
            if walk.rowStep == 1 { ck_copy(x, y, walk.rowLength) } else { ck_fill(x.pointee, y, walk.rowLength) }
            return
        }
        let (stepX, stepY) = (walk.sourceSteps[axis], walk.resultSteps[axis])
        if axis == walk.extents.count - 1 && walk.rowStep == 1 && stepX > 0 {
            ck_copy_rows(x, stepX, y, stepY, walk.rowLength, walk.extents[axis])
            return
        }
        for index in 0..<walk.extents[axis] {
            copy(axis: axis + 1, x + index * stepX, y + index * stepY)
        }
    }
}

extension StridedCopy.Walk {
    /// The walk over `block`, a part of arrays of the shapes `source` and `result`; an axis along which the source has
    /// extent 1 and the block does not is repeated.
    init(block: Shape, source: Shape, result: Shape) {
        func steps(_ shape: Shape) -> [Int] {
            var steps = [Int](repeating: 1, count: shape.rank)
            for axis in (0..<max(0, shape.rank - 1)).reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
            return steps
        }
        var sourceSteps = steps(source)
        for axis in 0..<block.rank where source[axis] == 1 && block[axis] > 1 { sourceSteps[axis] = 0 }
        let rank = block.rank
        extents = Array(block.dimensions.dropLast())
        self.sourceSteps = Array(sourceSteps.dropLast())
        resultSteps = Array(steps(result).dropLast())
        rowLength = rank == 0 ? 1 : block[rank - 1]
        rowStep = rank == 0 || sourceSteps[rank - 1] == 0 && rowLength > 1 ? 0 : 1
    }

    /// Offset of the element at `starts` of an array of `shape`.
    static func offset(of starts: [Int], in shape: Shape) -> Int {
        var offset = 0
        for axis in 0..<shape.rank { offset = offset * shape[axis] + starts[axis] }
        return offset
    }
}

/// Axes in another order.
final class Permutation: Instruction {
    private let shape: [Int32]
    private let axes: [Int32]
    private let source: Location
    private let result: Location

    init(shape: Shape, axes: [Int], source: Location, result: Location) {
        precondition(shape.rank <= 6, "transpose: at most 6 axes, not \(shape.rank)")
        self.shape = shape.dimensions.map(Int32.init)
        self.axes = axes.map(Int32.init)
        self.source = source
        self.result = result
    }

    override func run(_ memory: Memory) {
        if axes == [1, 0] {
            ck_transpose(memory[source], memory[result], Int(shape[0]), Int(shape[1]))
        } else {
            ck_permute(memory[source], memory[result], shape, axes, Int32(axes.count))
        }
    }
}

/// Rows of a table by index, and the adjoint.
final class RowExchange: Instruction {
    private let gathers: Bool
    private let tableRows: Int
    private let rows: Int
    private let columns: Int
    private let source: Location
    private let indices: Location
    private let result: Location

    init(
        gathers: Bool, tableRows: Int, rows: Int, columns: Int, source: Location, indices: Location, result: Location
    ) {
        self.gathers = gathers
        self.tableRows = tableRows
        self.rows = rows
        self.columns = columns
        self.source = source
        self.indices = indices
        self.result = result
    }

    override func run(_ memory: Memory) {
        if gathers {
            ck_gather_rows(memory[source], memory[indices], memory[result], rows, columns, tableRows)
        } else {
            ck_scatter_rows(memory[source], memory[indices], memory[result], rows, columns, tableRows)
        }
    }
}

/// Images moved by whole pixels.
final class ImageShift: Instruction {
    private let image: Shape
    private let source: Location
    private let offsets: Location
    private let result: Location

    init(image: Shape, source: Location, offsets: Location, result: Location) {
        self.image = image
        self.source = source
        self.offsets = offsets
        self.result = result
    }

    override func run(_ memory: Memory) {
        let d = image.dimensions
        ck_shift_images(memory[source], memory[offsets], memory[result], d[0], d[1], d[2], d[3])
    }
}

/// Several instructions that make up one step.
final class InstructionSequence: Instruction {
    private let parts: [Instruction]

    init(_ parts: [Instruction]) {
        self.parts = parts
    }

    override var label: String { parts.map(\.label).joined(separator: ", then ") }

    override var floatingPointOperations: Int { parts.reduce(0) { $0 + $1.floatingPointOperations } }

    override func run(_ memory: Memory) {
        for part in parts { part.run(memory) }
    }
}
