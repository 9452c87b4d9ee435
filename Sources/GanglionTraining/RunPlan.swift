import Adversarial
import Coordination
import Datasets
import FileFormats
import Foundation
import Messaging
import RunConfiguration
import Runs

/// A run before it begins: everything is resolved and checked, and nothing has been touched.
package struct RunPlan {
    package let configuration: Configuration
    package let path: String
    private let checkpoint: (path: String, checkpoint: Checkpoint)?
    private let rejected: [RunError]
    private let resumes: Bool
    private let data: RunData
    /// What its processes need.
    private let memory: MemoryEstimate
    /// What a run without a checkpoint begins with.
    private let start: RunStart?
    /// The one that the run is begun with, for advice.
    private let command: RunCommand

    /// - Parameters:
    ///   - directory: the run's directory; by default `runs/PRESET-SEED`.
    ///   - resumes: go on with the run that is there.
    ///   - from: another run, or a checkpoint, to begin a new run with.
    ///   - command: the one that this is, for advice.
    /// - Throws: `FinishedRun` for a run that has no step left.
    package init(
        _ request: ConfigurationRequest, directory: String?, resumes: Bool, from: String? = nil, command: RunCommand
    ) throws {
        self.resumes = resumes
        self.command = command
        // Paths become absolute: one that cannot be written as text would not be found again.
        guard !FileManager.default.currentDirectoryPath.contains("\u{FFFD}") else {
            throw RunError(
                .usage, at: "the working folder", "has a name that is not UTF-8",
                advice: "rename it, or work in another")
        }
        var rejected: [RunError] = []
        let resolved: Configuration
        if resumes {
            guard from == nil else {
                throw RunError(
                    .usage, at: "--from", "cannot be given with --resume",
                    advice: "--resume goes on with a run, --from begins a new one: leave one of them out")
            }
            guard let directory else {
                throw RunError(.usage, at: "--resume", "needs the run to go on with", advice: "name it with --run DIR")
            }
            guard request.file == nil else {
                throw RunError(
                    .usage, at: "--config", "cannot be given with --resume: the run has its configuration",
                    advice: "override single keys with --set")
            }
            path = directory
            let opened = try RunDirectory.open(at: directory)
            resolved = try Configuration.resolve(
                file: opened.configurationPath, overrides: request.overrides
            ).withAbsolutePaths()
            let made = try opened.configuration().preset
            guard resolved.preset == made else {
                throw RunError(
                    .configuration, at: directory, "is a run of preset \(made.rawValue)",
                    found:
                        resolved.preset.rawValue,
                    advice:
                        "leave --preset out, or begin another run, by --from \(ShellWord.quoted(directory)) with what this one has trained"
                )
            }
            let found = try opened.newestGoodCheckpoint { rejected.append($0) }
            checkpoint = found.map { ($0.file.path, $0.checkpoint) }
            if let found {
                let resumption = Resumption(
                    run: directory, checkpoint: found.checkpoint, path: found.file.path, command: command)
                try resumption.check(resolved)
                if let text = resumption.finished(resolved) { throw FinishedRun(text: text) }
            }
            start = found == nil ? try RunStart(resuming: resolved) : nil
        } else {
            let start = try RunStart(request, from: from)
            resolved = start.configuration
            path = directory ?? start.defaultDirectory
            self.start = start
            checkpoint = nil
            try RunDirectory.checkFree(path)
        }
        self.rejected = rejected
        let step = checkpoint?.checkpoint.step ?? 0
        let data = try RunData(
            resolved, of: resumes ? try RunDirectory.open(at: path) : nil,
            fingerprint: checkpoint?.checkpoint.dataFingerprint,
            batch: checkpoint?.checkpoint.nextBatch ?? start?.nextBatch ?? 0,
            steps: resolved.recipe.steps - Int(step))
        self.data = data
        configuration = try data.withClasses(resolved)
        if resolved.awaitsClasses { try start?.expectTensors(of: configuration) }
        memory = MemoryEstimate(configuration, dataBytes: data.source.keptBytes)
    }

    /// - Throws: `RunError` (configuration) where this machine has not the memory for the coordinator and its workers.
    package func requireMemory(_ available: AvailableMemory? = .ofThisProcess) throws {
        try MemoryCheck(
            configuration, estimate: memory, dataBytes: data.source.keptBytes, resumes: resumes
        ).require(workers: configuration.cluster.workers, threads: localThreads, available: available)
    }

    /// Of each worker that `train` starts.
    private var localThreads: Int {
        configuration.cluster.threads(forShards: configuration.recipe.shards, processors: AvailableProcessors.count)
    }

    /// Makes or opens the run's directory and the state to begin with.
    ///
    /// - Parameter workersAreLocal: the workers are processes of this machine, which this program starts.
    package func begin(display: ProgressDisplay, expectedWorkers: Int, workersAreLocal: Bool) throws -> TrainingSession
    {
        let state: TrainingState
        let run: String
        let directory: RunDirectory
        /// The step that the run had come to, where nothing of it is left.
        var lost: UInt64?
        if resumes {
            // Everything that can fail comes before the first write.
            state =
                try checkpoint.map { try $0.checkpoint.trainingState(for: configuration, path: $0.path) }
                ?? start?.trainingState(for: configuration) ?? TrainingState(recipe: configuration.recipe)
            directory = try RunDirectory.resume(at: path)
            run = checkpoint?.checkpoint.run ?? directory.identity ?? Self.newIdentity()
            if checkpoint == nil { lost = try MetricsLog.last(path: directory.metricsPath)?.metrics.step }
            try MetricsLog.cut(path: directory.metricsPath, after: state.step)
            try directory.write(configuration)
        } else {
            state = try start?.trainingState(for: configuration) ?? TrainingState(recipe: configuration.recipe)
            run = Self.newIdentity()
            directory = try RunDirectory.create(at: path, configuration: configuration)
            try directory.write(identity: run)
        }
        let session = try TrainingSession(
            configuration: configuration, directory: directory, state: state, run: run, isNew: !resumes,
            command: command,
            expectedWorkers: expectedWorkers, data: data, workersAreLocal: workersAreLocal, display: display)
        let arithmetic =
            checkpoint.flatMap { $0.checkpoint.arithmeticWarning(now: NumericFingerprint.ofProcess, path: $0.path) }
            ?? start?.arithmeticWarning(now: NumericFingerprint.ofProcess)
        session.announcements =
            (lost.map { ["warning: there is no checkpoint, though the run had come to step \($0): it begins again"] }
                ?? [])
            + data.notices
            + [
                workersAreLocal
                    ? memory.sentence(workers: configuration.cluster.workers, threads: localThreads)
                    : memory.sentence(workers: configuration.cluster.minWorkers)
            ]
            + (start?.events ?? []) + (arithmetic.map { [$0] } ?? [])
            + rejected.map { "warning: \($0); taking the checkpoint before it" }
            + (resumes ? ["going on from step \(state.step) of \(configuration.recipe.steps)"] : [])
        try session.keepStart()
        return session
    }

    package func coordinatorOptions(endpoint: Endpoint, run: String) throws -> CoordinatorOptions {
        var shared = configuration
        // Where this machine keeps its keys is nobody else's business.
        shared.cluster.keyFile = nil
        shared.cluster.allowFile = nil
        shared.start = Configuration.StartSettings()
        var options = CoordinatorOptions(
            endpoint: endpoint, run: run, configuration: shared.resolvedYAML(comments: false),
            build: ProgramIdentity.text, numericFingerprint: NumericFingerprint.ofProcess,
            dataFingerprint: TrainingData.fingerprint(data.source))
        options.fileList = data.fileList
        options.cluster = configuration.cluster
        options.seed = configuration.recipe.seed
        options.steps = UInt64(configuration.recipe.steps)
        if configuration.recipe.hasPenalty { options.penaltyEvery = configuration.recipe.penaltyEvery }
        return options
    }

    private static func newIdentity() -> String { UUID().uuidString.lowercased() }
}

/// A run that has no step left: nothing to do, and no error.
package struct FinishedRun: Error {
    /// What to say.
    package let text: String
}

extension NumericFingerprint {
    /// That of this process, computed once.
    package static let ofProcess = compute()
}
