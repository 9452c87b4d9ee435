import Adversarial
import Coordination
import Messaging
import Testing

/// Single decisions of the coordinator, event by event.
struct CoordinatorMachineTests {
    private let second = Nanoseconds.seconds(1)
    private let round = Round(
        number: 0, step: 0, kind: .discriminator, batchIndex: 0, generatorVersion: 0, discriminatorVersion: 0)
    private let a = PeerIdentity(low: 1, high: 1)
    private let b = PeerIdentity(low: 3, high: 2)
    private let c = PeerIdentity(low: 5, high: 3)

    private func machine(shards: Int = 4, minWorkers: Int = 1) -> CoordinatorMachine {
        CoordinatorMachine(
            settings: CoordinatorSettings(
                run: "r", incarnation: 7, configuration: "c", publisher: "inproc://p", shards: shards,
                parameterLengths: [.generator: 10, .discriminator: 10],
                contributionLengths: [.discriminator: 8, .generator: 8, .simultaneous: 16], chunkLength: 4, build: "1",
                numericFingerprint: "n", dataFingerprint: "d",
                cluster: ClusterSettings {
                    $0.minWorkers = minWorkers
                    $0.workerTimeoutSeconds = 5
                }),
            now: 0)
    }

    private func join(
        _ machine: inout CoordinatorMachine, _ peer: PeerIdentity, threads: Int = 1, at now: Nanoseconds = 0
    )
        -> [CoordinatorEffect]
    {
        let hello = Hello(build: "1", numericFingerprint: "n", name: "w", threads: threads, run: "")
        _ = machine.handle(.message(.hello(hello), incarnation: 0, from: peer, payloadBytes: nil), at: now)
        return machine.handle(
            .message(.ready(dataFingerprint: "d"), incarnation: 7, from: peer, payloadBytes: nil), at: now)
    }

    @Test("a worker that belonged to another run is welcome")
    func workerOfAnotherRun() {
        var machine = machine()
        let hello = Hello(build: "1", numericFingerprint: "n", name: "w", threads: 1, run: "former")
        let effects = machine.handle(.message(.hello(hello), incarnation: 0, from: a, payloadBytes: nil), at: 0)
        guard case .send(.welcome(let welcome), let peer) = effects.last else {
            Issue.record("it is not welcome: \(effects)")
            return
        }
        #expect(welcome.run == "r" && peer == a)
        // What it sends for the run before is dropped.
        let stale = contribution(1, ReductionNode(shard: 0), chunk: 0, from: a, incarnation: 6)
        #expect(machine.handle(stale, at: 0) == [])
        #expect(machine.dropped.stale == 1)
        let ready = machine.handle(
            .message(.ready(dataFingerprint: "d"), incarnation: 7, from: a, payloadBytes: nil), at: 0)
        #expect(ready.contains(.report(.changedRun(name: "w", from: "former"))))
    }

    private func contribution(
        _ lease: UInt64, _ node: ReductionNode, chunk: Int, from peer: PeerIdentity, round: UInt64 = 0, length: Int = 8,
        bytes: Int = 16, incarnation: UInt64 = 7
    ) -> CoordinatorEvent {
        .message(
            .contribution(ContributionHeader(lease: lease, round: round, node: node, chunk: chunk, length: length)),
            incarnation: incarnation, from: peer, payloadBytes: bytes)
    }

    private func heartbeat(
        _ machine: inout CoordinatorMachine, _ peer: PeerIdentity, received: UInt64 = 99, finished: UInt64 = 0,
        at now: Nanoseconds
    ) -> [CoordinatorEffect] {
        let heartbeat = WorkerHeartbeat(ready: true, receivedLease: received, finishedLease: finished)
        return machine.handle(.message(.heartbeat(heartbeat), incarnation: 7, from: peer, payloadBytes: nil), at: now)
    }

    private func assignments(_ effects: [CoordinatorEffect]) -> [PeerIdentity: [Int]] {
        var found: [PeerIdentity: [Int]] = [:]
        for case .send(.assignment(let assignment), let peer) in effects {
            found[peer, default: []] += assignment.shards
        }
        return found
    }

    @Test func aRoundFromBeginningToEnd() {
        var machine = machine()
        #expect(
            machine.handle(.begin(round), at: 0) == [.report(.waiting(workers: 0, needed: 1, seconds: 0))])
        let effects = join(&machine, a)
        #expect(effects.contains(.publish(.generator, version: 0)))
        #expect(effects.contains(.publish(.discriminator, version: 0)))
        #expect(assignments(effects) == [a: [0, 1, 2, 3]])
        let root = ReductionNode(level: 2, index: 0)
        #expect(
            machine.handle(contribution(1, root, chunk: 1, from: a), at: 1) == [.reduce(root, chunk: 1, levels: 0)])
        #expect(machine.handle(contribution(1, root, chunk: 1, from: a), at: 1) == [])
        #expect(machine.dropped.duplicate == 1)
        #expect(
            machine.handle(contribution(1, root, chunk: 0, from: a), at: 1) == [
                .reduce(root, chunk: 0, levels: 0), .complete(round),
            ])
        // What comes late counts for nothing.
        #expect(machine.handle(contribution(1, root, chunk: 0, from: a), at: 1) == [])
        #expect(machine.dropped.stale == 1)
        // Only what changed is published again, and the worker keeps its shards.
        let next = Round(
            number: 1, step: 0, kind: .generator, batchIndex: 0, generatorVersion: 0, discriminatorVersion: 1)
        let following = machine.handle(.begin(next), at: 2)
        #expect(following.first == .publish(.discriminator, version: 1))
        #expect(!following.contains(.publish(.generator, version: 0)))
        #expect(assignments(following) == [a: [0, 1, 2, 3]])
        let goodbye = CoordinatorEffect.send(.goodbye(reason: "the run is complete", finished: true), to: a)
        #expect(machine.handle(.begin(nil), at: 3) == [goodbye])
        #expect(
            machine.handle(.message(.leave(reason: ""), incarnation: 7, from: a, payloadBytes: nil), at: 4)
                == [.finish(.finished)])
    }

    @Test func whatIsNotLeasedIsRefused() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = join(&machine, b)
        let root = ReductionNode(level: 2, index: 0)
        let before = machine.dropped
        _ = machine.handle(contribution(1, root, chunk: 0, from: b), at: 1)  // another's lease
        // Not the node asked for.
        _ = machine.handle(contribution(1, ReductionNode(shard: 0), chunk: 0, from: a), at: 1)
        _ = machine.handle(contribution(1, root, chunk: 2, from: a), at: 1)  // no such chunk
        _ = machine.handle(contribution(1, root, chunk: 0, from: a, length: 9), at: 1)
        _ = machine.handle(contribution(1, root, chunk: 0, from: a, bytes: 12), at: 1)
        #expect(machine.dropped.malformed == before.malformed + 5)
        _ = machine.handle(contribution(1, root, chunk: 0, from: a, round: 1), at: 1)
        _ = machine.handle(contribution(1, root, chunk: 0, from: a, incarnation: 6), at: 1)
        _ = machine.handle(contribution(2, root, chunk: 0, from: a), at: 1)
        _ = machine.handle(contribution(1, root, chunk: 0, from: c), at: 1)  // a stranger
        #expect(machine.dropped.stale == before.stale + 4)
        #expect(machine.members[a]?.rejected == 4)
    }

    @Test func sharesFollowThreads() {
        var machine = machine(shards: 8, minWorkers: 3)
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = join(&machine, b, threads: 2)
        #expect(assignments(join(&machine, c)) == [a: [0, 1], b: [2, 3, 4, 5], c: [6, 7]])
    }

    @Test func aSilentWorkersShardsGoToTheOthers() {
        var machine = machine(minWorkers: 2)
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        #expect(assignments(join(&machine, b)) == [a: [0, 1], b: [2, 3]])
        // Half of b's answer is here: of shards 2 and 3 the second chunk is missing.
        _ = machine.handle(contribution(2, ReductionNode(level: 1, index: 1), chunk: 0, from: b), at: 1)
        var effects: [CoordinatorEffect] = []
        for time in 1...6 {
            _ = heartbeat(&machine, a, at: UInt64(time) * second)
            effects += machine.handle(.tick, at: UInt64(time) * second)
        }
        #expect(assignments(effects) == [a: [2, 3]])
        #expect(effects.contains(.membership(1)))
        // The late worker is told to join again, and its answers count for nothing.
        #expect(heartbeat(&machine, b, at: 7 * second) == [.send(.rejoin(run: "r"), to: b)])
        #expect(machine.handle(contribution(2, ReductionNode(level: 1, index: 1), chunk: 1, from: b), at: 1) == [])
    }

    @Test func aClosedConnectionIsGivenLittleTime() {
        var machine = machine(minWorkers: 2)
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = join(&machine, b)
        _ = machine.handle(.unreachable(b), at: second)
        #expect(assignments(machine.handle(.tick, at: second + second / 4)).isEmpty)
        #expect(assignments(machine.handle(.tick, at: 2 * second)) == [a: [2, 3]])
    }

    @Test func lostMessagesAreFoundByHeartbeats() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        // The assignment did not arrive.
        #expect(heartbeat(&machine, a, received: 0, at: second).isEmpty)
        #expect(assignments(heartbeat(&machine, a, received: 0, at: 3 * second)) == [a: [0, 1, 2, 3]])
        // The answer did not arrive.
        let effects = heartbeat(&machine, a, received: 1, finished: 1, at: 4 * second)
        #expect(effects.first == .report(.answerLost(name: "w")))
        #expect(assignments(effects) == [a: [0, 1, 2, 3]])
    }

    @Test func aPauseOfTheCoordinatorItselfExpelsNobody() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = machine.handle(.tick, at: second / 4)
        let effects = machine.handle(.tick, at: 60 * second)
        #expect(!effects.contains(.membership(0)))
        #expect(machine.readyWorkers == 1)
    }

    @Test func aPauseIsSaidOnceAndThenEveryTenSeconds() {
        var machine = machine(minWorkers: 2)
        var notices = 0
        func count(_ effects: [CoordinatorEffect]) {
            for case .report(.waiting) in effects { notices += 1 }
        }
        count(machine.handle(.begin(round), at: 0))
        for time in 1...25 { count(machine.handle(.tick, at: UInt64(time) * second)) }
        #expect(notices == 3)
        _ = join(&machine, a, at: 26 * second)
        #expect(join(&machine, b, at: 26 * second).contains(.report(.resumed(workers: 2))))
    }

    @Test func parametersAreSentWithinTheCredit() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        func ask(_ version: UInt64, _ first: Int, _ chunks: Int) -> [Int] {
            let request = ParametersRequest(network: .generator, version: version, firstChunk: first, chunks: chunks)
            let effects = machine.handle(
                .message(.request(request), incarnation: 7, from: a, payloadBytes: nil), at: 1)
            return effects.compactMap { if case .sendParameters(_, _, let chunk, _) = $0 { chunk } else { nil } }
        }
        #expect(ask(0, 0, 2) == [0, 1])
        #expect(ask(0, 1, 1 << 30) == [1, 2])
        #expect(ask(1, 0, 2) == [])
        #expect(ask(0, 3, 2) == [])
        #expect(machine.members[a]?.rejected == 1)
    }

    /// A worker may ask late, when its round is complete and the next one waits for workers: the version it names is gone.
    @Test func parametersOfACompleteRoundAreNotSent() {
        var machine = machine(minWorkers: 2)
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = join(&machine, b)
        var effects: [CoordinatorEffect] = []
        for (lease, peer) in [(UInt64(1), a), (2, b)] {
            for chunk in 0..<2 {
                let node = ReductionNode(level: 1, index: Int(lease) - 1)
                effects += machine.handle(contribution(lease, node, chunk: chunk, from: peer), at: 1)
            }
        }
        #expect(effects.last == .complete(round))
        _ = machine.handle(.message(.leave(reason: ""), incarnation: 7, from: b, payloadBytes: nil), at: 1)
        let next = Round(
            number: 1, step: 0, kind: .generator, batchIndex: 0, generatorVersion: 0, discriminatorVersion: 1)
        _ = machine.handle(.begin(next), at: 1)
        let request = ParametersRequest(network: .discriminator, version: 0, firstChunk: 0, chunks: 1)
        let late = machine.handle(.message(.request(request), incarnation: 7, from: a, payloadBytes: nil), at: 2)
        #expect(late == [])
        #expect(machine.dropped.stale == 1)
    }

    @Test func aPeerThatSendsNonsenseIsCutOff() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = join(&machine, b)
        for _ in 1..<16 { #expect(machine.handle(.malformed(from: a), at: 1) == []) }
        let effects = machine.handle(.malformed(from: a), at: 1)
        #expect(effects.contains(.cutOff(a)))
        #expect(assignments(effects) == [b: [0, 1, 2, 3]])
        // From then on nothing of it is looked at, not even a hello.
        #expect(join(&machine, a) == [])
        #expect(machine.handle(.malformed(from: a), at: 1) == [])
        #expect(machine.dropped.malformed == 16)
        #expect(machine.dropped.cutOff == 3)
        // Damage on the way is not the sender's fault.
        for _ in 0..<100 { _ = machine.handle(.damaged(from: b), at: 1) }
        #expect(machine.dropped.damaged == 100)
        #expect(machine.members[b] != nil)
        // A stranger is cut off by the same count.
        for _ in 1..<16 { _ = machine.handle(.malformed(from: c), at: 1) }
        #expect(machine.handle(.malformed(from: c), at: 1).contains(.cutOff(c)))
    }

    /// A worker that lives and does not answer: after 10 s its shards go to another one that has something to do already.
    @Test func aWorkerThatNeverAnswersLosesItsLease() {
        var machine = machine(minWorkers: 2)
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        #expect(assignments(join(&machine, b)) == [a: [0, 1], b: [2, 3]])
        for chunk in 0..<2 {
            let node = ReductionNode(level: 1, index: 1)
            _ = machine.handle(contribution(2, node, chunk: chunk, from: b), at: second)
        }
        var spare: Nanoseconds?
        var overdue: Nanoseconds?
        for quarter in 5...60 {
            let now = UInt64(quarter) * second / 4
            _ = heartbeat(&machine, a, at: now)
            _ = heartbeat(&machine, b, received: 2, finished: 2, at: now)
            let effects = machine.handle(.tick, at: now)
            if spare == nil, assignments(effects) == [b: [0, 1]] { spare = now }
            for case .report(.overdue) in effects { overdue = now }
        }
        // An idle worker is asked when the lease is late by half; 10 s is what the deadline asks for.
        #expect(spare == second * 3 / 2)
        #expect(overdue == 10 * second + second / 4)
        #expect(machine.readyWorkers == 2)
    }

    /// Fewer workers than `minWorkers`, then enough, fifty times: a pause said aloud each time, and then the next round.
    @Test func tooFewWorkersAndEnoughAgainFiftyTimes() {
        var machine = machine(minWorkers: 2)
        var (waits, goesOn) = (0, 0)
        func count(_ effects: [CoordinatorEffect]) {
            for case .report(let report) in effects {
                if case .waiting(_, 2, 0) = report { waits += 1 }
                if case .resumed(2) = report { goesOn += 1 }
            }
        }
        count(machine.handle(.begin(round), at: 0))
        _ = join(&machine, a)
        for turn in 0..<50 {
            count(join(&machine, b))
            _ = machine.handle(
                .message(.leave(reason: ""), incarnation: 7, from: b, payloadBytes: nil), at: UInt64(turn))
            // The one that is left ends the round in flight; the next one waits.
            let lease = UInt64(3 * turn)
            for (lease, index) in [(lease + 1, 0), (lease + 3, 1)] {
                let node = ReductionNode(level: 1, index: index)
                for chunk in 0..<2 {
                    _ = machine.handle(
                        contribution(lease, node, chunk: chunk, from: a, round: UInt64(turn)), at: UInt64(turn))
                }
            }
            var next = round
            next.number = UInt64(turn) + 1
            count(machine.handle(.begin(next), at: UInt64(turn)))
        }
        #expect(waits == 51)
        #expect(goesOn == 50)
    }

    @Test func theStatusTellsWhereTheRunIs() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        _ = machine.handle(.malformed(from: b), at: 1)
        let effects = machine.handle(
            .message(.statusRequest, incarnation: 0, from: c, payloadBytes: nil), at: 2 * second)
        guard case .send(.status(let status), let asker) = effects.first else {
            Issue.record("no answer")
            return
        }
        #expect(asker == c)
        #expect(status.run == "r")
        #expect(status.workers.map(\.name) == ["w"])
        #expect(status.workers.map(\.shards) == [4])
        #expect(status.workers.map(\.lastHeardSeconds) == [2])
        #expect(status.rejected.malformed == 1)
    }

    @Test func aStopEndsTheRoundInFlight() {
        var machine = machine()
        _ = machine.handle(.begin(round), at: 0)
        _ = join(&machine, a)
        #expect(machine.handle(.stop, at: 1) == [.report(.stopping)])
        for chunk in 0..<2 {
            _ = machine.handle(contribution(1, ReductionNode(level: 2, index: 0), chunk: chunk, from: a), at: 1)
        }
        let goodbye = CoordinatorEffect.send(.goodbye(reason: "the coordinator was stopped", finished: false), to: a)
        #expect(machine.handle(.begin(round), at: 2) == [goodbye])
        // A goodbye that was lost is said again.
        #expect(heartbeat(&machine, a, at: 3) == [goodbye])
        // A worker that does not answer is not waited for.
        #expect(machine.handle(.tick, at: second) == [])
        #expect(machine.handle(.tick, at: 2 * second) == [.finish(.stopped)])
        var idle = self.machine()
        _ = idle.handle(.begin(round), at: 0)
        #expect(idle.handle(.stop, at: 1) == [.finish(.stopped)])
    }
}
