import Datasets
import Identity
import RunConfiguration

/// Makes a judge of a data set with classes: reads its images, trains, and tests on images that were kept apart.
package struct JudgeTrainer {
    /// How far a judge is.
    package struct Progress: Sendable {
        /// What is being done: "reading images".
        package var label: String
        package var done: Int
        package var total: Int
        /// What is counted: "images".
        package var unit: String
    }

    package var seed: UInt64
    /// nil for as many as the number of images asks for.
    package var epochs: Int?
    package var threads: Int

    package init(seed: UInt64 = 0, epochs: Int? = nil, threads: Int) {
        self.seed = seed
        self.epochs = epochs
        self.threads = threads
    }

    /// Of the images of a set without a test part, the share that is kept from training.
    private static let heldOutShare = 10

    /// Whether a judge can be made of a data set: it has images of a size that judges take, of two classes or more.
    package static func architecture(for source: any SampleSource) -> JudgeArchitecture? {
        guard case .image(let height, let width, let channels) = source.shape, let classes = source.classes,
            classes.counts.count(where: { $0 > 0 }) > 1
        else { return nil }
        return JudgeArchitecture(height: height, width: width, channels: channels, classes: classes.count)
    }

    /// - Parameters:
    ///   - training: images with classes.
    ///   - heldOut: images of the same shape that were kept from it, where there are any; else a tenth of the training images is
    ///     kept from training, always the same one.
    /// - Throws: `RunError` (data) for a set of which no judge can be made, `DatasetError` where an image cannot be read, and what
    ///   `progress` throws.
    package func callAsFunction(
        _ training: any SampleSource, heldOut: (any SampleSource)?, progress: (Progress) throws -> Void = { _ in }
    ) throws -> Judge {
        guard let architecture = Self.architecture(for: training), let classes = training.classes else {
            throw Self.refusal(training)
        }
        let test = Self.testPart(of: training, heldOut)
        let images = try LabelledImages(training, at: test.trainingIndices, classNames: classes.names) {
            try progress(
                Progress(label: "reading images", done: $0, total: test.trainingIndices.count, unit: "images"))
        }
        guard images.count > 0 else { throw Self.refusal(training) }
        var judge = try train(images, architecture, progress: progress)
        judge.provenance.data = training.name
        judge.provenance.dataFingerprint = training.fingerprint.description
        judge.provenance.testData = test.name
        let accuracy = try judge.accuracy(on: test.source, at: test.indices) {
            try progress(Progress(label: "testing", done: $0, total: test.indices.count, unit: "images"))
        }
        judge.provenance.testCount = accuracy.count
        judge.provenance.testAccuracy = accuracy.share
        return judge
    }

    private func train(
        _ images: LabelledImages, _ architecture: JudgeArchitecture, progress: (Progress) throws -> Void
    ) throws -> Judge {
        let training = JudgeTraining(
            images, architecture: architecture, seed: seed, epochs: epochs, threads: threads)
        let batch = JudgeTraining.shards * JudgeTraining.shardBatch
        let weights = try training { step, _ in
            try progress(
                Progress(
                    label: "training the judge", done: step * batch, total: training.steps * batch, unit: "images"))
        }
        guard weights.allSatisfy({ Float16($0).isFinite }) else {
            throw RunError(
                .data, at: "judge", "a weight left float16's range", advice: "train with another --seed")
        }
        var judge = Judge(
            architecture, classNames: images.classNames, mean: training.mean, deviation: training.deviation,
            weights: weights,
            provenance: Judge.Provenance(
                data: "", dataFingerprint: "", testData: "", testCount: 0, testAccuracy: 0, seed: seed,
                epochs: training.epochs, mirrors: training.mirrors, build: BuildVersion.text))
        judge.threads = threads
        return judge
    }

    /// The accuracy on real images of a classifier that was trained on samples alone: how much of what tells the classes apart a
    /// generator with classes has learned (Ravuri and Vinyals, "Classification accuracy score for conditional generative models",
    /// 2019).
    ///
    /// - Parameters:
    ///   - samples: values in [0, 1], [labels.count, height, width, channels] in the shape of `heldOut`.
    ///   - labels: the class that each sample was asked for.
    ///   - classNames: of these classes.
    ///   - heldOut: real images with classes.
    ///   - count: the most real images, taken evenly.
    /// - Returns: the share of real images whose class is found.
    /// - Throws: as when a judge is made.
    package func accuracy(
        ofTrainingOn samples: [Float], labels: [Int], classNames: [String], testedOn heldOut: any SampleSource,
        count: Int = 10_000, progress: (Progress) throws -> Void = { _ in }
    ) throws -> Double {
        guard case .image(let height, let width, let channels) = heldOut.shape, heldOut.classes != nil,
            let architecture = JudgeArchitecture(
                height: height, width: width, channels: channels, classes: classNames.count), !labels.isEmpty
        else { throw Self.refusal(heldOut) }
        let judge = try train(
            LabelledImages(
                samples, labels: labels, height: height, width: width, channels: channels, classNames: classNames),
            architecture, progress: progress)
        let places = EvenSamples(of: heldOut, count: count)
        return try judge.accuracy(on: heldOut, at: (0..<places.count).map { places.index($0) }) {
            try progress(Progress(label: "testing", done: $0, total: places.count, unit: "images"))
        }.share
    }

    private static func refusal(_ source: any SampleSource) -> RunError {
        RunError(
            .data, at: "judge", "no judge can be trained on \(source.name)",
            expected: "images of two classes or more, with sides from \(JudgeArchitecture.sides.lowerBound) to "
                + "\(JudgeArchitecture.sides.upperBound)",
            found: "\(source.shape), " + (source.classes?.summary ?? "no classes"),
            advice: "of a folder of images, the classes are its subfolders")
    }

    private struct TestPart {
        var trainingIndices: [Int]
        var source: any SampleSource
        var indices: [Int]
        var name: String
    }

    /// What is trained on and what is tested on.
    private static func testPart(of training: any SampleSource, _ heldOut: (any SampleSource)?) -> TestPart {
        if let heldOut, heldOut.shape == training.shape, heldOut.classes != nil,
            heldOut.fingerprint != training.fingerprint
        {
            return TestPart(
                trainingIndices: Array(0..<training.count), source: heldOut, indices: Array(0..<heldOut.count),
                name: heldOut.name)
        }
        // Drawn rather than counted off: classes may come in turn. The draw does not depend on the seed, so that judges of other
        // seeds are tested on the same images.
        let permutation = KeyedPermutation(count: training.count, seed: 0, epoch: 0, shard: 0)
        let order = (0..<training.count).map { permutation[$0] }
        let count = max(1, training.count / heldOutShare)
        return TestPart(
            trainingIndices: order[count...].sorted(), source: training, indices: order[..<count].sorted(),
            name: "a tenth of \(training.name), kept from the judge's training")
    }
}

extension Judge {
    /// The share of images whose class is found. Classes are told by their names, for a test part need not have all of them.
    func accuracy(
        on source: any SampleSource, at indices: [Int], progress: (Int) throws -> Void
    ) throws -> (share: Double, count: Int) {
        let numbers = (source.classes?.names ?? []).map { classNames.firstIndex(of: $0) }
        var (correct, count) = (0, 0)
        for start in stride(from: 0, to: indices.count, by: 1024) {
            let end = min(indices.count, start + 1024)
            var images: [Float] = []
            images.reserveCapacity((end - start) * architecture.imageSize)
            var labels: [Int] = []
            for index in indices[start..<end] {
                var label: Int?
                let image = try [Float](unsafeUninitializedCapacity: architecture.imageSize) { buffer, filled in
                    buffer.initialize(repeating: 0)
                    label = try source.read(index, into: buffer)
                    filled = architecture.imageSize
                }
                guard let label, numbers.indices.contains(label), let number = numbers[label] else { continue }
                labels.append(number)
                images += image
            }
            let found = try classes(of: images, count: labels.count)
            correct += zip(found, labels).count { $0 == $1 }
            count += labels.count
            try progress(end)
        }
        return (count > 0 ? Double(correct) / Double(count) : 0, count)
    }
}
