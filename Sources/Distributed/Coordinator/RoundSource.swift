import Adversarial

/// The owner of the training state, as the coordinator sees it. All of it is called on the coordinator's thread.
package protocol RoundSource: AnyObject {
    var shards: Int { get }

    /// Floats of a network's parameters.
    func parameterLength(of network: Network) -> Int

    /// Floats of a shard's contribution to a round.
    func contributionLength(of kind: RoundKind) -> Int

    /// The next round; nil where the run is finished.
    func nextRound() throws -> Round?

    /// A network's current parameters: immutable until the last holder of the answer lets go of it.
    func parameters(of network: Network) -> PublishedParameters

    /// Applies the sum of all shards' contributions to a round. What it throws ends the run.
    func complete(_ round: Round, sum: UnsafeBufferPointer<Float>) throws

    /// So many workers are ready.
    func membershipChanged(workers: Int)

    /// Something that a person may want to know, one line.
    func event(_ text: String)
}
