import CKernels
import Datasets
import Dispatch
import NeuralNetworks
import RunConfiguration
import TensorCore

/// Trains a judge's network: Adam on the cross entropy with smoothed labels (Szegedy et al., 2016), the learning rate rising over the
/// first twentieth and falling by half a cosine.
///
/// A batch is four shards of 32 images. Each has its own batch-norm statistics and random stream, and the sums have one order: the bits
/// do not depend on the number of threads.
struct JudgeTraining {
    static let shards = 4
    static let shardBatch = 32
    static let peakLearningRate = 4e-3
    static let labelSmoothing: Float = 0.1
    /// Images that are seen where `epochs` does not say how many. Colour takes eight times as long for each.
    static func imagesSeen(channels: Int) -> Int { channels == 1 ? 240_000 : 150_000 }

    let images: LabelledImages
    let seed: UInt64
    let epochs: Int
    let threads: Int
    let mean: [Float]
    let deviation: [Float]
    let mirrors: Bool
    private let network: JudgeNetwork
    private let augmentation: JudgeAugmentation
    private let program: Program

    private enum Slot {
        static let parameters = 0
        static let images = 1
        static let targets = 2
    }

    /// Epochs of so many images: as many as make up `imagesSeen`, from 4 to 40.
    static func defaultEpochs(images: Int, channels: Int) -> Int {
        min(40, max(4, (imagesSeen(channels: channels) + images / 2) / max(1, images)))
    }

    /// - Precondition: there is an image at least.
    init(
        _ images: LabelledImages, architecture: JudgeArchitecture, seed: UInt64, epochs: Int? = nil, threads: Int
    ) {
        self.images = images
        self.seed = seed
        self.epochs = epochs ?? Self.defaultEpochs(images: images.count, channels: images.channels)
        self.threads = max(1, min(threads, Self.shards))
        (mean, deviation) = images.statistics
        mirrors = MirrorSymmetry.mayMirror(images)
        augmentation = JudgeAugmentation(images, mean: mean, deviation: deviation, mirrors: mirrors)
        network = JudgeNetwork(architecture, folded: false)
        program = Self.program(network, architecture)
    }

    var steps: Int { max(1, epochs * images.count / (Self.shards * Self.shardBatch)) }

    /// Parameters and images → gradients, what the running statistics are updated with, and the loss.
    private static func program(_ network: JudgeNetwork, _ architecture: JudgeArchitecture) -> Program {
        let graph = Graph()
        let layout = network.layout
        let x = graph.input(
            slot: Slot.images,
            shape: [shardBatch, architecture.height, architecture.width, architecture.channels])
        let targets = graph.input(slot: Slot.targets, shape: [shardBatch, architecture.classes])
        let pass = ForwardPass(
            graph: graph, layout: layout, mode: .training, slots: .init(parameters: Slot.parameters))
        let logits = network(x, pass).logits
        // Σ target · −log softmax. The mean instead of the greatest logit keeps the exponentials small enough: smoothed labels hold
        // the logits together.
        let centred = logits - logits.mean(axes: [1], keepingDimensions: true)
        let logNormalizer = centred.exponential().sum(axes: [1]).logarithm()
        let loss = (logNormalizer - (targets * centred).sum(axes: [1])).mean()
        let gradients = loss.gradients(by: pass.parameters)
        return graph.compile(
            outputs: zip(gradients, layout.parameters).map { (tensor: $0, offset: $1.offset) }
                + pass.reports.map { ($0.value, layout.parameterCount + layout.buffers[$0.buffer].offset) }
                + [(loss, layout.parameterCount + layout.averageCount)])
    }

    /// The learning rate of a step, from 0.
    private func learningRate(_ step: Int) -> Double {
        var angle = Float(Double(step) / Double(steps) * Double.pi)
        var cosine: Float = 0
        ck_cosine(&angle, &cosine, 1)
        let warmUp = min(1, Double(step + 1) / max(1, Double(steps) / 20))
        return Self.peakLearningRate * warmUp * 0.5 * (1 + Double(cosine))
    }

    /// Trains.
    ///
    /// - Parameter progress: called with the number of steps done and the loss of the last one.
    /// - Returns: the vector of the folded network.
    /// - Throws: `RunError` (data) where the numbers leave float32's range, and what `progress` throws.
    func callAsFunction(progress: (Int, Float) throws -> Void) throws -> [Float] {
        prepareComputeThread()
        let layout = network.layout
        let parameters = AlignedVector(count: layout.parameterCount)
        let averages = AlignedVector(count: layout.averageCount)
        let (first, second) = (
            AlignedVector(count: layout.parameterCount), AlignedVector(count: layout.parameterCount)
        )
        layout.initialize(parameters.pointer, seed: seed, network: 0)
        layout.initializeAverages(averages.pointer)
        let contributions = (0..<Self.shards).map { _ in AlignedVector(count: program.outputCount) }
        let lanes = (0..<threads).map { _ in Lane(program, images, classes: images.classNames.count) }
        let adam = Adam(beta1: 0.9, beta2: 0.999)
        let share = 1 / Float(Self.shards)
        let permutations = (0...epochs).map {
            KeyedPermutation(count: images.count, seed: seed, epoch: UInt64($0), shard: 0)
        }
        for step in 0..<steps {
            DispatchQueue.concurrentPerform(iterations: threads) { number in
                prepareComputeThread()
                for shard in stride(from: number, to: Self.shards, by: threads) {
                    lanes[number].load(self, step: step, shard: shard, permutations)
                    lanes[number].run(program, parameters: parameters.pointer, into: contributions[shard].pointer)
                }
            }
            let sum = contributions[0].pointer
            for shard in 1..<Self.shards { ck_add(sum, contributions[shard].pointer, sum, program.outputCount) }
            guard ck_first_nonfinite(sum, program.outputCount) == program.outputCount else {
                throw RunError(
                    .data, at: "judge", "training left float32's range at step \(step + 1) of \(steps)",
                    advice: "train with another --seed")
            }
            adam.update(
                step: UInt64(step + 1), learningRate: learningRate(step), parameters: parameters.pointer,
                next: parameters.pointer, firstMoment: first.pointer, secondMoment: second.pointer, gradient: sum,
                scale: share, count: layout.parameterCount)
            let reports = sum + layout.parameterCount
            ck_scale(reports, share, reports, layout.averageCount)
            for (range, momentum) in layout.averageRuns {
                ck_interpolate(
                    reports + range.lowerBound, momentum, averages.pointer + range.lowerBound, range.count)
            }
            try progress(step + 1, sum[layout.parameterCount + layout.averageCount] * share)
        }
        return network.folded(parameters: parameters.pointer, averages: averages.pointer)
    }

    /// The memory of one compute thread.
    private final class Lane: @unchecked Sendable {  // used by one thread at a time
        private let workspace: Workspace
        private let images: AlignedVector
        private let targets: AlignedVector
        private let random: AlignedVector
        private let saved: AlignedVector
        private let inputs: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
        private let classes: Int

        init(_ program: Program, _ data: LabelledImages, classes: Int) {
            workspace = Workspace(for: [program])
            images = AlignedVector(count: shardBatch * data.imageSize)
            targets = AlignedVector(count: shardBatch * classes)
            random = AlignedVector(count: shardBatch * JudgeAugmentation.randomCount)
            saved = AlignedVector(count: program.savedCount)
            self.classes = classes
            inputs = .allocate(capacity: 3)
            inputs.initialize(repeating: images.pointer)
            inputs[Slot.targets] = targets.pointer
        }

        deinit { inputs.deallocate() }

        /// Fills a shard's images and targets, (1 − ε) for the class and ε / classes for each.
        func load(_ training: JudgeTraining, step: Int, shard: Int, _ permutations: [KeyedPermutation]) {
            let data = training.images
            RandomStream(seed: training.seed, purpose: .augmentation, step: UInt64(step), shard: UInt32(shard))
                .fillUniform(random.mutableFloats)
            targets.mutableFloats.update(repeating: labelSmoothing / Float(classes))
            for place in 0..<shardBatch {
                let number = (step * shards + shard) * shardBatch + place
                let image = permutations[min(permutations.count - 1, number / data.count)][number % data.count]
                training.augmentation.fill(
                    images.pointer + place * data.imageSize, with: image, of: data,
                    random: random.pointer + place * JudgeAugmentation.randomCount)
                targets.pointer[place * classes + data.labels[image]] += 1 - labelSmoothing
            }
        }

        func run(_ program: Program, parameters: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>)
        {
            inputs[Slot.parameters] = parameters
            program.run(
                inputs: UnsafeBufferPointer(inputs), saved: saved.pointer, output: output, workspace: workspace)
        }
    }
}
