import Adversarial
import FileFormats
import Foundation
import NeuralNetworks
import TensorCore
import TestSupport
import Testing

/// Twenty whole training steps of each image preset with given parameters, noise, data and dropout masks.
///
/// The reference is PyTorch in float64; the error allowed is four times that of PyTorch in float32.
@Suite struct GoldenTrainingTests {
    /// PyTorch's errors in float32, the largest of several equally right runs.
    struct Errors: Decodable {
        var generator: Double
        var discriminator: Double
        var generatorStatistics: Double?
        var discriminatorStatistics: Double?
        var generatorLoss: [Double]
        var discriminatorLoss: [Double]
        var generatorStep0Gradient: Double
        var discriminatorStep0Gradient: Double
        var evaluationImages: Double
        var evaluationLogits: Double
    }

    @Test(arguments: ["lenet-28", "mlp-28", "dcgan-28", "dcgan-64"]) func twentySteps(_ preset: String) throws {
        let golden = try GoldenFile(preset)
        let json = try #require(golden.file.metadata["float32_error_largest"])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let allowed = try decoder.decode(Errors.self, from: Data(json.utf8))
        var trial = try GoldenTraining(preset, golden)

        let steps = try golden.integer("steps")
        let discriminatorLosses = try golden.doubles("losses/discriminator")
        let generatorLosses = try golden.doubles("losses/generator")
        for step in 0..<steps {
            let contributions = try trial.step(step)
            let d = contributions.metrics.discriminatorLoss
            let g = contributions.metrics.generatorLoss
            #expect(
                abs(d - discriminatorLosses[step]) <= 4 * allowed.discriminatorLoss[step]
                    * abs(discriminatorLosses[step]),
                "step \(step): the discriminator's loss is \(d) instead of \(discriminatorLosses[step])")
            #expect(
                abs(g - generatorLosses[step]) <= 4 * allowed.generatorLoss[step] * abs(generatorLosses[step]),
                "step \(step): the generator's loss is \(g) instead of \(generatorLosses[step])")
            guard step == 0 else { continue }
            for (network, gradient, bound) in [
                (Network.discriminator, contributions.discriminator, allowed.discriminatorStep0Gradient),
                (Network.generator, contributions.generator, allowed.generatorStep0Gradient),
            ] {
                let error = try trial.gradientError(network, gradient, golden)
                #expect(error <= 4 * bound, "the \(network)'s first gradient is off by \(error)")
            }
            let fakes = try golden.doubles("step0/fakes")
            #expect(relativeError(GoldenFile.sampled(trial.fakes), fakes) < 1e-5)
        }

        for (network, parameters, statistics) in [
            (Network.generator, allowed.generator, allowed.generatorStatistics),
            (.discriminator, allowed.discriminator, allowed.discriminatorStatistics),
        ] {
            let errors = try trial.finalErrors(network, golden)
            #expect(errors.parameters <= 4 * parameters, "\(network): parameters are off by \(errors.parameters)")
            if let statistics {
                #expect(errors.statistics <= 4 * statistics, "\(network): statistics are off by \(errors.statistics)")
            }
        }
        let (images, logits) = trial.evaluation(step: steps)
        let imageError = relativeError(GoldenFile.sampled(images), try golden.doubles("evaluation/images"))
        let logitError = relativeError(GoldenFile.sampled(logits), try golden.doubles("evaluation/logits"))
        #expect(imageError <= 4 * allowed.evaluationImages, "images in inference are off by \(imageError)")
        #expect(logitError <= 4 * allowed.evaluationLogits, "logits in inference are off by \(logitError)")
    }
}

/// A preset's training with the golden file's inputs.
struct GoldenTraining {
    let recipe: Recipe
    let state: TrainingState
    let programs: StepPrograms
    let seed: Int
    let batch: Int
    private let workspace: Workspace
    private let saved: AlignedVector
    private let forwardOutput: AlignedVector

    private static let models: [String: ModelSettings] = [
        "lenet-28": .lenet28, "mlp-28": .mlp28, "dcgan-28": .dcgan28, "dcgan-64": .dcgan64,
    ]

    init(_ preset: String, _ golden: GoldenFile) throws {
        batch = try golden.integer("batch")
        seed = try golden.integer("seed")
        var recipe = Recipe(
            model: try #require(Self.models[preset]), shards: 1, shardBatch: batch, steps: 1000,
            movingAverage: MovingAverage(decay: 0))
        if preset == "lenet-28" {
            let adam = AdamSettings(learningRate: 2e-3, beta1: 0.9, beta2: 0.999)
            recipe.generatorOptimizer = adam
            recipe.discriminatorOptimizer = adam
        }
        self.recipe = recipe
        programs = StepPrograms(recipe: recipe)
        state = try Self.initialState(recipe, programs.networks, seed: seed)
        workspace = Workspace(for: [programs.forward, programs.discriminator, programs.generator])
        saved = AlignedVector(count: programs.forward.savedCount)
        forwardOutput = AlignedVector(count: programs.forward.outputCount)
        prepareComputeThread()
    }

    /// Parameters by the golden file's formula, in PyTorch's order; everything else as a run begins.
    private static func initialState(_ recipe: Recipe, _ networks: Networks, seed: Int) throws -> TrainingState {
        let fresh = TrainingState(recipe: recipe)
        var tensors = fresh.tensors()
        for (network, prefixes, base) in [
            (Network.generator, ["generator", "generator_ema"], 100), (.discriminator, ["discriminator"], 200),
        ] {
            let layout = networks.layout(of: network)
            let norms = Set(layout.buffers.map { $0.name.split(separator: ".").dropLast().joined(separator: ".") })
            var fanIn = 1
            for (index, entry) in layout.parameters.enumerated() {
                let parts = entry.name.split(separator: ".")
                let layer = parts.dropLast().joined(separator: ".")
                let isWeight = parts.last == "weight"
                if isWeight { fanIn = entry.shape.count / entry.order.shape[0] }
                let s = GoldenFile.symmetric(seed: seed + base + index, count: entry.shape.count)
                let bound = 1 / Float(fanIn).squareRoot()
                let values = s.map { norms.contains(layer) ? (isWeight ? 1 + 0.1 * $0 : 0.1 * $0) : $0 * bound }
                for prefix in prefixes {
                    let place = try #require(tensors.firstIndex { $0.name == "\(prefix).\(entry.name)" })
                    tensors[place].values = .float32(values)
                }
            }
        }
        return try TrainingState(recipe: recipe, tensors: tensors, counters: fresh.counters)
    }

    var sample: Shape { programs.networks.sampleShape }
    var fakes: [Float] {
        GoldenFile.toTorch(
            Array(forwardOutput.floats[..<(batch * sample.count)]), batch: batch, sample: sample)
    }

    func latents(_ step: Int) -> [Float] {
        GoldenFile.symmetric(seed: seed + 300 + step, count: batch * recipe.model.latentSize, factor: 1.7)
    }

    func real(_ step: Int) -> [Float] {
        GoldenFile.fromTorch(
            GoldenFile.symmetric(seed: seed + 400 + step, count: batch * sample.count), batch: batch, sample: sample)
    }

    private func masks(_ step: Int) -> [Float] {
        var masks = [Float](repeating: 0, count: programs.maskCount)
        for (pass, number) in [(StepPrograms.Pass.real, 0), (.fake, 1), (.generatorFake, 2)] {
            for (index, mask) in (programs.masks[pass] ?? []).enumerated() {
                for i in 0..<mask.count {
                    let u = HashedNumbers.uniform(seed: seed + 500 + 6 * step + 2 * number + index, i)
                    masks[mask.offset + i] = u < mask.keep ? 1 / mask.keep : 0
                }
            }
        }
        return masks
    }

    /// One training step: the contributions of its two rounds, and its metrics.
    mutating func step(_ step: Int) throws -> (metrics: StepMetrics, discriminator: [Float], generator: [Float]) {
        var (latents, real, masks) = (latents(step), real(step), masks(step))
        let layout = programs.layout
        let first = try #require(state.nextRound)
        var discriminator = [Float](repeating: .nan, count: layout.count(.discriminator))
        var generator = [Float](repeating: .nan, count: layout.count(.generator))
        func run(_ program: Program, _ output: UnsafeMutablePointer<Float>) {
            latents.withUnsafeMutableBufferPointer { latents in
                real.withUnsafeMutableBufferPointer { real in
                    masks.withUnsafeMutableBufferPointer { masks in
                        let g = state.parameters(of: .generator).vector.values
                        let d = state.parameters(of: .discriminator).vector.values
                        let slots = [
                            latents.baseAddress!, real.baseAddress!, g, d, d, masks.baseAddress ?? g, g, g, g,
                        ]
                        slots.withUnsafeBufferPointer {
                            program.run(inputs: $0, saved: saved.pointer, output: output, workspace: workspace)
                        }
                    }
                }
            }
        }
        run(programs.forward, forwardOutput.pointer)
        run(programs.discriminator, &discriminator)
        let statistics = layout.generatorAverages
        for index in 0..<statistics {
            discriminator[discriminator.count - statistics + index] =
                forwardOutput.pointer[batch * sample.count + index]
        }
        _ = try state.apply(first, sum: discriminator)
        run(programs.generator, &generator)
        let metrics = try state.apply(try #require(state.nextRound), sum: generator)
        return (try #require(metrics), discriminator, generator)
    }

    func gradientError(_ network: Network, _ contribution: [Float], _ golden: GoldenFile) throws -> Double {
        var ours: [Float] = []
        var reference: [Double] = []
        for entry in programs.networks.layout(of: network).parameters {
            let values = entry.order.toTorch(contribution[entry.offset..<entry.offset + entry.shape.count])
            ours += GoldenFile.sampled(values)
            reference += try golden.doubles("step0/gradient/\(network).\(entry.name)")
        }
        return relativeError(ours, reference)
    }

    func finalErrors(_ network: Network, _ golden: GoldenFile) throws -> (parameters: Double, statistics: Double) {
        let tensors = state.tensors().filter { $0.name.hasPrefix("\(network).") }
        var parameters: ([Float], [Double]) = ([], [])
        var statistics: ([Float], [Double]) = ([], [])
        for tensor in tensors {
            guard case .float32(let values) = tensor.values else { continue }
            let reference = try golden.doubles("final/\(tensor.name)")
            if tensor.name.hasSuffix("running_mean") || tensor.name.hasSuffix("running_var") {
                statistics.0 += GoldenFile.sampled(values)
                statistics.1 += reference
            } else {
                parameters.0 += GoldenFile.sampled(values)
                parameters.1 += reference
            }
        }
        return (relativeError(parameters.0, parameters.1), relativeError(statistics.0, statistics.1))
    }

    /// Images and logits in inference mode, in PyTorch's order.
    func evaluation(step: Int) -> (images: [Float], logits: [Float]) {
        let images = state.sampler(batch: batch)(latents(step))
        return (
            GoldenFile.toTorch(images, batch: batch, sample: sample),
            state.discriminatorInference(batch: batch)(real(step))
        )
    }
}
