import Dispatch
import TensorCore

/// Runs a program of a fixed batch on any number of images, on several threads, which change no bit.
///
/// The program reads its images from slot 0, [batch, imageSize], and its parameters from slot 1.
struct BatchedProgram: Sendable {
    static let images = 0
    static let parameters = 1

    let program: Program
    /// Images of a run of the program.
    let batch: Int
    /// Values of an image, as the program takes it.
    let imageSize: Int

    /// - Parameters:
    ///   - count: of the images.
    ///   - parameters: read by every thread.
    ///   - fill: writes the images of a range where the program reads them; zeros stand in for what the last batch lacks.
    ///   - take: gets the program's output for the images of a range. Ranges do not overlap, and come in no order.
    func run(
        count: Int, threads: Int, parameters: UnsafeMutablePointer<Float>,
        fill: @Sendable (Range<Int>, UnsafeMutablePointer<Float>) -> Void,
        take: @Sendable (Range<Int>, UnsafePointer<Float>) -> Void
    ) {
        let batches = (count + batch - 1) / batch
        let threads = max(1, min(threads, batches))
        // Read alone.
        nonisolated(unsafe) let parameters = parameters
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            prepareComputeThread()
            let memory = Memory(self)
            for number in stride(from: thread, to: batches, by: threads) {
                let range = number * batch..<min(count, (number + 1) * batch)
                memory.images.mutableFloats.update(repeating: 0)
                fill(range, memory.images.pointer)
                memory.run(program, parameters)
                take(range, memory.output.pointer)
            }
        }
    }

    /// The memory of one thread.
    private final class Memory {
        let workspace: Workspace
        let images: AlignedVector
        let saved: AlignedVector
        let output: AlignedVector

        init(_ batched: BatchedProgram) {
            workspace = Workspace(for: [batched.program])
            images = AlignedVector(count: batched.batch * batched.imageSize)
            saved = AlignedVector(count: batched.program.savedCount)
            output = AlignedVector(count: batched.program.outputCount)
        }

        func run(_ program: Program, _ parameters: UnsafeMutablePointer<Float>) {
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: 2) { slots in
                slots.initialize(repeating: images.pointer)
                slots[BatchedProgram.parameters] = parameters
                program.run(
                    inputs: UnsafeBufferPointer(slots), saved: saved.pointer, output: output.pointer,
                    workspace: workspace)
            }
        }
    }
}
