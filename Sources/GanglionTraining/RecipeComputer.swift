import Adversarial
import Coordination
import Datasets
import FileFormats
import RunConfiguration
import Runs
import TensorCore

/// A run's networks and data, as a worker computes with them.
package final class RecipeComputer: ShardComputer {
    private let engine: ShardEngine
    private let loader: BatchLoader
    private let networks: Networks
    package let dataFingerprint: String

    /// - Parameters:
    ///   - fileList: the run's list of files, where it has one.
    ///   - computeThreads: how many shards will be computed at once.
    ///   - report: is told what memory that takes, before it is allocated.
    package init(
        _ configuration: Configuration, fileList: [UInt8]?, computeThreads: Int,
        report: (MemoryEstimate) -> Void = { _ in }
    ) throws {
        let recipe = configuration.recipe
        let list = try fileList.map { try FileList(parsing: $0, place: "the run's list of files") }
        let source = try TrainingData.open(configuration, list: list)
        dataFingerprint = TrainingData.fingerprint(source)
        loader = BatchLoader(
            source: source, sampler: try TrainingData.sampler(source, recipe), mean: recipe.pixelMean,
            deviation: recipe.pixelStandardDeviation)
        let classes = recipe.model.isConditional ? source.classes : nil
        guard recipe.model.classes == classes?.count ?? 0 else {
            throw DatasetError(
                .data, "\(source.name): \(classes?.count ?? 0) classes; the run has \(recipe.model.classes)")
        }
        let programs = StepPrograms(recipe: recipe)
        report(MemoryEstimate(configuration, programs: programs, dataBytes: source.keptBytes))
        engine = ShardEngine(
            recipe: recipe, programs: programs, computeThreads: computeThreads, classShares: classes?.shares)
        networks = engine.programs.networks
    }

    package func parameterLength(of network: Network) -> Int { networks.layout(of: network).vectorCount }
    package func contributionLength(of kind: RoundKind) -> Int { engine.contributionCount(kind) }

    package func prefetch(_ round: Round, shard: Int) {
        if engine.recipe.readsReal(round.kind) { loader.prefetch(shard: shard, batchIndex: round.batchIndex) }
    }

    package func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        computeThread: Int, into contribution: UnsafeMutableBufferPointer<Float>
    ) throws {
        prepareComputeThread()
        try engine.compute(
            round, shard: shard, generator: generator.baseAddress!, discriminator: discriminator.baseAddress!,
            computeThread: computeThread, into: contribution.baseAddress!
        ) { batch in
            do {
                try loader.load(shard: shard, batchIndex: round.batchIndex, into: batch.samples, labels: batch.labels)
            } catch let error as DatasetError {
                guard let fault = error.file else { throw error }
                throw ShardFileError(fault, error.description)
            }
            // A worker usually keeps its shards.
            loader.prefetch(shard: shard, batchIndex: round.batchIndex + 1)
        }
    }

    package func readings(_ round: Round, shard: Int) -> [FileReading] {
        !engine.recipe.readsReal(round.kind) ? [] : loader.readings(shard: shard, batchIndex: round.batchIndex)
    }

    package func firstNonfinite(in contribution: UnsafeBufferPointer<Float>, of kind: RoundKind) -> NonfiniteValue? {
        engine.firstNonfinite(in: contribution.baseAddress!, of: kind)
    }
}
