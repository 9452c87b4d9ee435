import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Loading batches")
struct BatchLoaderTests {
    private func loader(_ source: any SampleSource, shards: Int = 4, shardBatch: Int = 8) throws -> BatchLoader {
        let sampler = try ShardSampler(count: source.count, shards: shards, shardBatch: shardBatch, seed: 21)
        return BatchLoader(source: source, sampler: sampler, mean: 0.5, deviation: 0.25)
    }

    private func batch(_ loader: BatchLoader, _ shard: Int, _ batchIndex: UInt64) throws -> [Float] {
        var batch = [Float](repeating: .nan, count: loader.batchElementCount)
        try batch.withUnsafeMutableBufferPointer { try loader.load(shard: shard, batchIndex: batchIndex, into: $0) }
        return batch
    }

    @Test("a batch is the shard's samples, normalised")
    func normalised() throws {
        let loader = try loader(GlyphSource(seed: 1))
        let batch = try batch(loader, 2, 5)
        for position in 0..<8 {
            let index = loader.sampler.index(shard: 2, batchIndex: 5, position: position)
            let expected = try loader.source.sample(index).map { ($0 - 0.5) / 0.25 }
            #expect(Array(batch[position * 784..<(position + 1) * 784]) == expected)
        }
    }

    @Test("prefetching, in any pattern and from several threads, changes nothing")
    func prefetching() async throws {
        let plain = try loader(GlyphSource(seed: 1))
        let ahead = try loader(GlyphSource(seed: 1))
        let expected = try (0..<4).map { shard in try (0..<30).map { try batch(plain, shard, $0) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for shard in 0..<4 {
                group.addTask {
                    for batchIndex in 0..<30 {
                        // Sometimes the next, sometimes one that is never asked for, sometimes none.
                        if batchIndex % 3 != 0 { ahead.prefetch(shard: shard, batchIndex: UInt64(batchIndex + 1)) }
                        if batchIndex % 5 == 0 { ahead.prefetch(shard: shard, batchIndex: UInt64(batchIndex + 7)) }
                        let found = try batch(ahead, shard, UInt64(batchIndex))
                        #expect(found == expected[shard][batchIndex])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("labels come with a batch, made ahead or not; −1 where the data have none")
    func labels() throws {
        for source in [GlyphSource(seed: 1), Unlabelled()] as [any SampleSource] {
            let loader = try loader(source)
            for batchIndex in 0..<3 as Range<UInt64> {
                if batchIndex > 0 { loader.prefetch(shard: 1, batchIndex: batchIndex) }
                var pixels = [Float](repeating: .nan, count: loader.batchElementCount)
                var labels = [Float](repeating: .nan, count: 8)
                try pixels.withUnsafeMutableBufferPointer { pixels in
                    try labels.withUnsafeMutableBufferPointer {
                        try loader.load(shard: 1, batchIndex: batchIndex, into: pixels, labels: $0)
                    }
                }
                let expected = (0..<8).map { position in
                    source.label(loader.sampler.index(shard: 1, batchIndex: batchIndex, position: position)).map(
                        Float.init) ?? -1
                }
                #expect(labels == expected)
                #expect(try pixels == batch(loader, 1, batchIndex), "they change nothing in the samples")
            }
        }
    }

    private struct Unlabelled: SampleSource {
        let base = MixtureSource.ring(seed: 1)
        var name: String { base.name }
        var count: Int { base.count }
        var shape: SampleShape { base.shape }
        var fingerprint: DatasetFingerprint { base.fingerprint }
        var classes: DatasetClasses? { nil }

        func label(_ index: Int) -> Int? { nil }

        func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
            base.read(index, into: sample)
            return nil
        }
    }

    /// Counts reads, and refuses one sample.
    private final class CountingSource: SampleSource, @unchecked Sendable {
        let base = MixtureSource.ring(seed: 1)
        let refused: Int?
        private let lock = NSLock()
        private var reads = 0

        init(refusing refused: Int? = nil) {
            self.refused = refused
        }

        var name: String { base.name }
        var count: Int { base.count }
        var shape: SampleShape { base.shape }
        var fingerprint: DatasetFingerprint { base.fingerprint }
        var readCount: Int { lock.withLock { reads } }

        var classes: DatasetClasses? { base.classes }

        func label(_ index: Int) -> Int? { base.label(index) }

        func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) throws -> Int? {
            lock.withLock { reads += 1 }
            if index == refused { throw DatasetError(.data, "sample \(index) is broken") }
            return base.read(index, into: sample)
        }
    }

    @Test("what was prefetched is not read again")
    func readOnce() async throws {
        let source = CountingSource()
        let loader = try loader(source)
        loader.prefetch(shard: 0, batchIndex: 0)
        loader.prefetch(shard: 0, batchIndex: 0)
        while source.readCount < 8 { try await Task.sleep(for: .milliseconds(1)) }
        _ = try batch(loader, 0, 0)
        #expect(source.readCount == 8)
        _ = try batch(loader, 0, 0)
        #expect(source.readCount == 16)
    }

    @Test("a sample that cannot be read is an error with and without prefetching")
    func errors() async throws {
        let index = try loader(CountingSource()).sampler.index(shard: 1, batchIndex: 3, position: 4)
        let source = CountingSource(refusing: index)
        let loader = try loader(source)
        #expect(throws: DatasetError(.data, "sample \(index) is broken")) { try batch(loader, 1, 3) }
        loader.prefetch(shard: 1, batchIndex: 3)
        while source.readCount < 10 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(throws: DatasetError(.data, "sample \(index) is broken")) { try batch(loader, 1, 3) }
        _ = try batch(loader, 1, 4)
    }

    @Test("a loader is freed with its thread")
    func freed() async throws {
        weak var source: CountingSource?
        do {
            let counting = CountingSource()
            source = counting
            let loader = try loader(counting)
            loader.prefetch(shard: 0, batchIndex: 0)
            _ = try batch(loader, 0, 0)
        }
        let deadline = Date(timeIntervalSinceNow: patience)
        while source != nil, Date() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(source == nil)
    }
}
