/// Where a buffer begins: an offset into one of the memories that a program works on.
struct Location: Hashable, Sendable {
    enum Base: Hashable, Sendable {
        case scratch
        case saved
        case output
        case input(Int)
    }

    var base: Base
    var offset: Int
}

/// The memories that a program works on, for the time of one run.
struct Memory {
    let scratch: UnsafeMutablePointer<Float>
    let saved: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let inputs: UnsafeBufferPointer<UnsafeMutablePointer<Float>>
    /// Blocks of the element-wise loops, and the table of their addresses.
    let registers: UnsafeMutablePointer<Float>
    let addresses: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

    subscript(location: Location) -> UnsafeMutablePointer<Float> {
        switch location.base {
        case .scratch: scratch + location.offset
        case .saved: saved + location.offset
        case .output: output + location.offset
        case .input(let slot): inputs[slot] + location.offset
        }
    }
}

/// A compiled graph: a fixed list of instructions on planned memory. It holds no state of its own between runs, so that
/// several threads may run it, each with a workspace of its own.
public final class Program: Sendable {
    // Safe to share: the list and its instructions are never changed after compilation.
    nonisolated(unsafe) let instructions: [Instruction]
    let scratchCount: Int
    let registerCount: Int
    let addressCount: Int
    /// Elements of saved memory that the program reads or writes.
    public let savedCount: Int
    /// Where the outputs lie in the caller's output vector, in the order in which they were requested.
    let outputs: [Range<Int>]
    /// Elements that the program reads of each input slot.
    let inputCounts: [Int: Int]

    /// Elements of the caller's output vector that the program writes.
    public let outputCount: Int

    init(
        instructions: [Instruction], scratchCount: Int, registerCount: Int, addressCount: Int, savedCount: Int,
        outputs: [Range<Int>], inputCounts: [Int: Int]
    ) {
        self.instructions = instructions
        self.scratchCount = scratchCount
        self.registerCount = registerCount
        self.addressCount = addressCount
        self.savedCount = savedCount
        self.outputs = outputs
        outputCount = outputs.map(\.upperBound).max() ?? 0
        self.inputCounts = inputCounts
    }

    /// Runs the program.
    ///
    /// - Parameters:
    ///   - inputs: one address for each input slot; slots that the program does not read may hold any address.
    ///   - saved: memory of `savedCount` elements that outlives the run: what a later program of the same compilation
    ///     reads of this one's values.
    ///   - output: memory of `outputCount` elements.
    ///   - profile: takes down what each instruction did and how long it took.
    public func run(
        inputs: UnsafeBufferPointer<UnsafeMutablePointer<Float>>, saved: UnsafeMutablePointer<Float>,
        output: UnsafeMutablePointer<Float>, workspace: Workspace, profile: InstructionProfile? = nil
    ) {
        precondition(workspace.fits(self), "the workspace was made for smaller programs")
        let memory = Memory(
            scratch: workspace.scratch, saved: saved, output: output, inputs: inputs, registers: workspace.registers,
            addresses: workspace.addresses)
        withSignalsBlocked {
            if let profile {
                for instruction in instructions { profile.run(instruction, memory) }
            } else {
                for instruction in instructions { instruction.run(memory) }
            }
        }
    }
}
