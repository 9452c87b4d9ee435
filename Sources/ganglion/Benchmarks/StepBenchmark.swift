import Adversarial
import ArgumentParser
import Datasets
import Distributed
import Foundation
import Messaging
import NeuralNetworks
import Runs
import TensorCore

/// Times whole training steps of a preset: all that a run does but writing files.
///
/// With one worker, coordinator and worker are one process and one thread, as a PyTorch process is. With more, the
/// coordinator and its workers are processes that talk over a local socket, as in `ganglion train`.
struct StepBenchmark {
    var configuration: Configuration
    var steps: Int
    var warmUp = 5

    struct Result {
        /// Of each step, sorted.
        var seconds: [Double]
        var rounds: CoordinatorStatistics?
        var generatorParameters: Int
        var discriminatorParameters: Int

        var median: Double { seconds[seconds.count / 2] }
        var minimum: Double { seconds[0] }
    }

    func run(workers: Int, threads: Int) throws -> Result {
        let clock = StepClock(state: TrainingState(recipe: configuration.recipe), steps: warmUp + steps)
        var rounds: CoordinatorStatistics?
        if workers == 1 {
            let computer = MemoryComputer(configuration.recipe, lanes: threads)
            _ = try InProcessTrainer(source: clock, computer: computer, lanes: threads).run()
        } else {
            rounds = try runProcesses(clock, workers: workers, threads: threads)
        }
        let networks = clock.networks
        return Result(
            seconds: clock.seconds.dropFirst(warmUp).sorted(), rounds: rounds,
            generatorParameters: networks.generatorLayout.parameterCount,
            discriminatorParameters: networks.discriminatorLayout.parameterCount)
    }

    private func runProcesses(_ clock: StepClock, workers: Int, threads: Int) throws -> CoordinatorStatistics {
        var configuration = configuration
        configuration.cluster.workers = workers
        configuration.cluster.threads = threads
        configuration.cluster.minWorkers = workers
        let source = try TrainingData.open(configuration)
        let socket = try LocalSocketFolder()
        defer { socket.remove() }
        let endpoint = try Endpoint("ipc://\(socket.path)/coordinator")
        var options = CoordinatorOptions(
            endpoint: endpoint, run: UUID().uuidString, configuration: configuration.resolvedYAML(comments: false),
            build: BuildVersion.text, numericFingerprint: NumericFingerprint.compute(),
            dataFingerprint: TrainingData.fingerprint(source))
        options.minWorkers = workers
        let stop = try StopRequest()
        let interruption = Interruption(stop)
        let driver = try CoordinatorDriver(
            options: options, source: clock, context: try Context(), stopRequest: stop)
        let processes = try LocalWorkers(configuration, endpoint: endpoint, stop: stop) { text in
            FileHandle.standardError.write(Data("ganglion: \(text)\n".utf8))
        }
        guard try processes.whileAlive({ try driver.run() }) == .finished else {
            throw ExitCode(interruption.exitCode ?? 0)
        }
        return driver.statistics
    }
}

/// A training state that keeps the time of its steps.
private final class StepClock: RoundSource {
    private(set) var seconds: [Double] = []
    private let state: TrainingState
    private let steps: Int
    private var last = ContinuousClock.now

    init(state: TrainingState, steps: Int) {
        self.state = state
        self.steps = steps
        seconds.reserveCapacity(steps)
    }

    var networks: Networks { state.networks }
    var shards: Int { state.recipe.shards }
    func parameterLength(of network: Network) -> Int { state.networks.layout(of: network).parameterCount }
    func contributionLength(of kind: RoundKind) -> Int { state.layout.count(kind) }

    func nextRound() -> Round? {
        if seconds.count == steps { return nil }
        return state.nextRound
    }

    func parameters(of network: Network) -> PublishedParameters {
        let (vector, version) = state.parameters(of: network)
        return PublishedParameters(vector.buffer, version: version, owner: vector)
    }

    func complete(_ round: Round, sum: UnsafeBufferPointer<Float>) throws {
        guard try state.complete(round, sum: sum.baseAddress!) != nil else { return }
        let now = ContinuousClock.now
        let elapsed = now - last
        seconds.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
        last = now
    }

    func membershipChanged(workers: Int) {}
    func event(_ text: String) {}
}

/// Computes shards on uniform random samples that are in memory.
private final class MemoryComputer: ShardComputer {
    private let engine: ShardEngine
    private let samples: ParameterVector
    let dataFingerprint = "random samples"

    init(_ recipe: Recipe, lanes: Int) {
        engine = ShardEngine(recipe: recipe, lanes: lanes)
        samples = ParameterVector(count: recipe.shards * engine.programs.sampleCount)
        RandomStream(seed: recipe.seed, purpose: .procedural)
            .fillUniform(UnsafeMutableBufferPointer(start: samples.values, count: samples.count), low: -1)
    }

    func parameterLength(of network: Network) -> Int {
        engine.programs.networks.layout(of: network).parameterCount
    }

    func contributionLength(of kind: RoundKind) -> Int { engine.contributionCount(kind) }
    func prefetch(_ round: Round, shard: Int) {}

    func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        lane: Int, into contribution: UnsafeMutableBufferPointer<Float>
    ) throws {
        prepareComputeThread()
        engine.compute(
            round, shard: shard, generator: generator.baseAddress!, discriminator: discriminator.baseAddress!,
            lane: lane, into: contribution.baseAddress!
        ) { batch in
            batch.baseAddress!.update(from: samples.values + shard * batch.count, count: batch.count)
        }
    }
}
