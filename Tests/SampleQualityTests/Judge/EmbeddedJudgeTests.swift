import Datasets
import FileFormats
import Foundation
import SampleQuality
import TestSupport
import Testing

/// MNIST's judge, which is compiled in.
struct EmbeddedJudgeTests {
    /// Changes only with the judge: every figure that was measured with another one is another figure.
    @Test("the judge has the pinned hash, and is the one of the defaults")
    func identity() {
        let judge = EmbeddedJudge.mnist
        #expect(judge.identity == "c45da92041bfdcab")
        #expect(judge.classNames == MNISTSource.digits)
        #expect(judge.provenance.seed == 0 && judge.provenance.epochs == 4)
        #expect(judge.provenance.testCount == 10_000)
        #expect(judge.provenance.testAccuracy >= 0.992)
    }

    @Test("features and probabilities are PyTorch's with the same weights (scripts/make-judge-golden)")
    func pytorch() throws {
        let golden = try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Golden/judge.safetensors").path)
        try #require(golden.metadata["identity"] == EmbeddedJudge.mnist.identity)
        let images = HashedNumbers.uniform(seed: 3000, count: 3 * 784).map { u in
            let square = Double(u) * Double(u)
            return Float(square * square)
        }
        let found = try EmbeddedJudge.mnist.classify(images, count: 3)
        for (name, values, limit) in [("features", found.features, 2e-5), ("probabilities", found.probabilities, 1e-5)]
        {
            let expected = try #require(golden.tensors[name]).doubles()
            #expect(values.count == expected.count)
            for (value, reference) in zip(values, expected) {
                #expect(abs(Double(value) - reference) <= limit * max(1, abs(reference)), "\(name)")
            }
        }
    }

    @Test("it finds at least 99.2 % of the test digits, exactly as many as its file says", .needsData("mnist"))
    func testDigits() throws {
        let source = try MNISTSource(folder: TestData.folder("mnist"), split: .test)
        let images = try (0..<source.count).flatMap { try source.sample($0) }
        let found = try EmbeddedJudge.mnist.classes(of: images, count: source.count)
        let correct = found.indices.count { found[$0] == source.label($0) }
        #expect(correct >= 9_920)
        #expect(Double(correct) / 10_000 == EmbeddedJudge.mnist.provenance.testAccuracy)
    }

    @Test("it is the judge of MNIST, and not of what comes in MNIST's format", .needsData("mnist"))
    func servesMNIST() throws {
        let training = try MNISTSource(folder: TestData.folder("mnist"), split: .train)
        #expect(EmbeddedJudge.serving(training)?.identity == EmbeddedJudge.mnist.identity)
        let test = try MNISTSource(folder: TestData.folder("mnist"), split: .test)
        #expect(EmbeddedJudge.serving(test) == nil)
        #expect(EmbeddedJudge.serving(try ListedImages.glyphs(10)) == nil)
    }

    @Test("it finds at least 99 % of the glyphs, of any seed, and so is their judge too", arguments: [0, 77])
    func glyphs(seed: UInt64) throws {
        let source = GlyphSource(seed: seed, split: .test)
        #expect(EmbeddedJudge.serving(source)?.identity == EmbeddedJudge.mnist.identity)
        let images = try (0..<1_000).flatMap { try source.sample($0) }
        let found = try EmbeddedJudge.mnist.classes(of: images, count: 1_000)
        #expect(found.indices.count { found[$0] == source.label($0) } >= 990)
    }
}
