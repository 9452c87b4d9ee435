import Coordination
import Foundation
import Testing

/// Many simulated runs, on all cores: each must end, with the bits of the undisturbed run.
enum Schedules {
    /// A run that went wrong.
    struct Failure: Sendable, CustomStringConvertible {
        let seed: UInt64
        let reason: String

        var description: String { "seed \(seed): \(reason)" }
    }

    /// What is wrong with one run; nil where nothing is.
    static func failure(seed: UInt64, _ configuration: Simulation.Configuration) -> Failure? {
        do {
            let simulation = Simulation(seed: seed, configuration: configuration)
            let found = try simulation.run()
            let expected = SyntheticTraining.reference(
                shards: configuration.shards, lengths: configuration.lengths, steps: configuration.steps,
                updateOrder: configuration.updateOrder, run: simulation.runNumber)
            return found == expected ? nil : Failure(seed: seed, reason: "other bits than the undisturbed run's")
        } catch {
            return Failure(seed: seed, reason: "\(error)")
        }
    }

    /// Runs all seeds, or the one that GANGLION_SIMULATION_SEED names, and records the first failures.
    static func check(
        _ seeds: Range<UInt64>, _ configuration: @escaping @Sendable (UInt64) -> Simulation.Configuration,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        if let text = ProcessInfo.processInfo.environment["GANGLION_SIMULATION_SEED"], let seed = UInt64(text) {
            guard seeds.contains(seed) else { return }
            return report(failures(seed..<seed + 1, configuration), sourceLocation)
        }
        report(failures(seeds, configuration), sourceLocation)
    }

    private static func report(_ failures: [Failure], _ sourceLocation: SourceLocation) {
        for failure in failures.prefix(3) {
            Issue.record(
                "\(failure) (of \(failures.count); repeat it with GANGLION_SIMULATION_SEED=\(failure.seed))",
                sourceLocation: sourceLocation)
        }
    }

    private static func failures(
        _ seeds: Range<UInt64>, _ configuration: @escaping @Sendable (UInt64) -> Simulation.Configuration
    ) -> [Failure] {
        let found = Found()
        let block: UInt64 = 25
        let blocks = (UInt64(seeds.count) + block - 1) / block
        DispatchQueue.concurrentPerform(iterations: Int(blocks)) { number in
            let start = seeds.lowerBound + UInt64(number) * block
            for seed in start..<min(start + block, seeds.upperBound) {
                if let failure = failure(seed: seed, configuration(seed)) { found.add(failure) }
            }
        }
        return found.all
    }

    private final class Found: @unchecked Sendable {  // the failures are behind the lock
        private let lock = NSLock()
        private var failures: [Failure] = []
        func add(_ failure: Failure) { lock.withLock { failures.append(failure) } }
        var all: [Failure] { lock.withLock { failures.sorted { $0.seed < $1.seed } } }
    }
}
