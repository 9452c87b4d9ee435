import Adversarial
import Coordination
import Datasets
import FileFormats
import Foundation

/// All that a run is made of, as resolved from a preset, a YAML file and overrides: enough to repeat the run.
///
/// The keys, their ranges and their meaning are in `ConfigurationKey.all`; that table drives parsing, overrides,
/// validation and the written file.
package struct Configuration: Sendable, Hashable {
    package var preset: Preset
    /// All that decides the arithmetic.
    package var recipe: Recipe
    /// Whether the networks get the samples' classes.
    package var isConditional = false
    /// How many; nil where the data have not been looked at yet.
    package var classes: Int?
    package var automaticPenalties = AutomaticPenalties()
    package var data: DataSettings
    package var start: StartSettings
    package var output: OutputSettings
    package var cluster: ClusterSettings

    /// Where the samples come from.
    package struct DataSettings: Sendable, Hashable {
        /// `glyphs`, `ring-2d`, `grid-2d`, or `mnist:DIR`, `fashion-mnist:DIR`, `stacked-mnist:DIR`, `cifar10:DIR`, `images:DIR`.
        package var source: String
        /// How the images of a folder become samples.
        package var images = ImageSettings()
        /// The share of the samples that is kept out of training.
        package var holdOut = 0.0
    }

    /// The checkpoint of another run whose state a run begins with.
    package struct StartSettings: Sendable, Hashable {
        package var checkpoint: String?
        /// Of the checkpoint's file.
        package var sha256: String?

        package init(checkpoint: String? = nil, sha256: String? = nil) {
            self.checkpoint = checkpoint
            self.sha256 = sha256
        }
    }

    /// What a run writes, and how often (in steps).
    package struct OutputSettings: Sendable, Hashable {
        /// Steps between two sample grids; 0 for none.
        package var sampleEvery = 100
        package var sampleCount = 64
        package var checkpointEvery = 100
        /// Checkpoints that stay; 0 for all.
        package var keep = 3
        /// Whether the best one stays too.
        package var keepBest = KeepBest.none
        /// Steps between two lines of `metrics.jsonl`.
        package var logEvery = 1
        /// When the run ends before its last step.
        package var stopWhen = StopCondition.never
    }

    /// The preset as it is.
    package init(preset: Preset) {
        self = preset.configuration
    }

    init(preset: Preset, recipe: Recipe, source: String) {
        self.preset = preset
        self.recipe = recipe
        data = DataSettings(source: source)
        start = StartSettings()
        output = OutputSettings()
        cluster = ClusterSettings()
    }

    /// Resolves a configuration: the preset's values, then the file's, then the overrides'.
    ///
    /// - Parameters:
    ///   - file: path of a YAML file, if any.
    ///   - overrides: in order of increasing precedence.
    /// - Throws: `RunError` (configuration, or missing) with file, line and column, or (usage) the override's origin.
    package static func resolve(file: String? = nil, overrides: [ConfigurationOverride] = []) throws -> Configuration {
        let entries = try file.map { try ConfigurationDocument(contentsOf: $0).entries } ?? []
        return try resolve(entries: entries + overrides.map { try $0.entry() }, file: file)
    }

    /// Another configuration with single keys changed.
    ///
    /// - Throws: `RunError` (configuration) that names the override's origin.
    package func with(_ overrides: [ConfigurationOverride]) throws -> Configuration {
        var configuration = self
        let entries = try overrides.map { try $0.entry() }
        try configuration.apply(entries)
        func place(_ path: String) -> String { entries.last { $0.key.path == path }?.place ?? path }
        try configuration.expandHome(place: place)
        try configuration.validate(place: place)
        return configuration
    }

    /// Reads a configuration from YAML text; `file` is how errors call it.
    package init(yaml: String, file: String = "configuration") throws {
        self = try Self.resolve(entries: try ConfigurationDocument(yaml: yaml, file: file).entries, file: file)
    }

    /// The data set that `data.source` names.
    /// - Throws: `RunError` (configuration) if it names none; never after `resolve`.
    package func dataset() throws -> DatasetSpecification {
        do {
            return try DatasetSpecification(parsing: data.source)
        } catch {
            throw RunError(
                .configuration, at: "data.source", "is no data source",
                expected: "one of \(DatasetSpecification.forms.joined(separator: ", "))", found: data.source.inQuotes,
                advice: DatasetSpecification.suggestion(for: data.source))
        }
    }

    /// The same configuration with its data folder, its start and its files of keys as absolute paths, so that a run can be repeated
    /// from anywhere.
    /// - Throws: `RunError` (configuration) as `dataset()`.
    package func withAbsolutePaths() throws -> Configuration {
        var configuration = self
        configuration.data.source = try dataset().absolute().description
        configuration.start.checkpoint = start.checkpoint.map(Self.absolutePath)
        configuration.cluster.keyFile = cluster.keyFile.map(Self.absolutePath)
        configuration.cluster.allowFile = cluster.allowFile.map(Self.absolutePath)
        return configuration
    }

    package static func absolutePath(_ path: String) -> String {
        // A URL would take `~` for the home folder: paths are expanded where they come in.
        let absolute = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        return URL(fileURLWithPath: absolute).standardizedFileURL.path
    }

    /// The same with `~` expanded in the paths of files.
    private mutating func expandHome(place: (String) -> String) throws {
        let keys: [(String, WritableKeyPath<Configuration, String?>)] = [
            ("start.checkpoint", \.start.checkpoint), ("cluster.keyFile", \.cluster.keyFile),
            ("cluster.allowFile", \.cluster.allowFile),
        ]
        for (key, path) in keys {
            do {
                self[keyPath: path] = try self[keyPath: path].map { try HomePath.expanding($0) }
            } catch let error as FileFormatError {
                throw RunError(
                    .configuration, at: place(key), "\(error.file): \(error.problem)", advice: error.advice)
            }
        }
    }

    /// Puts values in, the architecture's first: what it recommends gives way to what is said.
    private mutating func apply(_ entries: [ConfigurationEntry]) throws {
        for entry in entries where entry.key.path == "architecture" { try entry.apply(to: &self) }
        for entry in entries where entry.key.path != "architecture" { try entry.apply(to: &self) }
        updateClasses()
        updatePenalties()
    }

    /// Whether the networks' classes are those of data that have not been looked at yet.
    package var awaitsClasses: Bool { isConditional && classes == nil }

    /// The classes that the networks are built with: 1 while those of the data are not known yet.
    private mutating func updateClasses() { recipe.model.classes = isConditional ? classes ?? 1 : 0 }

    /// The same with as many classes as the data have, where that was left to them.
    package func with(classes count: Int) -> Configuration {
        var configuration = self
        if isConditional, classes == nil { configuration.classes = count }
        configuration.updateClasses()
        return configuration
    }

    /// Images have the shape of the data set, where that has one, nobody asks for another, and the networks can make it.
    private mutating func takeShapeOfData(unless entries: [ConfigurationEntry]) {
        let asksForShape = entries.contains {
            $0.key.section == "image"
                || $0.key.path == "architecture" && ConfigurationKey.formerArchitectures[$0.text] != nil
        }
        guard !asksForShape, entries.contains(where: { $0.key.path == "data.source" }),
            case .image(let height, let width, let channels) = (try? dataset())?.naturalShape
        else { return }
        var model = recipe.model
        (model.imageHeight, model.imageWidth, model.imageChannels) = (height, width, channels)
        if ModelRegistry.model(named: model.model)?.problem(model) == nil { recipe.model = model }
        updatePenalties()
    }

    private static func resolve(entries: [ConfigurationEntry], file: String?) throws -> Configuration {
        // A file without a preset is read as it was before the data chose one; what names networks of its own is not meant for a
        // recipe that was found for others.
        let isOwn = file != nil || entries.contains { $0.key.path == "architecture" }
        let source = entries.last { $0.key.path == "data.source" }?.text
        var preset: Preset = isOwn ? .ofFiles : source.map(Preset.forData) ?? .default
        for entry in entries where entry.key.path == "preset" {
            var chosen = Configuration(preset: preset)
            try entry.apply(to: &chosen)
            preset = chosen.preset
        }
        var configuration = Configuration(preset: preset)
        try configuration.apply(entries.filter { $0.key.path != "preset" })
        configuration.takeShapeOfData(unless: entries)
        func place(_ path: String) -> String {
            entries.last { $0.key.path == path }?.place ?? (file.map { "\($0): \(path)" } ?? path)
        }
        do {
            try configuration.expandHome(place: place)
            try configuration.validate(place: place)
        } catch var error as RunError {
            // A value that came by a flag is an error of the command line.
            if let entry = entries.last(where: { $0.place == error.place }) { error.category = entry.category }
            throw error
        }
        return configuration
    }
}

/// By which figure of `evaluations.jsonl` a run's best checkpoint is kept.
package enum KeepBest: String, Sendable, CaseIterable, Hashable {
    case none
    /// The least Fréchet distance.
    case frechet
}
