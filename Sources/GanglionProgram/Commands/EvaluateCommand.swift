import ArgumentParser
import Coordination
import Datasets
import FileFormats
import Foundation
import GanglionTraining
import RunConfiguration
import Runs
import SampleQuality
import UserErrors

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a run, a checkpoint or samples of others on data that were kept from training.",
        discussion: """
            A run's newest checkpoint: Fréchet distance, KID, precision and recall, density and
            coverage, memorisation, each with a 95 % interval and, beside it, the same of
            real training images; and both losses, V(D,G), D(x), D(G(z)):

              \(ProgramName.current) evaluate --run runs/first

            One checkpoint against data that lie elsewhere now, as a line of JSON:

              \(ProgramName.current) evaluate --checkpoint FILE --data mnist:data/mnist --json

            Samples that another program drew, as a folder of images or a safetensors
            file with a tensor 'samples' [count, channels, height, width]:

              \(ProgramName.current) evaluate --samples drawn --data mnist:data/mnist

            Each checkpoint of a run that is going on, into its evaluations.jsonl:

              \(ProgramName.current) evaluate --run runs/first --watch

            Figures are those of the held-out images: the data's test part, or what
            data.holdOut keeps out of training. Compare figures of the same features,
            the same data and the same --count only.

            For ring-2d and grid-2d: modes covered and the share of samples of high
            quality, by the protocol of the PacGAN paper (2,500 samples; of high quality
            within 3σ of a mode; one such sample covers a mode).
            """)

    @OptionGroup var source: CheckpointOptions

    @Option(
        help: ArgumentHelp(
            "Samples instead of a generator's: a folder of images, or a safetensors file.", valueName: "folder|file"))
    var samples: String?

    @Option(help: "The data, where they are not those of the configuration: glyphs, mnist:DIR, ...")
    var data: String?

    @Option(
        help: """
            What figures are taken of: judge (features of a classifier of the data), random (a convolutional network with \
            random weights), pixels (64 principal components) or inception (the FID's network, with --weights). By default \
            judge where the data have one, else random.
            """)
    var features: String?

    @Option(
        help: ArgumentHelp(
            "Inception's weights for --features inception, as scripts/convert-inception writes them.",
            valueName: "file.safetensors"))
    var weights: String?

    @Option(
        parsing: .unconditional,
        help: "Generated samples, and real ones at most; by default 10000, or as many as are held out.",
        transform: NumberArgument.integer(1...1_000_000))
    var count: Int?

    @Option(parsing: .unconditional, help: "The seed of the latents; by default 0.", transform: NumberArgument.seed)
    var seed: UInt64 = 0

    @Flag(help: "The generator's parameters themselves instead of their moving average.")
    var raw = false

    @Option(
        help: ArgumentHelp(
            "Writes a picture of the images that are nearest to a training image, in pairs.", valueName: "file.png"))
    var nearest: String?

    @Flag(help: "Judges each new checkpoint of --run until its last one; a line of each goes to evaluations.jsonl.")
    var watch = false

    @Option(
        parsing: .unconditional, help: "With --watch, the steps between two judged checkpoints; by default all are.",
        transform: NumberArgument.integer(1...1_000_000_000))
    var every: Int?

    @Flag(help: "One line of JSON on standard output.")
    var json = false

    @Option(help: ArgumentHelp("Descriptor of a pipe whose end ends this process.", visibility: .hidden))
    var lifelineFd: Int32?

    func validate() throws {
        if samples == nil {
            try source.expectOne(besides: [("--samples FILE", false)])
        } else {
            guard source.run == nil || source.checkpoint == nil else { return try source.expectOne() }
            guard source.run != nil || source.checkpoint != nil || data != nil else {
                throw ValidationError(
                    "--samples needs the data to compare with; give --data, or --run DIR for its data.")
            }
        }
        let choice = try features.map { try FeatureArgument.choice($0, flag: "--features") }
        guard (choice == .inception) == (weights != nil) else {
            throw ValidationError(
                "--features inception and --weights FILE belong together; give both, or none of them.")
        }
        if watch {
            guard source.run != nil, samples == nil, nearest == nil else {
                throw ValidationError(
                    "--watch judges the checkpoints of a run; give it with --run DIR, without --samples or --nearest.")
            }
        } else if every != nil {
            throw ValidationError("--every belongs to --watch.")
        }
        if let nearest, !nearest.lowercased().hasSuffix(".png") {
            throw ValidationError("--nearest writes a PNG; expected a name that ends in .png.")
        }
    }

    func run() throws {
        let specification = try data.map { try DatasetSpecification(parsing: $0) }
        var settings = Evaluation.Settings()
        settings.features = features.flatMap(FeatureChoice.init)
        settings.weights = weights
        (settings.count, settings.seed, settings.averaged) = (count, seed, !raw)
        if watch { return try watchRun(specification, settings) }
        let output = try nearest.map { try SampleOutput(path: $0, format: .grid) }
        let display = ProgressDisplay()
        defer { display.close() }
        let (evaluation, report) = try judge(specification, settings, display)
        if let output { try writePairs(of: evaluation, to: output.path) }
        display.close()
        print(json ? try report.json() : report.text)
    }

    private func judge(
        _ specification: DatasetSpecification?, _ settings: Evaluation.Settings, _ display: ProgressDisplay
    ) throws -> (Evaluation, EvaluationReport) {
        guard let samples else {
            let loaded = try source.load()
            let evaluation = Evaluation(
                try EvaluationData(loaded.configuration, data: specification), settings, display: display)
            return (evaluation, try evaluation.judge(loaded))
        }
        let file = try SampleFile(path: samples)
        let evaluation = Evaluation(try comparedData(for: file, specification), settings, display: display)
        return (evaluation, try evaluation.judge(file))
    }

    /// The data that samples are compared with: those of a run, or those that are named, in the shape of the samples or their own.
    private func comparedData(for file: SampleFile, _ specification: DatasetSpecification?) throws -> EvaluationData {
        if source.run != nil || source.checkpoint != nil {
            return try EvaluationData(try source.configuration(), data: specification)
        }
        // `validate` has seen that there is one of them.
        let specification = specification ?? .glyphs
        let shape = specification.naturalShape ?? file.shape ?? (specification == .glyphs ? .digit : nil)
        guard let shape else {
            throw RunError(
                .usage, at: "--samples", "two folders of images do not say what size they are compared in",
                advice: "give --run DIR for its size, or the samples as a safetensors file")
        }
        return try EvaluationData(specification, shape: shape, seed: 0)
    }

    private func watchRun(_ specification: DatasetSpecification?, _ settings: Evaluation.Settings) throws {
        let isBesideTraining = lifelineFd != nil
        if let lifelineFd {
            Lifeline.watch(lifelineFd) { _exit(75) }
            // The training goes first.
            _ = nice(10)
        }
        let display = isBesideTraining ? nil : ProgressDisplay()
        defer { display?.close() }
        let watch = try CheckpointWatch(
            run: source.run ?? "", every: every ?? 0, settings: settings, data: specification, display: display
        ) { line in
            if isBesideTraining {
                StandardError.write("ganglion: judged \(RunError.printable(line))\n")
            } else {
                display?.close()
                print(RunError.printable(line))
                _ = StandardOutput.flush()
            }
        }
        try watch.run()
    }

    /// The pairs that a picture shows.
    private static let pairs = 24

    private func writePairs(of evaluation: Evaluation, to path: String) throws {
        guard case .image(let height, let width, let channels) = evaluation.data.shape,
            let images = try evaluation.nearestPairs(Self.pairs)
        else {
            throw RunError(
                .data, at: "--nearest", "there are no nearest pairs of these samples",
                expected: "images, and held-out images to compare them with",
                advice: "set data.holdOut for the training")
        }
        let columns = 8
        let picture = SampleGrid.image(
            images, count: images.count / evaluation.data.shape.elementCount, height: height, width: width,
            channels: channels, label: "generated · nearest training image", columns: columns,
            headings: (0..<columns).map { $0 % 2 == 0 ? "drawn" : "train" })
        try SampleGrid.write(picture, to: path)
    }
}

extension SampleShape {
    /// MNIST's.
    fileprivate static let digit = SampleShape.image(height: 28, width: 28, channels: 1)
}
