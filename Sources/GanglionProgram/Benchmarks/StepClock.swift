import Adversarial
import Coordination

/// A training state that keeps the time of its steps.
final class StepClock: RoundSource {
    /// Of each step after the warm-up.
    private(set) var seconds: [Double] = []
    /// Called once, before the first step that counts.
    var whenWarm: () -> Void = {}
    /// Called once, after the last step, while all workers are still there.
    var whenDone: () -> Void = {}
    private let state: TrainingState
    private let warmUp: Int
    private let steps: Int
    private var finished = 0
    private var isWarm = false
    private var last = ContinuousClock.now

    init(state: TrainingState, warmUp: Int, steps: Int) {
        self.state = state
        self.warmUp = warmUp
        self.steps = steps
        seconds.reserveCapacity(steps)
    }

    var networks: Networks { state.networks }
    var shards: Int { state.recipe.shards }
    func parameterLength(of network: Network) -> Int { state.networks.layout(of: network).vectorCount }
    func contributionLength(of kind: RoundKind) -> Int { state.layout.count(kind) }

    func nextRound() -> Round? {
        if finished == warmUp, !isWarm {
            isWarm = true
            whenWarm()
        }
        guard seconds.count == steps else { return state.nextRound }
        whenDone()
        return nil
    }

    func parameters(of network: Network) -> PublishedParameters {
        let (vector, version) = state.pendingParameters(of: network)
        return PublishedParameters(vector.buffer, version: version, owner: vector)
    }

    func finishUpdate(of network: Network, before end: Int) { state.finishUpdate(of: network, before: end) }

    func apply(_ round: Round, sum: UnsafeBufferPointer<Float>) throws {
        guard try state.applyDeferringUpdate(round, sum: sum.baseAddress!) != nil else { return }
        let now = ContinuousClock.now
        finished += 1
        if finished > warmUp { seconds.append((now - last) / .seconds(1)) }
        last = now
    }

    func membershipChanged(workers: Int) {}
    func event(_ text: String) {}
}
