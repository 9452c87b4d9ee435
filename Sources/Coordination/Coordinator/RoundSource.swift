import Adversarial
import FileFormats

/// The owner of the training state, as the coordinator sees it. All of it is called on the coordinator's thread.
package protocol RoundSource: AnyObject {
    var shards: Int { get }

    /// Floats of a network's parameters.
    func parameterLength(of network: Network) -> Int

    /// Floats of a shard's contribution to a round.
    func contributionLength(of kind: RoundKind) -> Int

    /// The next round; nil where the run is finished.
    func nextRound() throws -> Round?

    /// A network's current parameters: immutable until the last holder of the answer lets go of it, but for what `finishUpdate`
    /// has not reached.
    func parameters(of network: Network) -> PublishedParameters

    /// Recomputes a shard's contribution to the round in flight, because two workers' results differ
    /// [contributionLength(of: round.kind)].
    func recompute(_ round: Round, shard: Int, into contribution: UnsafeMutableBufferPointer<Float>) throws

    /// Compares what a worker read with what the run knows of its files, and remembers what is new.
    ///
    /// - Returns: the first file that has other bytes, in a sentence; nil where all are the run's.
    func check(_ readings: [FileReading], of worker: String) throws -> String?

    /// Looks at a file that a worker could not use. What it throws ends the run: no worker could use the file.
    func examine(_ fault: FileFault, reason: String, of worker: String) throws

    /// Applies the sum of all shards' contributions to a round. What it throws ends the run.
    ///
    /// The update of the parameters may be left to `finishUpdate`: until that has been called for all, `sum` stays as it is.
    func apply(_ round: Round, sum: UnsafeBufferPointer<Float>) throws

    /// Has the elements before `end` of a network's current parameters computed: parts, so that the first can be published
    /// while the others are still to come.
    func finishUpdate(of network: Network, before end: Int)

    /// So many workers are ready.
    func membershipChanged(workers: Int)

    /// Something that a person may want to know, one line.
    func event(_ text: String)
}

extension RoundSource {
    /// Has all parameters computed.
    func finishUpdates() {
        for network in Network.allCases { finishUpdate(of: network, before: .max) }
    }

    /// For a source without a list of files.
    package func check(_ readings: [FileReading], of worker: String) throws -> String? { nil }
    package func examine(_ fault: FileFault, reason: String, of worker: String) throws {}

    /// For a source whose `apply` leaves nothing for later.
    package func finishUpdate(of network: Network, before end: Int) {}

    /// A source that cannot compute shards ends the run if two workers differ: nothing tells which one is correct.
    package func recompute(_ round: Round, shard: Int, into contribution: UnsafeMutableBufferPointer<Float>) throws {
        throw CoordinationError.computation(
            "step \(round.step + 1): two workers differ in shard \(shard), and this coordinator computes none itself")
    }
}
