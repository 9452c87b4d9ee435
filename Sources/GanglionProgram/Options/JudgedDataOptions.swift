import ArgumentParser
import Datasets
import FileFormats
import RunConfiguration
import UserErrors

/// The data of a judge, as 'train' would open them.
struct JudgedDataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a folder of images: the size that they are resized to, 64 or 64x48 (width by height); by default 64.",
            valueName: "size"))
    var size: String?

    @Flag(help: "Make the images gray.")
    var gray = false

    private func sides() throws -> (width: Int, height: Int)? {
        guard let size else { return nil }
        let sides = size.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (1...2).contains(sides.count), sides.allSatisfy({ 1...4096 ~= $0 }) else {
            throw ValidationError(
                "--size: expected a side, such as 64, or width x height, such as 64x48, got '\(size)'")
        }
        return (sides[0], sides[sides.count - 1])
    }

    func validate() throws { _ = try sides() }

    /// The training part, and the test part where there is one.
    /// - Throws: `DatasetError` when the data are missing or broken; `RunError` (data) for points.
    func open(_ specification: DatasetSpecification) throws -> (
        training: any SampleSource, heldOut: (any SampleSource)?
    ) {
        var (height, width, channels) = (64, 64, 3)
        switch specification.naturalShape {
        case .image(let naturalHeight, let naturalWidth, let naturalChannels):
            (height, width, channels) = (naturalHeight, naturalWidth, naturalChannels)
        case .vector:
            throw RunError(
                .data, at: "--data", "\(specification) is a set of points", expected: "images of several classes")
        case nil where specification == .glyphs: (height, width, channels) = (28, 28, 1)
        case nil: break
        }
        if let sides = try sides() { (width, height) = sides }
        let shape = SampleShape.image(height: height, width: width, channels: gray ? 1 : channels)
        let training = try specification.open(shape: shape, seed: 0)
        do {
            return (training, try specification.open(shape: shape, seed: 0, split: .test))
        } catch let error as DatasetError where error.category == .missing {
            return (training, nil)
        }
    }
}
