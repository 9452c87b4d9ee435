import Adversarial
import Coordination
import FileFormats
import Foundation
import Messaging
import RunConfiguration
import Runs
import TensorCore
import UserErrors

/// A run, as its coordinator drives it: the training state with what is written of it and shown.
package final class TrainingSession: RoundSource {
    package let configuration: Configuration
    package let directory: RunDirectory
    package let run: String
    private let state: TrainingState
    private let metricsLog: MetricsLog
    private let log: RunLog
    private let display: ProgressDisplay
    private let painter: SamplePainter
    private let data: RunData
    /// Where the samples are files.
    private let ledger: FileLedger?
    private let expectedWorkers: Int
    private let firstStep: UInt64
    private let firstRound: UInt64
    /// What the run's earlier processes have spent on it.
    private let secondsBefore: Double
    private let isNew: Bool
    private let command: RunCommand
    private let start = ContinuousClock.now
    private var pace: Pace
    private var workers = 0
    private var lastMetrics: StepMetrics?
    private var health: TrainingHealth
    /// Asked to stop where the configuration says so.
    package var stopRequest: StopRequest?
    private var ending: RunSummary.Ending?
    private var newestSamples: String?
    private var newestCheckpoint: String?
    private var checkpointedRound: UInt64?
    private var checkpointedStep: UInt64?
    /// Another coordinator writes to the directory.
    private var isTakenOver = false
    /// Made when workers differ for the first time.
    private var recomputer: RecipeComputer?

    /// - Parameters:
    ///   - state: fresh, or from a checkpoint.
    ///   - run: the run's identity.
    ///   - isNew: the directory was made for this session.
    ///   - command: the one that the run was begun with.
    ///   - workersAreLocal: the workers read the same files as this process.
    init(
        configuration: Configuration, directory: RunDirectory, state: TrainingState, run: String, isNew: Bool,
        command: RunCommand, expectedWorkers: Int, data: RunData, workersAreLocal: Bool, display: ProgressDisplay
    ) throws {
        self.command = command
        self.configuration = configuration
        self.directory = directory
        self.state = state
        self.run = run
        self.isNew = isNew
        self.expectedWorkers = expectedWorkers
        self.display = display
        self.data = data
        metricsLog = try MetricsLog(path: directory.metricsPath)
        log = try RunLog(path: directory.logPath)
        painter = SamplePainter(configuration)
        firstStep = state.step
        firstRound = state.roundNumber
        let past = try MetricsLog.tail(path: directory.metricsPath, count: 2 * TrainingHealth.window)
        secondsBefore = past.last.map { $0.seconds.isFinite ? max(0, $0.seconds) : 0 } ?? 0
        health = TrainingHealth(configuration.recipe)
        if configuration.output.logEvery == 1 { for record in past { _ = health.observe(record.metrics) } }
        pace = Pace(step: state.step)
        let log = log
        ledger = data.ledger(workersAreLocal: workersAreLocal) { text in
            log.write(text)
            display.message("\(ProgramName.current): \(text)")
        }
        // What is newer than the state is bad.
        let newest = try directory.checkpoints().last { $0.step <= state.step }
        newestCheckpoint = newest?.path
        checkpointedStep = newest?.step
        log.write("run \(run): step \(state.step) of \(configuration.recipe.steps)")
        warning { try writeFiles() }
    }

    // MARK: RoundSource

    package var shards: Int { configuration.recipe.shards }
    package func parameterLength(of network: Network) -> Int { state.networks.layout(of: network).vectorCount }
    package func contributionLength(of kind: RoundKind) -> Int { state.layout.count(kind) }
    package func nextRound() -> Round? { state.nextRound }

    package func parameters(of network: Network) -> PublishedParameters {
        let (vector, version) = state.pendingParameters(of: network)
        return PublishedParameters(vector.buffer, version: version, owner: vector)
    }

    package func finishUpdate(of network: Network, before end: Int) { state.finishUpdate(of: network, before: end) }

    package func recompute(_ round: Round, shard: Int, into contribution: UnsafeMutableBufferPointer<Float>) throws {
        let computer = try recomputer ?? RecipeComputer(configuration, fileList: data.fileList, computeThreads: 1)
        recomputer = computer
        state.finishUpdates()
        try computer.compute(
            round, shard: shard, generator: state.parameters(of: .generator).vector.buffer,
            discriminator: state.parameters(of: .discriminator).vector.buffer, computeThread: 0, into: contribution)
    }

    package func check(_ readings: [FileReading], of worker: String) throws -> String? {
        ledger?.check(readings, of: worker)
    }

    package func examine(_ fault: FileFault, reason: String, of worker: String) throws {
        try ledger?.examine(fault, reason: reason)
    }

    package func apply(_ round: Round, sum: UnsafeBufferPointer<Float>) throws {
        try ledger?.throwFailure()
        guard let metrics = try state.applyDeferringUpdate(round, sum: sum.baseAddress!) else { return }
        lastMetrics = metrics
        pace.advance(to: state.step, images: imagesPerStep)
        let step = Int(state.step)
        let isLast = step == configuration.recipe.steps
        let isCheckpointDue = isLast || isDue(step, configuration.output.checkpointEvery)
        if isCheckpointDue { try keepLock() }
        if configuration.output.sampleEvery > 0, isLast || isDue(step, configuration.output.sampleEvery) {
            drawSamples()
        }
        watch(metrics)
        if isLast || step % configuration.output.logEvery == 0 { record(metrics) }
        if isCheckpointDue { warning { try saveCheckpoint() } }
        display.update { progress }
    }

    package func membershipChanged(workers: Int) {
        self.workers = workers
    }

    /// What a person should know before the first round, a line each: said when nothing can keep the run from beginning any
    /// more.
    package var announcements: [String] = []

    package func announce() {
        for text in announcements { event(text) }
        announcements = []
    }

    /// Says in the run's directory where its coordinator is found.
    ///
    /// - Parameter security: the coordinator's keys, and the file that they are in.
    package func keepAddress(_ endpoint: Endpoint, keys: (file: String, publicKey: String)?) {
        warning("; '\(ProgramName.current) status --run' cannot find the run") {
            try directory.write(
                CoordinatorAddress(
                    endpoint: endpoint.fromThisMachine.description,
                    keyFile: keys.map { Configuration.absolutePath($0.file) }, publicKey: keys?.publicKey,
                    command: command))
        }
        log.write("watch it with: \(ProgramName.current) status --run \(ShellWord.quoted(directory.path)) --watch")
    }

    package func event(_ text: String) {
        log.write(text)
        display.message("\(ProgramName.current): \(text)")
    }

    /// For threads of other parts, whose lines belong into the log too.
    package var report: @Sendable (String) -> Void {
        { [log, display] text in
            log.write(text)
            display.message("\(ProgramName.current): \(text)")
        }
    }

    // MARK: What is written

    /// Says each new verdict on the training once, and ends the run where the configuration asks for that.
    private func watch(_ metrics: StepMetrics) {
        let verdict = health.observe(metrics)
        if let verdict {
            event(verdict == .healthy ? "health: healthy again" : "warning: health: \(health.sentence ?? "")")
        }
        guard ending == nil, state.nextRound != nil, let now = health.verdict,
            configuration.output.stopWhen.applies(to: now)
        else { return }
        // A run that goes on after such an end gets a hundred steps to recover.
        guard verdict != nil || state.step >= firstStep + UInt64(TrainingHealth.window) else { return }
        ending = RunSummary.Ending(
            reason: "\(now.rawValue), and output.stopWhen is \(configuration.output.stopWhen.rawValue)",
            flags: ["--stop-when", StopCondition.never.rawValue])
        event("stopping: \(now.rawValue), and output.stopWhen is \(configuration.output.stopWhen.rawValue)")
        stopRequest?.stop()
    }

    private var imagesPerStep: Int { configuration.recipe.shards * configuration.recipe.shardBatch }

    private func isDue(_ step: Int, _ every: Int) -> Bool {
        every > 0 && step % every == 0
    }

    private func record(_ metrics: StepMetrics) {
        warning {
            try metricsLog.append(
                MetricsRecord(
                    metrics: metrics, seconds: secondsBefore + seconds(since: start),
                    imagesPerSecond: pace.imagesPerSecond,
                    workers: workers, health: health.verdict))
        }
    }

    /// Makes sure that the directory is still this coordinator's; once it is not, nothing more is written there.
    private func keepLock() throws {
        do {
            try directory.touchLock()
        } catch {
            isTakenOver = true
            throw error
        }
    }

    private func drawSamples() {
        warning {
            let grid = painter.classGrid(count: configuration.output.sampleCount)
            let labels = grid.labels.labels(first: 0, count: grid.count)
            let samples = state.sampler()(
                painter.latents(count: grid.count, seed: configuration.recipe.seed), labels: labels)
            noteDiversity(of: samples, labels: labels)
            let path = directory.samplePath(step: state.step)
            let label = "\(configuration.preset.rawValue) · step \(state.step)"
            try SampleGrid.write(try painter.picture(samples, label: label, columns: grid.columns), to: path)
            newestSamples = path
        }
    }

    /// Compares how much the samples of a grid differ with how much real ones do.
    private func noteDiversity(of samples: [Float], labels: [Int]) {
        guard let real = data.variance, real > 0,
            let drawn = SampleDiversity.variance(
                of: painter.denormalized(samples), size: painter.sampleSize, labels: labels)
        else { return }
        health.observe(diversity: drawn / real, step: state.step)
    }

    private func saveCheckpoint() throws {
        // Metrics that cannot be written are no reason to go without a checkpoint.
        warning { try metricsLog.flush() }
        let checkpoint = Checkpoint(
            of: state, configuration: configuration, run: run, dataFingerprint: TrainingData.fingerprint(data.source),
            classes: configuration.recipe.model.isConditional ? data.source.classes : nil,
            numericFingerprint: NumericFingerprint.ofProcess)
        newestCheckpoint = try directory.save(
            checkpoint, keep: configuration.output.keep, best: directory.bestStep(by: configuration.output.keepBest)
        ).path
        checkpointedRound = state.roundNumber
        checkpointedStep = state.step
        warning { try writeFiles() }
    }

    /// Keeps what is known of the files that the samples come from.
    private func writeFiles(atEnd: Bool = false) throws {
        guard let text = ledger?.newText(atEnd: atEnd) else { return }
        try AtomicFile.write(text, to: directory.knownFilesPath)
    }

    /// Keeps what a run took over from another as its own step 0, so that it does not need the other one any more.
    package func keepStart() throws {
        guard state.step == 0, state.origin != .none, checkpointedStep == nil else { return }
        do {
            try saveCheckpoint()
        } catch {
            ledger?.stop()
            if isNew { directory.discard() }
            throw error
        }
    }

    /// What cannot be written costs a warning, never the run: the next checkpoint may find room again.
    private func warning(_ consequence: String = "; the run goes on", _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            event("warning: \(error)\(consequence)")
        }
    }

    // MARK: The end

    /// Writes what a stopped or finished run leaves behind.
    /// - Throws: `RunError` if the state cannot be written: the steps since the last checkpoint are lost then.
    package func finish() throws {
        ledger?.stop()
        directory.removeAddress()
        try? keepLock()
        guard !isTakenOver else { return display.close() }
        defer {
            warning("") { try metricsLog.flush() }
            warning("") { try writeFiles(atEnd: true) }
            if state.step > firstStep { display.finish(progress) } else { display.close() }
            log.write("ended at step \(state.step)")
        }
        guard checkpointedRound != state.roundNumber, state.roundNumber > firstRound else { return }
        do {
            try saveCheckpoint()
        } catch var error as RunError {
            error.advice =
                "\(lostSteps) lost: when that is mended, do them again with '\(command.resuming(directory.path))'"
            log.write("error: \(error)")
            throw error
        }
    }

    private var lostSteps: String {
        let first = (checkpointedStep ?? 0) + 1
        if first > state.step { return "the rounds since the last checkpoint, of step \(checkpointedStep ?? 0), are" }
        return first == state.step ? "step \(first) is" : "the steps \(first) to \(state.step) are"
    }

    /// Ends after an error: a new run that did not come to its first round leaves no trace, so that the next try finds its
    /// folder free; any other ends as it stands, with the error in its log.
    ///
    /// - Returns: the error, with what to do about it where the run knows.
    package func fail(_ error: any Error) -> any Error {
        guard !isNew || state.roundNumber > firstRound else {
            ledger?.stop()
            display.close()
            directory.discard()
            return TrainingFailure.explained(
                error, configuration: configuration, checkpoint: nil, run: directory.path, command: command)
        }
        warning("") { try finish() }
        let error = TrainingFailure.explained(
            error, configuration: configuration, checkpoint: newestCheckpoint, run: directory.path, command: command)
        log.write("error: \(RunError.printable("\(error)"))")
        return error
    }

    package var summary: RunSummary {
        RunSummary(
            directory: directory.path, step: state.step, seconds: seconds(since: start),
            imagesPerSecond: pace.mean(seconds: seconds(since: start), images: imagesPerStep),
            unit: painter.drawsPoints ? "points" : "images", metrics: lastMetrics, samples: newestSamples,
            checkpoint: newestCheckpoint, isInterrupted: state.nextRound != nil,
            health: health.sentence, ending: ending, command: command)
    }

    private var progress: TrainingProgress {
        TrainingProgress(
            label: configuration.preset.rawValue, step: Int(state.step), steps: configuration.recipe.steps,
            firstStep: Int(firstStep), elapsedSeconds: seconds(since: start), imagesPerSecond: pace.imagesPerSecond,
            unit: painter.drawsPoints ? "points" : "images", metrics: lastMetrics, health: health.verdict,
            workers: workers, expectedWorkers: expectedWorkers)
    }
}
