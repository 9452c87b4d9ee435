import Adversarial

/// How far the parameters of one network have arrived. A pure value: the floats are kept by `ParameterStore`.
///
/// Chunks of a newer version replace what was begun of an older one: a newer version is published only after the round
/// that needed the older.
package struct ParameterAssembly: Hashable, Sendable {
    /// Chunks that may be under way to a worker that catches up.
    package static let credit = 16

    /// What a chunk turned out to be.
    package enum Arrival: Hashable, Sendable {
        /// Of a version that is not needed any more, or of the wrong length.
        case stale
        /// It was here already.
        case duplicate
        /// To be kept.
        case taken
        /// To be kept, and the version is complete with it.
        case completed
    }

    private let layout: ChunkLayout
    /// The newest version that is complete.
    package private(set) var complete: UInt64?
    /// The version that is arriving.
    private var target: UInt64?
    private var received: [Bool]
    private var missing: Int
    /// The chunks before this one have been asked for; 0 where nothing has.
    private var requested = 0
    private var lastProgress: Nanoseconds = 0
    /// Requests since a chunk of this network came last.
    private var unanswered = 0
    /// The longest time between two chunks of a version, of those that nobody had to ask for anew; forgotten by and by.
    package private(set) var longestGap: Nanoseconds = 0

    package init(layout: ChunkLayout) {
        self.layout = layout
        received = [Bool](repeating: false, count: layout.count)
        missing = layout.count
    }

    /// Whether the chunk has the size that its place asks for.
    package func accepts(_ header: ParametersHeader, payloadBytes: Int?) -> Bool {
        header.length == layout.length && header.chunk < layout.count
            && payloadBytes == layout.byteCount(of: header.chunk)
    }

    /// Takes a chunk in.
    package mutating func insert(version: UInt64, chunk: Int, at now: Nanoseconds) -> Arrival {
        if target == version, missing < layout.count, unanswered == 0 {
            longestGap = max(longestGap, now - min(now, lastProgress))
        }
        lastProgress = max(lastProgress, now)
        unanswered = 0
        if let complete, version <= complete { return .stale }
        if let target, version < target { return .stale }
        if target != version { start(version) }
        guard !received[chunk] else { return .duplicate }
        received[chunk] = true
        missing -= 1
        lastProgress = now
        guard missing == 0 else { return .taken }
        complete = version
        target = nil
        longestGap -= longestGap / 4
        return .completed
    }

    /// A chunk of the other network came: the line is busy, no faster than `gap` between two chunks, and what is missing may
    /// be behind it.
    package mutating func sawTraffic(at now: Nanoseconds, gap: Nanoseconds) {
        lastProgress = max(lastProgress, now)
        longestGap = max(longestGap, gap)
    }

    /// Says that `version` is needed.
    ///
    /// - Returns: whether it is here.
    package mutating func need(_ version: UInt64, at now: Nanoseconds) -> Bool {
        if let complete, complete >= version { return complete == version }
        if target == nil || target! < version {
            start(version)
            // With nothing at all there is no reason to expect that it is on its way.
            lastProgress = complete == nil ? 0 : now
        }
        return false
    }

    /// The longest that it waits before it asks again.
    package static let longestPatience = Nanoseconds.seconds(8)

    /// What to ask for where the needed version has stopped arriving for `patience`: on a slow line for three times as long
    /// as it has needed for a chunk, and longer with each request that brought nothing. (A chunk of 1 MiB takes 0.8 s at
    /// 10 Mbit/s: who asks again in the meantime makes the line slower still, with no end.)
    package mutating func request(
        _ network: Network, patience: Nanoseconds, at now: Nanoseconds
    ) -> ParametersRequest? {
        let backoff = unanswered == 0 ? patience : patience << Nanoseconds(min(unanswered + 2, 16))
        let patience = max(patience, min(ParameterAssembly.longestPatience, max(backoff, 3 * longestGap)))
        guard let target, now >= lastProgress + patience, let first = received.firstIndex(of: false) else { return nil }
        lastProgress = now
        unanswered += 1
        requested = min(layout.count, first + ParameterAssembly.credit)
        return ParametersRequest(
            network: network, version: target, firstChunk: first, chunks: ParameterAssembly.credit)
    }

    /// What to ask for next where asked-for chunks are arriving: half the credit, when that half has arrived.
    package mutating func requestMore(_ network: Network, after chunk: Int) -> ParametersRequest? {
        let half = ParameterAssembly.credit / 2
        guard let target, requested > 0, requested < layout.count, chunk < requested, requested - chunk <= half else {
            return nil
        }
        let first = requested
        requested = min(layout.count, first + half)
        return ParametersRequest(network: network, version: target, firstChunk: first, chunks: half)
    }

    private mutating func start(_ version: UInt64) {
        target = version
        requested = 0
        missing = layout.count
        for chunk in received.indices { received[chunk] = false }
    }
}
