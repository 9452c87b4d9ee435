import Datasets
import SampleQuality
import Testing

/// Judges of small data sets, trained in seconds.
struct JudgeTrainerTests {
    @Test("a judge learns the glyphs, and is tested on images that it was not trained on")
    func learnsGlyphs() throws {
        let judge = try JudgeTrainer(epochs: 12, threads: 2)(
            try ListedImages.glyphs(1_500), heldOut: try ListedImages.glyphs(500, from: 1_500))
        #expect(judge.provenance.testCount == 500)
        #expect(judge.provenance.testAccuracy > 0.95)
        #expect(judge.classNames == MNISTSource.digits)
        #expect(judge.provenance.mirrors == false)
    }

    @Test("the bits depend on data and seed, not on the number of threads")
    func sameBits() throws {
        let data = try ListedImages.glyphs(300)
        func identity(seed: UInt64, threads: Int) throws -> String {
            try JudgeTrainer(seed: seed, epochs: 2, threads: threads)(data, heldOut: nil).identity
        }
        let first = try identity(seed: 0, threads: 1)
        #expect(try identity(seed: 0, threads: 2) == first)
        #expect(try identity(seed: 0, threads: 3) == first)
        #expect(try identity(seed: 0, threads: 64) == first)
        #expect(try identity(seed: 1, threads: 2) != first)
    }

    @Test("colour images of any size of the data sets", arguments: [(32, 32), (64, 64), (48, 64), (130, 97)])
    func colourImages(height: Int, width: Int) throws {
        let data = ListedImages.colour(60, height: height, width: width)
        let judge = try JudgeTrainer(epochs: 40, threads: 2)(
            data, heldOut: ListedImages.colour(20, height: height, width: width, seed: 2))
        #expect(judge.provenance.testAccuracy > 0.9)
        let (features, probabilities) = try judge.classify(data.images[0], count: 1)
        #expect(features.count == 128 && features.allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-5)
    }

    @Test("without a test part, a tenth is kept from training, the same whatever the seed")
    func aTenthIsKept() throws {
        let data = ListedImages.colour(50, height: 16, width: 16)
        let judge = try JudgeTrainer(epochs: 1, threads: 1)(data, heldOut: nil)
        #expect(judge.provenance.testCount == 5)
        #expect(judge.provenance.testData == "a tenth of listed images, kept from the judge's training")
        // The same images as both parts are no test part.
        #expect(try JudgeTrainer(epochs: 1, threads: 1)(data, heldOut: data).provenance.testCount == 5)
    }

    @Test("a test part may lack classes or have others: they are told by their names")
    func classesByName() throws {
        let data = ListedImages.colour(60, height: 16, width: 16)
        var test = ListedImages.colour(20, height: 16, width: 16, seed: 3)
        test.names = ["green", "red"]
        // What was "green", number 1, is number 0 now; number 1 has a name that the judge does not know.
        test.labels = test.labels.map { 1 - $0 }
        let judge = try JudgeTrainer(epochs: 8, threads: 1)(data, heldOut: test)
        #expect(judge.provenance.testCount == 10)
        #expect(judge.provenance.testAccuracy > 0.9)
    }

    @Test("what cannot have a judge is refused with a sentence")
    func refusals() throws {
        let trainer = JudgeTrainer(epochs: 1, threads: 1)
        var unlabelled = ListedImages.colour(4, height: 16, width: 16)
        unlabelled.names = []
        var oneClass = ListedImages.colour(4, height: 16, width: 16)
        oneClass.labels = [1, 1, 1, 1]
        for source: any SampleSource in [MixtureSource.ring(seed: 0), unlabelled, oneClass] {
            #expect(JudgeTrainer.architecture(for: source) == nil)
            let error = try #require(throws: (any Error).self) { try trainer(source, heldOut: nil) }
            #expect("\(error)".contains("no judge can be trained on"))
            #expect("\(error)".contains("expected images of two classes or more"))
        }
    }

    @Test("a classifier trained on samples finds real classes as far as the samples show what they were asked for")
    func accuracyOfTrainingOnSamples() throws {
        let (samples, real) = (try ListedImages.glyphs(1_000), try ListedImages.glyphs(300, from: 5_000))
        let trainer = JudgeTrainer(epochs: 10, threads: 2)
        func accuracy(labels: [Int]) throws -> Double {
            try trainer.accuracy(
                ofTrainingOn: samples.images.flatMap { $0 }, labels: labels, classNames: samples.names,
                testedOn: real)
        }
        #expect(try accuracy(labels: samples.labels) > 0.9)
        // Labels that have nothing to do with the samples teach nothing.
        #expect(try accuracy(labels: samples.labels.indices.map { $0 * 7 % 10 }) < 0.25)
    }

    @Test("few images are seen 40 times, not more")
    func epochs() throws {
        let few = try JudgeTrainer(threads: 1)(ListedImages.colour(16, height: 8, width: 8), heldOut: nil)
        #expect(few.provenance.epochs == 40)
    }
}
