import Adversarial
import ArgumentParser
import Coordination
import FileFormats
import Foundation
import GanglionTraining
import Identity
import Messaging
import RunConfiguration
import Runs
import TensorCore
import UserErrors

/// Times whole training steps of a preset: all that a run does but writing files.
///
/// In one process, coordinator and worker are one thread, as a PyTorch process is. Otherwise the coordinator and its
/// workers are processes that talk over a local socket, as in `ganglion train`.
struct StepBenchmark {
    var configuration: Configuration
    var steps: Int
    var warmUp = 5

    struct Result {
        /// Of each step, sorted.
        var seconds: [Double]
        /// Where the workers are processes of their own.
        var rounds: CoordinatorStatistics?
        /// Of the worker that held most, bytes; of this process, where it is the worker.
        var peakMemory: Int
        var generatorParameters: Int
        var discriminatorParameters: Int

        var median: Double { seconds[seconds.count / 2] }
        var minimum: Double { seconds[0] }
    }

    /// - Parameter inProcess: no processes, no sockets; for one worker.
    func run(workers: Int, threads: Int, inProcess: Bool) throws -> Result {
        let clock = StepClock(state: TrainingState(recipe: configuration.recipe), warmUp: warmUp, steps: steps)
        var rounds: CoordinatorStatistics?
        var peakMemory = 0
        if inProcess {
            precondition(workers == 1, "several workers are several processes")
            let computer = MemoryComputer(configuration.recipe, computeThreads: threads)
            _ = try InProcessTrainer(source: clock, computer: computer, computeThreads: threads).run()
            peakMemory = PeakMemory.bytes
        } else {
            (rounds, peakMemory) = try runProcesses(clock, workers: workers, threads: threads)
        }
        let networks = clock.networks
        return Result(
            seconds: clock.seconds.sorted(), rounds: rounds, peakMemory: peakMemory,
            generatorParameters: networks.generatorLayout.parameterCount,
            discriminatorParameters: networks.discriminatorLayout.parameterCount)
    }

    /// Where the time of `steps` steps' programs goes: all shards, on one thread of this process.
    func profile(steps: Int) throws -> InstructionProfile {
        let profile = InstructionProfile()
        let computer = MemoryComputer(configuration.recipe, computeThreads: 1, profile: profile)
        let clock = StepClock(state: TrainingState(recipe: configuration.recipe), warmUp: 0, steps: steps)
        _ = try InProcessTrainer(source: clock, computer: computer).run()
        return profile
    }

    private func runProcesses(
        _ clock: StepClock, workers: Int, threads: Int
    ) throws -> (statistics: CoordinatorStatistics, peakMemory: Int) {
        var configuration = configuration
        configuration.cluster.workers = workers
        configuration.cluster.threads = threads
        configuration.cluster.minWorkers = workers
        try DescriptorLimit.require(workers: workers)
        let source = try TrainingData.open(configuration)
        let socket = try LocalSocketFolder()
        defer { socket.remove() }
        let endpoint = try Endpoint("ipc://\(socket.path)/coordinator")
        var options = CoordinatorOptions(
            endpoint: endpoint, run: UUID().uuidString, configuration: configuration.resolvedYAML(comments: false),
            build: ProgramIdentity.text, numericFingerprint: NumericFingerprint.compute(),
            dataFingerprint: TrainingData.fingerprint(source))
        options.cluster = configuration.cluster
        let stop = try StopRequest()
        let interruption = Interruption(stop)
        let driver = try CoordinatorDriver(
            options: options, source: clock, context: try Context(), stopRequest: stop)
        let processes = try LocalWorkers(configuration, endpoint: endpoint, stop: stop) { text in
            StandardError.write("\(ProgramName.current): \(text)\n")
        }
        var peakMemory = 0
        var beginning = CoordinatorStatistics()
        clock.whenWarm = { [unowned driver] in beginning = driver.statistics }
        clock.whenDone = { peakMemory = processes.identifiers.compactMap(PeakMemory.bytes(of:)).max() ?? 0 }
        guard try processes.whileAlive({ try driver.run() }) == .finished else {
            throw ExitCode(interruption.exitCode ?? 0)
        }
        return (driver.statistics.since(beginning), peakMemory)
    }
}
