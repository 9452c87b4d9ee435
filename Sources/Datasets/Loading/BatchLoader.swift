import CKernels
import FileFormats

/// Gives the batches of real samples that shards train on, normalised, (value − mean) / deviation, with their labels.
///
/// A batch is a function of (source, sampler, shard, batchIndex) alone. `prefetch` has it decoded in the background; whether
/// that was done, or in time, changes nothing but the waiting.
package final class BatchLoader: Sendable {
    package let source: any SampleSource
    package let sampler: ShardSampler
    /// Elements of a batch: shardBatch · elements of a sample.
    package let batchElementCount: Int
    private let prefetcher: BatchPrefetcher

    /// - Precondition: the sampler was made for the source's count; `deviation` is not 0.
    package init(source: any SampleSource, sampler: ShardSampler, mean: Double, deviation: Double) {
        precondition(sampler.count == source.count, "the sampler is that of another data set")
        precondition(deviation != 0, "a deviation of 0 cannot divide")
        self.source = source
        self.sampler = sampler
        batchElementCount = sampler.shardBatch * source.shape.elementCount
        prefetcher = BatchPrefetcher(
            batchElementCount: batchElementCount, labelCount: sampler.shardBatch
        ) { key, batch, labels in
            try BatchLoader.fill(
                batch, labels, key: key, source: source, sampler: sampler, mean: mean, deviation: deviation)
        }
    }

    deinit {
        prefetcher.stop()
    }

    /// Writes batch `batchIndex` of `shard`, [shardBatch, sample], into `batch` of `batchElementCount` elements. May be called on
    /// several threads at once.
    ///
    /// - Parameter labels: receives the class of each sample, [shardBatch], as whole numbers: where another sample stands in for
    ///   one that cannot be read, the class of that. −1 where the data set has no classes.
    /// - Throws: `DatasetError` when a sample cannot be read.
    package func load(
        shard: Int, batchIndex: UInt64, into batch: UnsafeMutableBufferPointer<Float>,
        labels: UnsafeMutableBufferPointer<Float>? = nil
    ) throws {
        precondition(batch.count == batchElementCount, "a batch's buffer has another size")
        precondition(labels.map { $0.count == sampler.shardBatch } ?? true, "a batch's labels have another size")
        try prefetcher.take(BatchKey(shard: shard, batchIndex: batchIndex), into: batch, labels: labels)
    }

    /// Has the batch made ready in the background. At most two batches of a shard are kept; the oldest gives way.
    package func prefetch(shard: Int, batchIndex: UInt64) {
        prefetcher.request(BatchKey(shard: shard, batchIndex: batchIndex))
    }

    /// The files that batch `batchIndex` of `shard` was read from, which must have been loaded; empty for data without a list.
    package func readings(shard: Int, batchIndex: UInt64) -> [FileReading] {
        guard let images = source as? ImageFolderSource else { return [] }
        var readings: [FileReading] = []
        readings.reserveCapacity(sampler.shardBatch)
        sampler.forEachIndex(shard: shard, batchIndex: batchIndex) { _, index in
            readings.append(contentsOf: images.readings(of: index))
        }
        return readings
    }

    private static func fill(
        _ batch: UnsafeMutableBufferPointer<Float>, _ labels: UnsafeMutableBufferPointer<Float>?, key: BatchKey,
        source: any SampleSource, sampler: ShardSampler, mean: Double, deviation: Double
    ) throws {
        let size = source.shape.elementCount
        try sampler.forEachIndex(shard: key.shard, batchIndex: key.batchIndex) { position, index in
            let label = try source.read(
                index, into: UnsafeMutableBufferPointer(rebasing: batch[position * size..<(position + 1) * size]))
            labels?[position] = label.map(Float.init) ?? -1
        }
        ck_add_scalar(batch.baseAddress, Float(-mean), batch.baseAddress, batch.count)
        ck_scale(batch.baseAddress, Float(1 / deviation), batch.baseAddress, batch.count)
    }
}

/// Which batch.
struct BatchKey: Hashable, Sendable {
    var shard: Int
    var batchIndex: UInt64
}
