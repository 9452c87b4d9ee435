import Adversarial
import Foundation
import RunConfiguration
import Runs

/// What a new run begins with: its configuration and, where that or `--from` asks for it, what another run has trained.
struct RunStart {
    /// With the start resolved: an absolute path and its SHA-256.
    let configuration: Configuration
    private let point: StartingPoint?
    /// What named the checkpoint: a flag, or a key.
    private let place: String

    /// - Parameter source: `--from`: a run's directory or a checkpoint's file.
    /// - Throws: `RunError` if there is no such checkpoint, or its tensors are not those of the configuration's networks.
    init(_ request: ConfigurationRequest, from source: String?) throws {
        var configuration: Configuration
        place = source == nil ? "start.checkpoint" : "--from"
        if let source {
            let point = try StartingPoint(source)
            let isGiven = request.file != nil || request.overrides.contains { $0.key == "preset" }
            configuration = isGiven ? try request.resolve() : try point.configuration.with(request.overrides)
            self.point = point
        } else {
            configuration = try request.resolve()
            point = try configuration.start.checkpoint.map {
                try StartingPoint($0, sha256: configuration.start.sha256, place: "start.checkpoint")
            }
        }
        if let point {
            configuration.start = point.settings
            // The tensors of networks whose classes the data will tell are compared then.
            if !configuration.awaitsClasses { try point.expectTensors(of: configuration, place: place) }
        }
        self.configuration = try configuration.withAbsolutePaths()
    }

    /// - Parameter configuration: the run's, with the classes of the data.
    /// - Throws: `RunError` if the checkpoint's tensors are not those of the networks.
    func expectTensors(of configuration: Configuration) throws {
        try point?.expectTensors(of: configuration, place: place)
    }

    /// That of a run that was killed before its first checkpoint.
    init(resuming configuration: Configuration) throws {
        self.configuration = configuration
        place = "start.checkpoint"
        point = try configuration.start.checkpoint.map {
            try StartingPoint($0, sha256: configuration.start.sha256, place: "start.checkpoint")
        }
    }

    /// Where the run goes by default: `runs/PRESET-SEED`, or beside it if that is taken by what it starts from.
    var defaultDirectory: String {
        let path = "runs/\(configuration.preset.rawValue)-\(configuration.recipe.seed)"
        guard point != nil, FileManager.default.fileExists(atPath: path) else { return path }
        return NewRunCommand.freeDirectory(beside: path)
    }

    /// What to say where this process's arithmetic, of fingerprint `now`, gives other bits than what the start was made with.
    func arithmeticWarning(now: String) -> String? {
        point.flatMap { $0.checkpoint.arithmeticWarning(now: now, path: $0.path) }
    }

    /// The number of the first batch.
    var nextBatch: UInt64 { point?.checkpoint.nextBatch ?? 0 }

    /// - Parameter configuration: the run's, which by now has the classes of the data.
    /// - Throws: `RunError` if the checkpoint does not hold what training writes.
    func trainingState(for configuration: Configuration) throws -> TrainingState {
        try point?.trainingState(for: configuration) ?? TrainingState(recipe: configuration.recipe)
    }

    /// What the log says of the start, line by line.
    var events: [String] {
        guard let point else { return [] }
        return point.rejected.map { "warning: \($0); taking the checkpoint before it" } + [point.sentence]
    }
}
