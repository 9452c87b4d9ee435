import Datasets
import FileFormats
import Foundation
import RunConfiguration
import SampleQuality
import TestSupport
import Testing

/// Samples of a file against data: what is better gets better figures, and reports say what they are of.
@Suite struct EvaluationTests {
    private let folder: TemporaryFolder
    private let shape = SampleShape.image(height: 28, width: 28, channels: 1)

    init() throws { folder = try TemporaryFolder() }

    /// Digits of another seed, of which a share is noise.
    private func samples(_ name: String, count: Int, noise: Float) throws -> SampleFile {
        let source = GlyphSource(seed: 2)
        let digits = try (0..<count).flatMap { try source.sample(97 * $0) }
        let values = digits.enumerated().map { index, pixel -> Float in
            (1 - noise) * pixel + noise * Float(abs(sin(Double(index) * 43758.5453)))
        }
        return try write(name, values, [count, 1, 28, 28])
    }

    private func write(_ name: String, _ values: [Float], _ shape: [Int]) throws -> SampleFile {
        let path = folder.file("\(name).safetensors")
        try SafetensorsFile(tensors: ["samples": .init(values, shape: shape)]).write(to: path)
        return try SampleFile(path: path)
    }

    private func evaluation(_ features: FeatureChoice, count: Int) throws -> Evaluation {
        var settings = Evaluation.Settings()
        (settings.features, settings.count) = (features, count)
        return Evaluation(try EvaluationData(.glyphs, shape: shape, seed: 1), settings, display: nil)
    }

    @Test(arguments: [FeatureChoice.random, .pixels]) func worseImagesHaveWorseFigures(_ features: FeatureChoice) throws
    {
        let evaluation = try evaluation(features, count: 400)
        let reports = try [Float(0), 0.1, 0.5].map { noise in
            try evaluation.judge(try samples("\(noise)", count: 400, noise: noise))
        }
        func values(_ kind: Figure.Kind) -> [Double] {
            reports.compactMap { $0.figures?[kind.rawValue]?.generated.value }
        }
        for kind in [Figure.Kind.frechetDistance, .kernelDistance] {
            #expect(values(kind).count == 3 && values(kind) == values(kind).sorted())
        }
        // Principal components do not see most of the noise.
        for kind in [Figure.Kind.precision, .coverage] where features == .random {
            #expect(values(kind).count == 3 && values(kind) == values(kind).sorted(by: >))
        }
        // Clean digits are as near as training digits are.
        let frechet = try #require(reports[0].figures?["frechetDistance"])
        #expect(frechet.generated.value < 3 * (frechet.training?.value ?? 0))
        let interval = try #require(frechet.generated.interval)
        #expect(interval.lower <= frechet.generated.value && frechet.generated.value <= interval.upper)
        #expect(abs(try #require(reports[0].figures?["memorisation"]).generated.value - 1) < 0.2)
        #expect(reports[0].features?.name == features.rawValue)
        #expect(reports[0].samples == 400 && reports[0].floorSamples == 400 && reports[0].referenceSamples == 400)
    }

    @Test func copiesOfTrainingImagesAreFound() throws {
        let data = try EvaluationData(.glyphs, shape: shape, seed: 1)
        let copies = try data.trainingImages(count: 100).read(0..<100)
        let evaluation = try evaluation(.random, count: 200)
        let report = try evaluation.judge(try write("copies", copies, [100, 1, 28, 28]))
        #expect(try #require(report.figures?["memorisation"]).generated.value < 0.05)
        let pairs = try #require(try evaluation.nearestPairs(3))
        #expect(pairs.count == 6 * 784)
        for pair in 0..<3 {
            #expect(
                pairs[pair * 2 * 784..<(pair * 2 + 1) * 784].elementsEqual(
                    pairs[(pair * 2 + 1) * 784..<(pair * 2 + 2) * 784]))
        }
    }

    @Test func fewSamplesLeaveFiguresOutAndSaySo() throws {
        let evaluation = try evaluation(.random, count: 40)
        let report = try evaluation.judge(try samples("few", count: 40, noise: 0))
        #expect(report.figures?["frechetDistance"] == nil && report.frechetDistance == nil)
        #expect(report.leftOut?["frechetDistance"]?.contains("expected 129 or more") == true)
        #expect(report.text.contains("40 images only: fewer than 2000 make distances larger"))
        let one = try evaluation.judge(try samples("one", count: 1, noise: 0))
        #expect(one.text.contains("left out: 1 image gives no covariance"))
        #expect(one.leftOut?["coverage"]?.contains("too few samples") == true)
        #expect(try one.json().contains("\"leftOut\":{"))
    }

    @Test func samplesThatAreNoneAreRefused() throws {
        func refusal(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "nothing was refused"
            } catch { return "\(error)" }
        }
        #expect(refusal { _ = try SampleFile(path: folder.file("no")) }.contains("there is no"))
        let archive = try folder.file("samples.npz", holding: [80, 75, 3, 4])
        #expect(refusal { _ = try SampleFile(path: archive) }.contains("safetensors.numpy.save_file"))
        #expect(
            refusal { _ = try write("range", [Float](repeating: -2, count: 784), [1, 1, 28, 28]) }
                .contains("expected -1 to 1, 0 to 1, or bytes, got -2.0 to -2.0"))
        #expect(
            refusal { _ = try write("nan", [Float](repeating: .nan, count: 784), [1, 1, 28, 28]) }
                .contains("holds what is no number"))
        #expect(refusal { _ = try write("flat", [0, 0, 0], [3]) }.contains("has another shape"))
        let path = folder.file("other.safetensors")
        try SafetensorsFile(tensors: ["images": .init([Float(0)], shape: [1])]).write(to: path)
        #expect(refusal { _ = try SampleFile(path: path) }.contains("has no tensor 'samples'; got images"))
        let wide = try write("wide", [Float](repeating: 0, count: 3 * 16), [1, 3, 4, 4])
        let evaluation = try evaluation(.random, count: 10)
        #expect(refusal { _ = try evaluation.judge(wide) }.contains("expected 28×28 gray, got 4×4 RGB"))
    }

    @Test func colourTensorsAreReadByPlanesOrByPixels() throws {
        let shape = SampleShape.image(height: 2, width: 2, channels: 3)
        let pixels = (0..<12).map { Float($0) / 12 }
        let planes = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map { pixels[$0] }
        for (name, values, dimensions) in [
            ("planes", planes, [1, 3, 2, 2]), ("pixels", pixels, [1, 2, 2, 3]),
            ("signed", planes.map { $0 * 2 - 1 }, [1, 3, 2, 2]),
        ] {
            let list = try write(name, values, dimensions).samples(as: shape, images: ImageSettings())
            for (found, pixel) in zip(try list.read(0..<1), pixels) { #expect(abs(found - pixel) < 1e-6, "\(name)") }
        }
        let bytes = folder.file("bytes.safetensors")
        try SafetensorsFile(tensors: ["samples": .init([UInt8](repeating: 255, count: 12), shape: [1, 3, 2, 2])])
            .write(to: bytes)
        #expect(
            try SampleFile(path: bytes).samples(as: shape, images: ImageSettings()).read(0..<1).allSatisfy { $0 == 1 })
    }

    /// Glyphs have a held-out part: the share leaves it as it is. A folder has none: half of its images are compared with the
    /// other half, and the report says so.
    @Test func withoutHeldOutImagesTrainingImagesAreComparedWith() throws {
        let source = GlyphSource(seed: 3)
        for number in 0..<40 {
            let pixels = try source.sample(number).map { UInt8($0 * 255) }
            _ = try folder.file(
                "\(number + 10).png",
                holding: PNGImage.encode(RasterImage(width: 28, height: 28, channels: 1, pixels: pixels)))
        }
        let images = DatasetSpecification.images(folder: folder.path)
        let plain = try EvaluationData(images, shape: shape, seed: 1)
        #expect(!plain.hasHeldOut && plain.training.count == 40 && plain.floorLimit == 20)
        #expect(plain.reference(count: 1000).count == 20)
        var settings = Evaluation.Settings()
        settings.features = .random
        let report = try Evaluation(plain, settings, display: nil).judge(try samples("s", count: 30, noise: 0))
        #expect(report.comparedWith == "training" && report.floorSamples == 20)
        #expect(report.text.contains("no images are held out: these are compared with training images"))
        #expect(report.leftOut?["memorisation"]?.contains("data.holdOut") == true)
        let split = try EvaluationData(images, shape: shape, seed: 1, holdOut: 0.25)
        #expect(split.hasHeldOut && split.training.count == 30 && split.heldOut?.count == 10)
        #expect(try EvaluationData(.glyphs, shape: shape, seed: 1, holdOut: 0.5).heldOut?.count == 10_000)
    }
}

/// How a report writes numbers.
@Suite struct FigureTextTests {
    @Test func smallDistancesShowTheDigitsThatCount() {
        let interval = Bootstrap.Interval(lower: 0.0041, upper: 0.00452)
        let small = Figure(.frechetDistance, 0.00432, interval: interval)
        #expect(small.text.value == "0.00432" && small.text.spread == "0.00410 to 0.00452")
        #expect(Figure(.frechetDistance, 162.346).text.value == "162.35")
        #expect(Figure(.frechetDistance, 0).text.value == "0.00")
        let kernel = Figure(.kernelDistance, 0.0123, deviation: 0.0004).text
        #expect(kernel.value == "12.300" && kernel.spread == "± 0.400")
    }
}
