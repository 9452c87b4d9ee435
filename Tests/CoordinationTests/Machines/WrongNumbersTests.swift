import Adversarial
import Coordination
import Testing

/// Numbers that go wrong, in the simulated cluster.
struct WrongNumbersTests {
    /// Not finite whoever computes it: the run stops, says where, and the state is that of the round before.
    @Test(arguments: [1, 2, 3])
    func whatIsNotFiniteTwiceEndsTheRun(workers: Int) throws {
        let configuration = Simulation.Configuration(
            shards: 4, workers: workers, minWorkers: workers, steps: 8, updateOrder: .simultaneous, notFiniteFrom: 5)
        let simulation = Simulation(seed: 3, configuration: configuration)
        let error = #expect(throws: CoordinationError.self) { _ = try simulation.run() }
        guard case .notFinite(let step, _, let value, let names) = error else {
            Issue.record("it ended by \(String(describing: error))")
            return
        }
        #expect(step == 5)
        #expect(value == NonfiniteValue(network: .generator, layer: "0.weight"))
        #expect(Set(names).count == min(workers, 2))
        #expect(error?.description.contains("step 6: shard ") == true)
        #expect(
            simulation.source.state
                == SyntheticTraining.reference(
                    shards: 4, lengths: configuration.lengths, steps: 5, updateOrder: .simultaneous))
    }

    /// Wrong once and right at another's: the run goes on, and the first worker is named.
    @Test func whatIsNotFiniteOnceIsComputedElsewhere() throws {
        let configuration = Simulation.Configuration(
            steps: 40, updateOrder: .simultaneous, faults: Faults(notFinite: 0.05))
        let simulation = Simulation(seed: 4, configuration: configuration)
        #expect(
            try simulation.run()
                == SyntheticTraining.reference(
                    shards: 4, lengths: configuration.lengths, steps: 40, updateOrder: .simultaneous))
        var suspected: [String] = []
        var blamed: [String] = []
        for report in simulation.reports {
            if case .notFinite(let name, _, _, _) = report { suspected.append(name) }
            if case .wrongNumbers(let name, _) = report { blamed.append(name) }
        }
        #expect(!suspected.isEmpty)
        #expect(blamed == suspected)
    }

    /// All that one worker computes is NaN, and it is ten times as fast as the others: its own second opinion is none. It is
    /// cut off, nobody else is, and its numbers change nothing.
    @Test(arguments: [2, 3, 4], 0..<40)
    func aBrokenWorkerIsCutOff(workers: Int, seed: UInt64) throws {
        let configuration = Simulation.Configuration(
            shards: 4, workers: workers, minWorkers: workers, steps: 10, updateOrder: .simultaneous,
            slowness: [0.1], shardSeconds: 0.1, broken: [0])
        let simulation = Simulation(seed: seed, configuration: configuration)
        // Without it there are not as many as the run wants, so it waits for ever.
        _ = try? simulation.run()
        var cutOff: [String] = []
        for case .cutOff(let name, _) in simulation.reports { cutOff.append(name) }
        #expect(cutOff == ["w0"])
        let steps = Int(simulation.source.state.number)
        #expect(steps > 0)
        #expect(
            simulation.source.state
                == SyntheticTraining.reference(
                    shards: 4, lengths: configuration.lengths, steps: steps, updateOrder: .simultaneous))
    }

    /// A worker that flips its gradients' sign is cut off within 50 of its shards where a tenth is computed twice, and
    /// nobody else is; with two workers as with three.
    @Test(arguments: [2, 3, 4], 0..<20)
    func aLiarIsCutOff(workers: Int, seed: UInt64) {
        let configuration = Simulation.Configuration(
            shards: 4, workers: workers, minWorkers: workers, steps: 120, updateOrder: .simultaneous,
            verificationShare: 0.1, shardSeconds: 0.1, liars: [0])
        let simulation = Simulation(seed: seed, configuration: configuration)
        _ = try? simulation.run()
        var cutOff: [String] = []
        for case .cutOff(let name, _) in simulation.reports { cutOff.append(name) }
        #expect(cutOff == ["w0"])
        #expect(simulation.computed[0] <= 50)
    }

    /// With all shards computed twice, not one wrong number gets in.
    @Test func withAllShardsComparedALiarChangesNothing() throws {
        let configuration = Simulation.Configuration(minWorkers: 2, verificationShare: 1, liars: [0])
        #expect(
            try Simulation(seed: 5, configuration: configuration).run()
                == SyntheticTraining.reference(
                    shards: 4, lengths: configuration.lengths, steps: 5, updateOrder: .alternating))
    }
}
