import Adversarial
import FileFormats

/// Networks and data of a run, as a worker sees them: computes shards' contributions.
package protocol ShardComputer: AnyObject, Sendable {
    /// A hash over the data: equal on all workers of a run.
    var dataFingerprint: String { get }

    /// Floats of a network's parameters.
    func parameterLength(of network: Network) -> Int

    /// Floats of a shard's contribution to a round.
    func contributionLength(of kind: RoundKind) -> Int

    /// Says that a shard of a round will be computed soon. Returns at once.
    func prefetch(_ round: Round, shard: Int)

    /// Computes one shard's contribution to a round: the same bits whoever computes it.
    ///
    /// Called at the same time on different compute threads. It throws a `ShardFileError` where a file is to blame: the shard is handed
    /// back then. Anything else that it throws ends the worker.
    /// - Parameters:
    ///   - generator: the generator's parameters of `round.generatorVersion`.
    ///   - discriminator: the discriminator's parameters of `round.discriminatorVersion`.
    ///   - computeThread: which of the worker's compute threads calls, from 0.
    ///   - contribution: is overwritten [contributionLength(of: round.kind)].
    func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        computeThread: Int, into contribution: UnsafeMutableBufferPointer<Float>
    ) throws

    /// The files that a shard of a round has just been computed from; empty for data without a list of files.
    func readings(_ round: Round, shard: Int) -> [FileReading]

    /// Where a contribution to a round of this kind is NaN or infinite, if it is anywhere.
    func firstNonfinite(in contribution: UnsafeBufferPointer<Float>, of kind: RoundKind) -> NonfiniteValue?
}

extension ShardComputer {
    package func readings(_ round: Round, shard: Int) -> [FileReading] { [] }
}

/// Builds networks and data from a run's configuration and its list of files, for so many compute threads. May take its time.
package typealias ShardComputerFactory =
    @Sendable (_ configuration: String, _ fileList: [UInt8]?, _ computeThreads: Int) throws -> any ShardComputer
