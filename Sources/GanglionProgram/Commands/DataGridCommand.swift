import ArgumentParser
import Datasets
import FileFormats
import RunConfiguration
import Runs
import UserErrors

struct DataGridCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grid",
        abstract: "Draws samples of a data set: a grid of images, or a scatter plot.",
        discussion: """
            The embedded digits, and the held-out part of MNIST:

              \(ProgramName.current) data grid --data glyphs --out glyphs.png
              \(ProgramName.current) data grid --data mnist:data/mnist --split test --count 100 --out mnist.png

            Images of a folder as networks of 64×64 see them, resized and cropped:

              \(ProgramName.current) data grid --data images:photos --out photos.png

            One class, by name or number, or all of them side by side, a column each:

              \(ProgramName.current) data grid --data mnist:data/mnist --class 3 --out threes.png
              \(ProgramName.current) data grid --data images:photos --class all --out classes.png
            """)

    @Option(
        help: "glyphs, ring-2d, grid-2d, mnist:DIR, fashion-mnist:DIR, stacked-mnist:DIR, cifar10:DIR or images:DIR.")
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

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Samples of this class only; all: a column for each class.", valueName: "name or number"))
    var wantedClass: String?

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
        let isPlane = source.shape == .vector(2)
        let choice = try GridChoice(
            of: source, class: wantedClass, first: first, count: count ?? (isPlane ? ModeCoverage.sampleCount : 64))
        let wanted = choice.indices.count
        let (samples, faults) = try read(choice.indices, of: source, keepsPlaces: !choice.columns.isEmpty)
        let count = wanted - faults.count
        guard count > 0 else {
            throw DatasetError(
                .data,
                "\(data): \(faults.sentence(of: wanted)); see all of them with: \(ProgramName.current) data check "
                    + ShellWord.quoted(data))
        }
        switch source.shape {
        case .image(let height, let width, let channels):
            let picture = SampleGrid.image(
                samples, count: samples.count / source.shape.elementCount, height: height, width: width,
                channels: channels,
                label: source.name + choice.title, columns: choice.columns.isEmpty ? nil : choice.columns.count,
                headings: choice.columns)
            try SampleGrid.write(picture, to: target.path)
        case .vector:
            let mixture = source as? MixtureSource
            let picture = ScatterPlot.image(
                points: samples, modes: mixture?.modes.map { (Double($0.x), Double($0.y)) } ?? [],
                radius: Double(mixture?.deviation ?? 0) * 3, label: source.name + choice.title)
            try SampleGrid.write(picture, to: target.path)
        }
        print("\(count) samples of \(source.name)\(choice.title): \(target.path)")
        if !choice.columns.isEmpty { print("  columns: \(choice.columns.joined(separator: ", "))") }
        let scan = (source as? ImageFolderSource)?.scan
        for note in scan?.notes ?? [] { print("  note: \(note)") }
        for line in scan?.leftOut ?? [] { print("  left out: \(line)") }
        if !faults.isEmpty { print("  not readable: \(faults.sentence(of: wanted))") }
    }

    /// The samples one after the other; of a folder of images without those that cannot be read.
    ///
    /// - Parameter keepsPlaces: black images stand in for these.
    private func read(
        _ indices: [Int], of source: any SampleSource, keepsPlaces: Bool
    ) throws -> (samples: [Float], faults: ImageFaults) {
        let scan = (source as? ImageFolderSource)?.scan
        var samples: [Float] = []
        var faults = ImageFaults()
        for index in indices {
            do {
                samples += try source.sample(index)
            } catch let error as DatasetError {
                guard let scan else { throw error }
                faults.add(path: scan.files[index].path, error: error)
                if keepsPlaces { samples += [Float](repeating: 0, count: source.shape.elementCount) }
            }
        }
        return (samples, faults)
    }
}
