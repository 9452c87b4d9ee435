import Adversarial
import Distributed
import Testing

/// Whatever is lost, late, repeated, slow or dead: the run ends, with the bits of the undisturbed one.
struct SimulationTests {
    private func check(seeds: Range<UInt64>, _ configuration: (UInt64) -> Simulation.Configuration) throws {
        for seed in seeds {
            let configuration = configuration(seed)
            let expected = SyntheticTraining.reference(
                shards: configuration.shards, lengths: configuration.lengths, steps: configuration.steps,
                schedule: configuration.schedule)
            let simulation = Simulation(seed: seed, configuration: configuration)
            do {
                let found = try simulation.run()
                guard found != expected else { continue }
                Issue.record("seed \(seed): other bits than the undisturbed run's")
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
            return
        }
    }

    @Test func anUndisturbedClusterOfAnySize() throws {
        try check(seeds: 0..<60) { seed in
            Simulation.Configuration(
                shards: 1 + Int(seed % 9), workers: 1 + Int(seed / 9 % 5), steps: 4,
                schedule: seed % 2 == 0 ? .alternating : .simultaneous)
        }
    }

    @Test func lostPublications() throws {
        try check(seeds: 100..<150) { _ in .init(faults: Faults(publishedLoss: 0.4)) }
    }

    @Test func duplicates() throws {
        try check(seeds: 200..<250) { _ in .init(faults: Faults(duplication: 0.3)) }
    }

    @Test func brokenConnections() throws {
        try check(seeds: 300..<350) { _ in .init(faults: Faults(disconnectEvery: 0.7)) }
    }

    @Test func deaths() throws {
        try check(seeds: 400..<450) { _ in .init(faults: Faults(deathEvery: 1)) }
    }

    @Test func pausesAndSlowWorkers() throws {
        try check(seeds: 500..<550) { _ in .init(faults: Faults(pauseEvery: 1, slowness: 0.1)) }
    }

    @Test func restartsOfTheCoordinator() throws {
        try check(seeds: 600..<650) { _ in .init(faults: Faults(restartEvery: 3)) }
    }

    @Test func everythingAtOnce() throws {
        try check(seeds: 1000..<1400) { seed in
            .init(
                shards: 1 + Int(seed % 8), workers: 1 + Int(seed / 8 % 4),
                schedule: seed % 3 == 0 ? .simultaneous : .alternating, faults: .everything)
        }
    }

    /// Each defence, switched off under the fault that it is there for.
    @Test(arguments: [
        (Defences.reassignment, Faults(deathEvery: 1)), (.deduplication, Faults(duplication: 0.3)),
        (.freshness, Faults(duplication: 0.3)),
    ])
    func withoutAnyOneDefenceSchedulesFail(missing: Defences, faults: Faults) {
        let failures = (2000..<2020).count { seed in
            // Rounds of one kind: their answers differ in nothing but their values.
            var configuration = Simulation.Configuration(schedule: .simultaneous, faults: faults)
            let expected = SyntheticTraining.reference(
                shards: configuration.shards, lengths: configuration.lengths, steps: configuration.steps,
                schedule: configuration.schedule)
            func isRight() -> Bool {
                (try? Simulation(seed: UInt64(seed), configuration: configuration).run()) == expected
            }
            #expect(isRight(), "seed \(seed)")
            configuration.defences = Defences.all.subtracting(missing)
            return !isRight()
        }
        #expect(failures > 0)
    }

    @Test func aSeedRepeatsAFailureExactly() throws {
        let configuration = Simulation.Configuration(faults: .everything)
        let first = Simulation(seed: 7, configuration: configuration)
        let second = Simulation(seed: 7, configuration: configuration)
        _ = try first.run()
        _ = try second.run()
        #expect(first.handled == second.handled)
        #expect(first.reports == second.reports)
    }
}
