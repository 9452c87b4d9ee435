import Dispatch
import TensorCore

/// Independent computations on the processor's cores; results come in order, and do not depend on the number of cores.
package enum Parallel {
    /// The results of `body` for 0 to `count` − 1, which may run on any prepared thread.
    package static func map<Result: Sendable>(
        _ count: Int, _ body: @Sendable (Int) -> Result
    ) -> [Result] {
        [Result](unsafeUninitializedCapacity: count) { buffer, filled in
            // Every index is written once, by one thread.
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: count) { index in
                prepareComputeThread()
                results.initializeElement(at: index, to: body(index))
            }
            filled = count
        }
    }
}
