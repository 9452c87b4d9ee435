/// Where a convolution's operands lie, in one of its forms; `ConvolutionPlan` has the table of what they are.
struct ConvolutionOperands {
    let a: Location
    let b: Location
    let result: Location
    let scratch: Location
    /// Multiplications and additions, as the formula has them.
    let floatingPointOperations: Int
}

/// A convolution in one of its forms, whichever way it is computed.
class ConvolutionInstruction: Instruction {
    let operands: ConvolutionOperands

    init(_ operands: ConvolutionOperands) { self.operands = operands }

    final override var floatingPointOperations: Int { operands.floatingPointOperations }

    /// The operands' places in `memory`.
    final func places(
        _ memory: Memory
    ) -> (
        a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>, result: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        (memory[operands.a], memory[operands.b], memory[operands.result], memory[operands.scratch])
    }
}
