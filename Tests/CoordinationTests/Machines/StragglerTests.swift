import Adversarial
import Coordination
import Testing

/// Slow workers, in the simulated cluster: what a step takes, against what the best division of its shards would take.
struct StragglerTests {
    /// Seconds of each round of a run in which a shard takes a second, or as many as its worker is slower.
    private func roundSeconds(shards: Int, slowness: [Double], steps: Int) throws -> [Double] {
        let configuration = Simulation.Configuration(
            shards: shards, workers: slowness.count, minWorkers: slowness.count, steps: steps,
            updateOrder: .simultaneous, slowness: slowness, shardSeconds: 1)
        let simulation = Simulation(seed: 1, configuration: configuration)
        let state = try simulation.run()
        #expect(
            state
                == SyntheticTraining.reference(
                    shards: shards, lengths: configuration.lengths, steps: steps, updateOrder: .simultaneous))
        return zip(simulation.completions.dropFirst(), simulation.completions).map { $0 - $1 }
    }

    /// The earliest end of all divisions of the shards between two workers.
    private func best(shards: Int, _ slowness: [Double]) -> Double {
        (0...shards).map { max(Double($0) * slowness[0], Double(shards - $0) * slowness[1]) }.min()!
    }

    /// One of two workers is 3 times slower: once that is known, a step takes at most 1.35 times what the best split would,
    /// and the first steps are no worse than without spares.
    @Test(arguments: [4, 6, 8, 16, 32], [[1.0, 3.0], [3.0, 1.0]])
    func oneOfTwoIsThreeTimesSlower(shards: Int, slowness: [Double]) throws {
        let seconds = try roundSeconds(shards: shards, slowness: slowness, steps: 30)
        let best = best(shards: shards, slowness)
        let settled = seconds.dropFirst(4)
        let mean = settled.reduce(0, +) / Double(settled.count)
        #expect(mean <= 1.35 * best, "mean \(mean) s, best \(best) s")
        #expect(settled.max()! <= 1.35 * best, "at most \(settled.max()!) s, best \(best) s")
    }

    /// Equal workers keep equal shares: no spare is ever asked for.
    @Test func equalWorkersWasteNothing() throws {
        let seconds = try roundSeconds(shards: 8, slowness: [1, 1, 1, 1], steps: 20)
        #expect(seconds.max()! < 2.01)
    }

    /// A straggler that does a tenth of the others' work (stopped 90 % of the time): a step takes at most twice the
    /// undisturbed one.
    @Test func aStragglerThatHardlyWorks() throws {
        let undisturbed = try roundSeconds(shards: 12, slowness: [1, 1, 1, 1], steps: 30).max()!
        let seconds = try roundSeconds(shards: 12, slowness: [1, 1, 1, 10], steps: 30).dropFirst(3)
        #expect(seconds.max()! <= 2 * undisturbed, "\(Array(seconds)), undisturbed \(undisturbed)")
    }
}
