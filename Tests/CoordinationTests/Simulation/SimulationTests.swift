import Adversarial
import Coordination
import Foundation
import Testing

private let soakSchedules = UInt64(ProcessInfo.processInfo.environment["GANGLION_SOAK_SCHEDULES"] ?? "") ?? 0

/// Whatever is lost, late, repeated, slow, wrong or dead: the run ends, with the bits of the undisturbed one.
///
/// A failing seed is printed; GANGLION_SIMULATION_SEED repeats it alone. GANGLION_SOAK_SCHEDULES runs so many more.
@Suite(.serialized) struct SimulationTests {
    @Test func anUndisturbedClusterOfAnySize() {
        Schedules.check(0..<200) { seed in
            Simulation.Configuration(
                shards: 1 + Int(seed % 9), workers: 1 + Int(seed / 9 % 5), steps: 4,
                updateOrder: seed % 2 == 0 ? .alternating : .simultaneous)
        }
    }

    /// Each fault alone, often.
    @Test(arguments: [
        ("lost publications", Faults(publishedLoss: 0.4)), ("lost messages", Faults(controlLoss: 0.1)),
        ("duplicates", Faults(duplication: 0.3)), ("delays", Faults(delay: 0.2)),
        ("broken connections", Faults(disconnectEvery: 0.7)), ("partitions", Faults(partitionEvery: 2)),
        ("deaths", Faults(deathEvery: 1)), ("all workers at once", Faults(massacreEvery: 4)),
        ("pauses", Faults(pauseEvery: 1, slowness: 0.1)), ("hanging workers", Faults(hangEvery: 4)),
        ("restarts of the coordinator", Faults(restartEvery: 3)),
        ("other runs at the same address", Faults(newRunEvery: 0.5)), ("clock jumps", Faults(clockJumpEvery: 1)),
        ("not a number", Faults(notFinite: 0.05)), ("files that cannot be read", Faults(handBack: 0.2)),
    ])
    func oneFault(name: String, faults: Faults) {
        Schedules.check(1000..<1200) { seed in
            .init(
                minWorkers: 1 + Int(seed % 2), updateOrder: seed % 3 == 0 ? .simultaneous : .alternating,
                faults: faults,
                verificationShare: seed % 4 == 0 ? 0.3 : 0)
        }
    }

    @Test func everythingAtOnce() { Schedules.check(10_000..<17_200, Self.anything) }

    @Test(.enabled(if: soakSchedules > 0, "set GANGLION_SOAK_SCHEDULES to the number of schedules"))
    func soak() {
        Schedules.check(1_000_000..<1_000_000 + soakSchedules, Self.anything)
    }

    private static let anything: @Sendable (UInt64) -> Simulation.Configuration = { seed in
        let workers = 1 + Int(seed / 8 % 4)
        return .init(
            shards: 1 + Int(seed % 8), workers: workers, minWorkers: min(workers, 1 + Int(seed / 32 % 2)),
            updateOrder: seed % 3 == 0 ? .simultaneous : .alternating, faults: .everything,
            verificationShare: seed % 5 == 0 ? 0.3 : 0)
    }

    /// Each safeguard, switched off under the fault that it is there for.
    @Test(arguments: [
        (Safeguards.reassignment, Faults(deathEvery: 1)), (.deduplication, Faults(duplication: 0.3)),
        (.versionCheck, Faults(duplication: 0.3)),
    ])
    func withoutAnyOneSafeguardSchedulesFail(missing: Safeguards, faults: Faults) {
        let failures = (2000..<2020 as Range<UInt64>).count { seed in
            // Rounds of one kind: their answers differ in nothing but their values.
            var configuration = Simulation.Configuration(
                steps: 12, updateOrder: .simultaneous, faults: faults, patience: 120)
            let whole = Schedules.failure(seed: seed, configuration)
            #expect(whole == nil)
            configuration.safeguards = Safeguards.all.subtracting(missing)
            return Schedules.failure(seed: seed, configuration) != nil
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
