import Datasets
import SampleQuality
import Testing

/// What a judge computes.
struct JudgeTests {
    private let images = ListedImages.colour(70, height: 16, width: 16)

    private func judge(threads: Int = 1) throws -> Judge {
        var judge = try JudgeTrainer(epochs: 4, threads: 1)(images, heldOut: nil)
        judge.threads = threads
        return judge
    }

    @Test("features and probabilities of an image do not depend on what is computed with it, nor on threads")
    func eachImageAlone() throws {
        let judge = try judge()
        let all = try judge.classify(images.images.flatMap { $0 }, count: 70)
        #expect(all.features.count == 70 * 128 && all.probabilities.count == 70 * 2)
        for place in [0, 31, 32, 69] {
            let one = try judge.classify(images.images[place], count: 1)
            #expect(one.features == Array(all.features[place * 128..<(place + 1) * 128]))
            #expect(one.probabilities == Array(all.probabilities[place * 2..<(place + 1) * 2]))
        }
        let threaded = try self.judge(threads: 3).classify(images.images.flatMap { $0 }, count: 70)
        #expect(threaded.features == all.features && threaded.probabilities == all.probabilities)
        #expect(try judge.features(of: images.images.flatMap { $0 }, count: 70) == all.features)
    }

    @Test("the likeliest class is that of the greatest probability")
    func likeliestClass() throws {
        let judge = try judge()
        let probabilities = try judge.classify(images.images.flatMap { $0 }, count: 70).probabilities
        let classes = try judge.classes(of: images.images.flatMap { $0 }, count: 70)
        #expect(classes == (0..<70).map { probabilities[2 * $0] >= probabilities[2 * $0 + 1] ? 0 : 1 })
    }

    @Test("no image has no features")
    func noImage() throws {
        let (features, probabilities) = try judge().classify([], count: 0)
        #expect(features.isEmpty && probabilities.isEmpty)
    }

    @Test("images of another size are refused")
    func otherSize() throws {
        let error = try #require(throws: (any Error).self) {
            try judge().features(of: [Float](repeating: 0, count: 784), count: 1)
        }
        #expect(
            "\(error)"
                == "judge: takes images of another size; expected 16x16x3 (height, width, channels), 768 values each, got 784 "
                + "values each; use the judge of these images' data set")
    }
}
