import CAffinity

/// One of several workers on a machine, and which of its processors are that worker's own.
///
/// Compute threads on all processors, and the coordinator's and libzmq's threads between them, are often put two on one
/// processor by the kernel, while another stands idle for some milliseconds: up to a fifth of a short round. Where each has
/// its own, it keeps its caches besides. No number depends on it.
package struct ProcessorShare: Hashable, Sendable {
    /// Which of the workers, from 0.
    package let index: Int
    /// How many they are.
    package let count: Int

    /// Nil where there is no such worker.
    package init?(index: Int, count: Int) {
        guard 0 <= index, index < count else { return nil }
        self.index = index
        self.count = count
    }

    /// From `2/4`, the second of four.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let place = parts[0], let count = parts[1], place > 0 else { return nil }
        self.init(index: place - 1, count: count)
    }

    package static let only = ProcessorShare(index: 0, count: 1)!

    /// Its part of `processors` where the workers, `threads` in each, fill them exactly. Else none: then there is room to
    /// move, or none to spare.
    package func processors(of processors: [Int32], threads: Int) -> [Int32] {
        guard threads > 0, count <= processors.count, threads <= processors.count, count * threads == processors.count
        else { return [] }
        return Array(processors[index * threads..<(index + 1) * threads])
    }

    /// Binds the calling thread to its part of this machine's processors, and with it the threads that it starts. Nothing
    /// is bound where the workers do not fill the machine, or the system does not know of this (it is Linux that does).
    ///
    /// - Parameter threads: compute threads of each worker.
    package func bindThread(threads: Int) {
        ProcessorShare.bindThread(to: processors(of: ProcessorShare.allowedProcessors, threads: threads))
    }

    /// The processors that the calling thread may run on, ascending; none where the system does not tell.
    package static var allowedProcessors: [Int32] {
        let capacity = 1024
        return Array(unsafeUninitializedCapacity: capacity) { buffer, count in
            count = min(capacity, Int(caf_allowed_processors(buffer.baseAddress, Int32(capacity))))
        }
    }

    /// A bond that is refused is none: a thread computes the same anywhere.
    package static func bindThread(to processors: [Int32]) {
        if !processors.isEmpty { _ = caf_bind_thread(processors, Int32(processors.count)) }
    }
}
