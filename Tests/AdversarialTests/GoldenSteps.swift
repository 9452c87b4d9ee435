import Adversarial
import FileFormats
import Foundation
import NeuralNetworks
import TensorCore
import TestSupport
import Testing

/// A task of `scripts/golden_steps.py`: its recipe, its inputs, and a state that begins with its parameters.
struct GoldenSteps {
    let golden: GoldenFile
    let recipe: Recipe
    let state: TrainingState
    private let programs: StepPrograms
    private let seed: Int
    /// Of the augmentation's transforms.
    private let probability: Double
    private let realLabels: [Float]
    private let fakeLabels: [Float]
    private let workspace: Workspace
    /// What each shard's generator left for its round.
    private let saved: [AlignedVector]
    private let forwards: [AlignedVector]

    private struct Loss: Decodable {
        let kind: String
        let relativistic: Bool
        let r1: Double
        let r2: Double
    }

    private struct AdamValues: Decodable {
        let learningRate: Double
        let beta1: Double
        let beta2: Double
        let epsilon: Double
    }

    private struct Initial: Decodable {
        let name: String
        let seed: Int
        let offset: Float
        let factor: Float
    }

    init(_ name: String) throws {
        let golden = try GoldenFile(name)
        self.golden = golden
        func json(_ key: String) throws -> Data { Data(try #require(golden.file.metadata[key]).utf8) }
        func decode<Value: Decodable>(_ key: String, as type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: try json(key))
        }
        let loss = try decode("loss", as: Loss.self)
        let values = try decode("adam", as: AdamValues.self)
        let adam = AdamSettings(
            learningRate: Schedule(values.learningRate), beta1: values.beta1, beta2: Schedule(values.beta2),
            epsilon: values.epsilon)
        let settings = try #require(
            try JSONSerialization.jsonObject(with: try json("settings")) as? [String: Any])
        var recipe = Recipe(
            model: try Self.model(settings), loss: try #require(LossKind(rawValue: loss.kind)),
            isRelativistic: loss.relativistic, r1: Schedule(loss.r1), r2: Schedule(loss.r2),
            shards: try golden.integer("shards"),
            shardBatch: try golden.integer("shardBatch"), steps: 100, generatorOptimizer: adam,
            discriminatorOptimizer: adam, movingAverage: MovingAverage(decay: 0))
        if let policy = golden.file.metadata["augmentation"] {
            recipe.augmentation.transforms = try #require(Augmentation.transforms(policy: policy))
        }
        probability = golden.file.metadata["augmentationProbability"].flatMap(Double.init) ?? 1
        #expect(ModelRegistry.model(named: recipe.model.model)?.problem(recipe.model) == nil)
        self.recipe = recipe
        seed = try golden.integer("seed")
        realLabels = try golden.file.tensors["labels/real"]?.floats() ?? []
        fakeLabels = try golden.file.tensors["labels/fake"]?.floats() ?? []
        let programs = StepPrograms(recipe: recipe)
        self.programs = programs
        workspace = Workspace(for: [programs.forward, programs.discriminator, programs.generator])
        saved = (0..<recipe.shards).map { _ in AlignedVector(count: programs.forward.savedCount) }
        forwards = (0..<recipe.shards).map { _ in AlignedVector(count: programs.forward.outputCount) }

        let fresh = TrainingState(recipe: recipe)
        var tensors = fresh.tensors()
        let parameters = try decode("parameters", as: [String: [Initial]].self)
        for index in tensors.indices {
            let parts = tensors[index].name.split(separator: ".", maxSplits: 1).map(String.init)
            let network = parts[0] == "generator_ema" ? "generator" : parts[0]
            guard let list = parameters[network] else { continue }
            if let initial = list.first(where: { $0.name == parts[1] }) {
                let count = tensors[index].shape.reduce(1, *)
                let values = GoldenFile.symmetric(seed: initial.seed, count: count)
                tensors[index].values = .float32(values.map { initial.offset + initial.factor * $0 })
            } else if let buffer = golden.file.tensors["initial/\(network).\(parts[1])"] {
                tensors[index].values = .float32(try buffer.floats())
            } else {
                // Running statistics begin as they are.
                #expect(parts[1].contains("running_") || parts[1].hasSuffix("num_batches_tracked"), "\(parts)")
            }
        }
        state = try TrainingState(recipe: recipe, tensors: tensors, counters: fresh.counters)
        prepareComputeThread()
    }

    /// The model of settings by the keys of a configuration.
    private static func model(_ settings: [String: Any]) throws -> ModelSettings {
        func text(_ key: String) throws -> String { "\(try #require(settings[key], "\(key)"))" }
        func integer(_ key: String) throws -> Int {
            let number = try text(key)
            return try #require(Int(number))
        }
        func norm(_ key: String) throws -> NormKind {
            let name = try text(key)
            return try #require(NormKind(rawValue: name))
        }
        let conditioningName = try text("generator.conditioning")
        let conditioning = try #require(Conditioning(rawValue: conditioningName))
        let sides = try text("image.size").split(separator: "x").compactMap { Int($0) }
        let architecture = try text("architecture")
        var model = ModelSettings(
            model: architecture, imageHeight: sides[sides.count - 1], imageWidth: sides[0],
            imageChannels: try integer("image.channels"), classes: try integer("classes"),
            latentSize: try integer("generator.latentSize"), generatorWidth: try integer("generator.width"),
            discriminatorWidth: try integer("discriminator.width"),
            generatorNorm: try norm("generator.norm"),
            discriminatorNorm: try norm("discriminator.norm"),
            conditioning: conditioning)
        if settings["discriminator.packing"] != nil {
            model.packing = try integer("discriminator.packing")
            model.minibatchStdDev = try integer("discriminator.minibatchStdDev")
        }
        for key in settings.keys where key.hasPrefix("\(architecture).") { model.options[key] = try text(key) }
        return model
    }

    private var sample: Shape { programs.networks.sampleShape }

    private func latents(_ step: Int, _ shard: Int) -> [Float] {
        GoldenFile.symmetric(
            seed: seed + 300 + 10 * step + shard, count: recipe.shardBatch * recipe.model.latentSize, factor: 1.7)
    }

    private func real(_ step: Int, _ shard: Int) -> [Float] {
        GoldenFile.fromTorch(
            GoldenFile.symmetric(seed: seed + 400 + 10 * step + shard, count: recipe.shardBatch * sample.count),
            batch: recipe.shardBatch, sample: sample)
    }

    /// The labels of a step and shard; zeros where there are none.
    private func labels(_ all: [Float], _ step: Int, _ shard: Int) -> [Float] {
        let first = (step * recipe.shards + shard) * recipe.shardBatch
        return all.isEmpty
            ? [Float](repeating: 0, count: recipe.shardBatch) : Array(all[first..<first + recipe.shardBatch])
    }

    /// The draws of the augmentation of all passes.
    private func augmentation(_ step: Int, _ shard: Int) -> [Float] {
        var draws = [Float](repeating: 0, count: programs.augmentationCount)
        for (pass, offset) in programs.augmentations {
            let first = seed + 800 + 16 * step + 8 * shard + pass.rawValue
            let uniforms = (0..<AugmentationDraws.uniformsPerSample * recipe.shardBatch).map {
                HashedNumbers.uniform(seed: first, $0)
            }
            draws.withUnsafeMutableBufferPointer {
                programs.augmentationDraws?.fill(
                    $0.baseAddress! + offset, uniforms: uniforms, probability: probability)
            }
        }
        return draws
    }

    /// One training step: its metrics, and the sums of both rounds' contributions.
    func step(_ step: Int) throws -> (metrics: StepMetrics, discriminator: [Float], generator: [Float]) {
        let discriminator = try round(step)
        #expect(try complete(sum: discriminator) == nil)
        let generator = try round(step)
        let metrics = try complete(sum: generator)
        return (try #require(metrics), discriminator, generator)
    }

    private func complete(sum: [Float]) throws -> StepMetrics? {
        let round = try #require(state.nextRound)
        return try state.apply(round, sum: sum)
    }

    /// The sum over the shards of their contributions to the next round.
    private func round(_ step: Int) throws -> [Float] {
        let round = try #require(state.nextRound)
        let layout = programs.layout
        var sum = [Float](repeating: 0, count: layout.count(round.kind))
        for shard in 0..<recipe.shards {
            var contribution = [Float](repeating: .nan, count: sum.count)
            if round.kind == .discriminator {
                run(programs.forward, step, shard, forwards[shard].pointer)
                run(programs.discriminator, step, shard, &contribution)
                let averages = layout.generatorAverages
                for index in 0..<averages {
                    contribution[contribution.count - averages + index] =
                        forwards[shard].pointer[programs.sampleCount + index]
                }
            } else {
                run(programs.generator, step, shard, &contribution)
            }
            for index in sum.indices { sum[index] += contribution[index] }
        }
        return sum
    }

    private func run(_ program: Program, _ step: Int, _ shard: Int, _ output: UnsafeMutablePointer<Float>) {
        let memories = [
            latents(step, shard), real(step, shard), labels(realLabels, step, shard), labels(fakeLabels, step, shard),
            augmentation(step, shard),
        ].map { AlignedVector($0) }
        defer { withExtendedLifetime(memories) {} }
        let g = state.parameters(of: .generator).vector.values
        let d = state.parameters(of: .discriminator).vector.values
        let slots = [
            memories[0].pointer, memories[1].pointer, g, d, d, g, g, memories[2].pointer, memories[3].pointer,
            memories[4].pointer,
        ]
        slots.withUnsafeBufferPointer {
            program.run(inputs: $0, saved: saved[shard].pointer, output: output, workspace: workspace)
        }
    }

    // MARK: Comparing

    /// The entries of a tensor that these files keep.
    private static func kept<T>(_ values: [T]) -> [T] {
        values.count <= 128 ? values : (0..<128).map { values[$0 * values.count / 128] }
    }

    /// ‖ours − golden‖ / ‖golden‖ over all gradients of a network, which a sum of contributions begins with.
    func gradientError(_ network: Network, _ sum: [Float], step: Int) throws -> Double {
        var (ours, reference): ([Float], [Double]) = ([], [])
        for entry in programs.networks.layout(of: network).parameters {
            let mean = sum[entry.offset..<entry.offset + entry.shape.count].map { $0 / Float(recipe.shards) }
            ours += Self.kept(entry.order.toTorch(mean))
            reference += try golden.doubles("step\(step)/gradient/\(network).\(entry.name)")
        }
        return relativeError(ours, reference)
    }

    /// The same over the tensors of a network's state whose names have the suffixes; nil if there are none.
    func stateError(_ network: Network, _ kind: String, suffixes: [String], step: Int) throws -> Double? {
        var (ours, reference): ([Float], [Double]) = ([], [])
        for tensor in state.tensors() where tensor.name.hasPrefix("\(network).") {
            guard case .float32(let values) = tensor.values else { continue }
            let isBuffer = ["running_mean", "running_var", "._u", "._v"].contains { tensor.name.hasSuffix($0) }
            guard kind == "parameter" ? !isBuffer : suffixes.contains(where: { tensor.name.hasSuffix($0) }) else {
                continue
            }
            ours += Self.kept(values)
            reference += try golden.doubles("step\(step)/\(kind)/\(tensor.name)")
        }
        return ours.isEmpty ? nil : relativeError(ours, reference)
    }

    /// Images of the generator and logits of the discriminator in inference mode, on the inputs behind the last step.
    func evaluation(step: Int) throws -> (images: Double, logits: Double) {
        let fakes = labels(fakeLabels, step, 0).map { Int($0) }
        let reals = labels(realLabels, step, 0).map { Int($0) }
        let images = GoldenFile.toTorch(
            state.sampler(batch: recipe.shardBatch)(latents(step, 0), labels: fakes), batch: recipe.shardBatch,
            sample: sample)
        let logits = state.discriminatorInference(batch: recipe.shardBatch)(real(step, 0), labels: reals)
        return (
            relativeError(Self.kept(images), try golden.doubles("evaluation/images")),
            relativeError(logits, try golden.doubles("evaluation/logits"))
        )
    }
}
