import Datasets
import RunConfiguration
import Runs

/// Which samples are drawn: how many, in how many columns, and of which classes.
struct SampleChoice {
    let count: Int
    /// Samples in a row of a grid.
    let columns: Int
    let labels: LabelSource
    /// After how many samples the latents repeat; nil for latents of each sample's own.
    let latentPeriod: Int?

    /// Samples in a row where each row is a class.
    private static let samplesOfClass = 8

    /// - Parameters:
    ///   - count: as asked for, if it was.
    ///   - wanted: a class by name or number, or `all`; nil for classes by the data's shares.
    /// - Throws: `RunError` (usage) where there is no such class.
    init(_ loaded: LoadedCheckpoint, count: Int?, wanted: String?, seed: UInt64, interpolates: Bool) throws {
        let preset = loaded.configuration.preset.rawValue
        guard let classes = try loaded.classes() else {
            guard wanted == nil else {
                throw RunError(
                    .usage, at: "--class", "the networks of \(preset) know no classes",
                    advice: "leave it out, or train with --preset digits or --set conditional=true")
            }
            let count = count ?? 64
            self.init(count: count, columns: LatentSource.columns(of: count), labels: .none, latentPeriod: nil)
            return
        }
        if wanted == "all", classes.numbers(of: "all").isEmpty {
            guard !interpolates else {
                throw RunError(
                    .usage, at: "--class", "all and --interpolate both say what a row is",
                    advice: "take one class, such as --class \(classes.names[0])")
            }
            // The same latents in each row: what differs is the class alone.
            let columns = max(1, count.map { $0 / classes.count } ?? Self.samplesOfClass)
            self.init(
                count: columns * classes.count, columns: columns, labels: .rows(columns: columns),
                latentPeriod: columns)
            return
        }
        let count = count ?? 64
        let labels: LabelSource =
            if let wanted {
                .one(try ClassArgument.number(wanted, at: "--class", of: classes, name: loaded.title))
            } else {
                .shares(classes.shares, seed: seed, purpose: .sample)
            }
        self.init(count: count, columns: LatentSource.columns(of: count), labels: labels, latentPeriod: nil)
    }

    private init(count: Int, columns: Int, labels: LabelSource, latentPeriod: Int?) {
        self.count = count
        self.columns = columns
        self.labels = labels
        self.latentPeriod = latentPeriod
    }
}
