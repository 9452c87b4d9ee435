import CKernels
import Foundation

/// One thread that fills batches ahead of time, in the order in which they were asked for.
///
/// `@unchecked Sendable`: all that changes is read and written under the condition's lock, but for the contents of a slot's
/// buffer, which the thread alone writes while the slot is `filling` and which is only read when it is `ready`.
final class BatchPrefetcher: @unchecked Sendable {
    /// Writes a batch, and its labels where these are asked for.
    typealias Fill =
        @Sendable (
            BatchKey, _ batch: UnsafeMutableBufferPointer<Float>, _ labels: UnsafeMutableBufferPointer<Float>?
        ) throws -> Void

    private enum State {
        case waiting
        case filling
        case ready
        case failed(any Error)
    }

    private struct Slot {
        let key: BatchKey
        var state = State.waiting
        /// The batch, and its labels behind it.
        var buffer: UnsafeMutableBufferPointer<Float>?
    }

    private static let slotsPerShard = 2

    private let fill: Fill
    private let batchElementCount: Int
    private let labelCount: Int
    private let condition = NSCondition()
    /// In the order of the requests.
    private var slots: [Slot] = []
    private var freeBuffers: [UnsafeMutableBufferPointer<Float>] = []
    private var hasThread = false
    private var isStopped = false

    init(batchElementCount: Int, labelCount: Int, fill: @escaping Fill) {
        self.batchElementCount = batchElementCount
        self.labelCount = labelCount
        self.fill = fill
    }

    deinit {
        // The thread holds a reference: it has ended.
        for slot in slots { slot.buffer?.deallocate() }
        for buffer in freeBuffers { buffer.deallocate() }
    }

    /// Ends the thread after the batch that it is at.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    func request(_ key: BatchKey) {
        condition.withLock {
            guard !slots.contains(where: { $0.key == key }) else { return }
            let ofShard = slots.indices.filter { slots[$0].key.shard == key.shard }
            if ofShard.count >= BatchPrefetcher.slotsPerShard {
                guard let oldest = ofShard.first(where: { !isFilling(slots[$0]) }) else { return }
                release(slots.remove(at: oldest))
            }
            slots.append(Slot(key: key))
            if !hasThread {
                hasThread = true
                let thread = Thread { self.run() }
                thread.name = "batch prefetch"
                thread.stackSize = 4 << 20
                thread.start()
            }
            condition.broadcast()
        }
    }

    /// Gives batch `key`: the one made ahead, when there is one, or else one made now.
    func take(
        _ key: BatchKey, into batch: UnsafeMutableBufferPointer<Float>, labels: UnsafeMutableBufferPointer<Float>?
    ) throws {
        if let slot = claim(key) {
            defer { condition.withLock { release(slot) } }
            if case .failed(let error) = slot.state { throw error }
            let made = slot.buffer!.baseAddress!
            batch.baseAddress!.update(from: made, count: batch.count)
            labels?.baseAddress!.update(from: made + batchElementCount, count: labelCount)
        } else {
            try fill(key, batch, labels)
        }
    }

    /// The finished slot of `key`, which is the caller's from then on; nil when none was begun.
    private func claim(_ key: BatchKey) -> Slot? {
        condition.withLock {
            while let index = slots.firstIndex(where: { $0.key == key }) {
                switch slots[index].state {
                case .waiting:
                    release(slots.remove(at: index))
                    return nil
                case .filling: condition.wait()
                case .ready, .failed: return slots.remove(at: index)
                }
            }
            return nil
        }
    }

    private func run() {
        ck_set_numeric_mode()
        while let (key, buffer) = next() {
            let state: State
            do {
                try fill(
                    key, UnsafeMutableBufferPointer(rebasing: buffer[..<batchElementCount]),
                    UnsafeMutableBufferPointer(rebasing: buffer[batchElementCount...]))
                state = .ready
            } catch {
                state = .failed(error)
            }
            condition.withLock {
                if let index = slots.firstIndex(where: { $0.key == key && isFilling($0) }) {
                    slots[index].state = state
                }
                condition.broadcast()
            }
        }
    }

    private func next() -> (BatchKey, UnsafeMutableBufferPointer<Float>)? {
        condition.withLock {
            while !isStopped {
                if let index = slots.firstIndex(where: { if case .waiting = $0.state { true } else { false } }) {
                    let buffer = freeBuffers.popLast() ?? allocate()
                    slots[index].state = .filling
                    slots[index].buffer = buffer
                    return (slots[index].key, buffer)
                }
                condition.wait()
            }
            return nil
        }
    }

    private func allocate() -> UnsafeMutableBufferPointer<Float> {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: batchElementCount + labelCount)
        buffer.initialize(repeating: 0)
        return buffer
    }

    private func release(_ slot: Slot) {
        if let buffer = slot.buffer { freeBuffers.append(buffer) }
    }

    private func isFilling(_ slot: Slot) -> Bool {
        if case .filling = slot.state { true } else { false }
    }
}
