import ArgumentParser
import Datasets
import FileFormats
import Runs

struct DataGridCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grid",
        abstract: "Draws samples of a data set: a grid of images, or a scatter plot.",
        discussion: """
            The embedded digits, and the held-out part of MNIST:

              ganglion data grid --data glyphs --out glyphs.png
              ganglion data grid --data mnist:data/mnist --split test --count 100 --out mnist.png

            Images of a folder as networks of 64×64 see them, resized and cropped:

              ganglion data grid --data images:photos --out photos.png
            """)

    @Option(help: "glyphs, ring-2d, grid-2d, mnist:DIR, fashion-mnist:DIR, cifar10:DIR or images:DIR.")
    var data: String

    @Option(
        parsing: .unconditional,
        help: "How many; by default 64, and 2500 points of the plane. They are the first ones.",
        transform: NumberArgument.integer(1...SampleFormat.grid.limit))
    var count: Int?

    @Option(
        parsing: .unconditional, help: "The number of the first; by default 0.",
        transform: NumberArgument.integer(0...Int.max))
    var first = 0

    @Option(help: "train or test.")
    var split: String = "train"

    @Option(
        parsing: .unconditional, help: "The seed of the procedural data sets; by default 0.",
        transform: NumberArgument.seed)
    var seed: UInt64 = 0

    @Option(name: .customLong("out"), help: ArgumentHelp("The PNG file to write.", valueName: "path"))
    var output: String

    func validate() throws {
        try SampleFormat.grid.checkName(output)
        guard DatasetSplit(rawValue: split) != nil else {
            let nearest = NearestName.advice(split, among: ["train", "test"]).map { "; \($0)" } ?? "."
            throw ValidationError("--split: expected train or test, got '\(split)'\(nearest)")
        }
    }

    func run() throws {
        let split = DatasetSplit(rawValue: split) ?? .train
        let source = try DatasetSpecification(parsing: data).openUnadapted(seed: seed, split: split)
        let target = try SampleOutput(path: output, format: .grid)
        guard first < source.count else {
            throw RunError(
                .usage, at: "--first", "there is no sample with this number", expected: "0 to \(source.count - 1)",
                found: "\(first)")
        }
        let isPlane = source.shape == .vector(2)
        let count = min(count ?? (isPlane ? ModeCoverage.sampleCount : 64), source.count - first)
        let samples = try (first..<first + count).flatMap { try source.sample($0) }
        switch source.shape {
        case .image(let height, let width, let channels):
            let picture = SampleGrid.image(
                samples, count: count, height: height, width: width, channels: channels, label: source.name)
            try SampleGrid.write(picture, to: target.path)
        case .vector:
            let mixture = source as? MixtureSource
            let picture = ScatterPlot.image(
                points: samples, modes: mixture?.modes.map { (Double($0.x), Double($0.y)) } ?? [],
                radius: Double(mixture?.deviation ?? 0) * 3, label: source.name)
            try SampleGrid.write(picture, to: target.path)
        }
        print("\(count) samples of \(source.name): \(target.path)")
    }
}
