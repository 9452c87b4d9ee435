import Adversarial
import ArgumentParser
import Datasets
import FileFormats
import Foundation
import RunConfiguration
import Runs
import UserErrors

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Draws samples from a run or a checkpoint.",
        discussion: """
            A picture of 64 samples of a run, from its newest checkpoint:

              \(ProgramName.current) sample --run runs/first --count 64 --format grid --out grid.png

            A thousand PNG files, or a tensor 'samples' [n, channels, height, width] in
            [-1, 1] for Python:

              \(ProgramName.current) sample --run runs/first --count 1000 --format folder --out drawn
              \(ProgramName.current) sample --run runs/first --count 1000 --out drawn.safetensors

            Walks from one sample to another, a row each:

              \(ProgramName.current) sample --run runs/first --interpolate --out walk.png

            Of networks with classes, the digit 3, a class by its name, or a row for each class:

              \(ProgramName.current) sample --run runs/digits --class 3 --out threes.png
              \(ProgramName.current) sample --run runs/pets --class cat --out cats.png
              \(ProgramName.current) sample --run runs/digits --class all --out digits.png

            Sample number i of a seed is the same however many are drawn. The samples are
            those of the generator's moving average; --raw takes the parameters
            themselves. Those of ring-2d and grid-2d are points of the plane: a grid is
            then a scatter plot, and the tensor [n, 2] in the data's unit.
            """)

    @OptionGroup var source: CheckpointOptions

    @Option(
        parsing: .unconditional, help: "How many samples; by default 64, and 2500 points of the plane.",
        transform: NumberArgument.integer(1...SampleFormat.folder.limit))
    var count: Int?

    @Option(parsing: .unconditional, help: "The seed of the latents; by default 0.", transform: NumberArgument.seed)
    var seed: UInt64 = 0

    @Option(help: "grid, folder or safetensors; by default by how --out ends.")
    var format: String?

    @Option(name: .customLong("out"), help: ArgumentHelp("The file or the folder to write.", valueName: "path"))
    var output: String

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "The class to draw, by name or number, or 'all' for a row of each; by default classes as often as in the data.",
            valueName: "name|number|all"))
    var classText: String?

    @Flag(help: "Rows that lead from one latent to another on a great circle.")
    var interpolate = false

    @Flag(help: "The generator's parameters themselves instead of their moving average.")
    var raw = false

    @Flag(
        help: """
            With --format safetensors: also what both generators and the discriminator give before any mapping to pixels, \
            as scripts/compare-with-pytorch takes it.
            """)
    var networkOutputs = false

    func validate() throws {
        try source.expectOne()
        let format = try SampleFormat(named: format, output: output)
        if let count, !(1...format.limit).contains(count) {
            throw ValidationError(
                "--count: expected a whole number from 1 to \(format.limit) for --format \(format.rawValue), got \(count)."
            )
        }
        if networkOutputs, format != .safetensors {
            throw ValidationError("--network-outputs needs --format safetensors.")
        }
    }

    func run() throws {
        let format = try SampleFormat(named: format, output: output)
        let loaded = try source.load()
        let painter = SamplePainter(loaded.configuration)
        let choice = try SampleChoice(
            loaded, count: count ?? (painter.drawsPoints ? ModeCoverage.sampleCount : nil), wanted: classText,
            seed: seed, interpolates: interpolate)
        let count = choice.count
        guard format != .folder || !painter.drawsPoints else {
            throw RunError(
                .usage, at: "--format", "samples of \(loaded.configuration.preset.rawValue) are points of the plane",
                expected: "grid or safetensors", found: "folder",
                advice: "take --format safetensors for their coordinates")
        }
        guard format == .folder || count <= Self.maximumValues / painter.sampleSize else {
            throw RunError(
                .usage, at: "--count", "so many samples do not fit into one file",
                expected: "at most \(Self.maximumValues / painter.sampleSize)", found: "\(count)",
                advice: "take --format folder")
        }
        let target = try SampleOutput(path: output, format: format)
        let columns = choice.columns
        let drawing = SampleDrawing(
            state: try loaded.trainingState(), painter: painter, averaged: !raw,
            latents: LatentSource(
                painter: painter, seed: seed, walk: interpolate ? columns : nil, period: choice.latentPeriod),
            labels: choice.labels, count: count)
        let display = ProgressDisplay()
        defer { display.close() }
        switch format {
        case .grid:
            var samples: [Float] = []
            samples.reserveCapacity(count * painter.sampleSize)
            try drawing.run(display) { samples.append(contentsOf: $0.samples) }
            try SampleGrid.write(
                try painter.picture(samples, label: label(loaded), columns: columns), to: target.path)
        case .folder:
            try target.writeFolder { folder in try drawing.run(display) { try write($0, painter, folder: folder) } }
        case .safetensors:
            try writeTensors(drawing, painter, display: display, to: target.path)
        }
        display.close()
        print("\(count) \(painter.unit) of \(loaded.title) (seed \(seed)): \(target.path)")
    }

    /// The most float32 values that are held for one file: 2 GiB.
    private static let maximumValues = 1 << 29

    private func label(_ loaded: LoadedCheckpoint) -> String {
        "\(loaded.configuration.preset.rawValue) · step \(loaded.checkpoint.step) · seed \(seed)"
    }

    private func write(_ part: SampleDrawing.Part, _ painter: SamplePainter, folder: String) throws {
        let pixels = painter.denormalized(part.samples)
        let size = painter.sampleSize
        for index in 0..<part.count {
            let number = String(part.first + index)
            let name = "sample-" + String(repeating: "0", count: max(0, 5 - number.count)) + number + ".png"
            let picture = SampleGrid.picture(
                pixels[index * size..<(index + 1) * size], height: painter.height, width: painter.width,
                channels: painter.channels)
            let path = "\(folder)/\(name)"
            do {
                try Data(try PNGImage.encode(picture)).write(to: URL(fileURLWithPath: path))
            } catch let error as CocoaError {
                throw RunError(
                    .cannotCreate, at: output, "cannot be written: \(error.localizedDescription)",
                    advice: "free some space or choose another folder")
            }
        }
    }

    private func writeTensors(
        _ drawing: SampleDrawing, _ painter: SamplePainter, display: ProgressDisplay, to path: String
    ) throws {
        var tensors: [String: SafetensorsFile.Tensor] = [:]
        let latentSize = painter.configuration.recipe.model.latentSize
        var (samples, latents): ([Float], [Float]) = ([], [])
        var labels: [Int] = []
        try drawing.run(display) { part in
            let values = painter.denormalized(part.samples)
            // Pixels from 0 to 1 become -1 to 1; points keep their unit.
            samples.append(
                contentsOf: painter.channelsFirst(painter.drawsPoints ? values : values.map { $0 * 2 - 1 }))
            latents.append(contentsOf: part.latents)
            labels.append(contentsOf: part.labels)
        }
        tensors["samples"] = SafetensorsFile.Tensor(samples, shape: painter.fileShape(count: drawing.count))
        tensors["latents"] = SafetensorsFile.Tensor(latents, shape: [drawing.count, latentSize])
        if !labels.isEmpty {
            tensors["labels"] = SafetensorsFile.Tensor(labels.map(Int64.init), shape: [drawing.count])
        }
        if networkOutputs {
            for (name, averaged) in [("images", false), ("images_ema", true)] {
                let images = drawing.state.sampler(averaged: averaged)(latents, labels: labels)
                tensors[name] = SafetensorsFile.Tensor(
                    painter.channelsFirst(images), shape: painter.fileShape(count: drawing.count))
                guard !averaged else { continue }
                let logits = drawing.state.discriminatorInference()(images, labels: labels)
                tensors["logits"] = SafetensorsFile.Tensor(logits, shape: [drawing.count, 1])
            }
        }
        try SafetensorsFile.write(tensors, metadata: ["format": "pt"], to: path)
    }
}
