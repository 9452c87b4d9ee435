import NeuralNetworks
import TensorCore

/// The programs of a training step for one shard, traced from a recipe's networks and losses and compiled once.
///
/// 1. `forward`: latents → fakes, with what the generator's backward pass will read;
/// 2. `discriminator`: real samples and fakes → the discriminator's section of a contribution;
/// 3. `generator`: fakes → the generator's section, through a discriminator that may have been updated in between.
///
/// 2 and 3 read what 1 left in the carried memory. In the alternating schedule they do not depend on each other; in the
/// simultaneous one both losses judge the fakes by one pass through the discriminator, and 3 reads what 2 left of it.
public struct StepPrograms: Sendable {
    /// Inputs of the programs.
    public enum Slot: Int, CaseIterable, Sendable {
        /// `[shardBatch, latentSize]`
        case latent
        /// `[shardBatch, …sampleShape]`
        case real
        case generatorParameters
        /// The discriminator whose gradient is taken.
        case discriminatorParameters
        /// The discriminator through which the generator's gradient is taken.
        case judgeParameters
        /// The dropout masks of all passes; `masks` says where each lies.
        case masks
        /// ε of the gradient penalty: `[shardBatch]`.
        case interpolation
    }

    /// The passes through a network; each has dropout masks of its own.
    public enum Pass: Int, CaseIterable, Sendable {
        case real, fake
        /// The fakes for the generator's loss; in the simultaneous schedule, `fake` is that pass too.
        case through
        case generator, interpolated
    }

    public let forward: Program
    public let discriminator: Program
    public let generator: Program
    public let layout: ContributionLayout
    /// Masks of each pass.
    public let masks: [Pass: [ForwardPass.Mask]]
    public let maskCount: Int
    public let networks: Networks
    public let shardBatch: Int
    /// Elements of the fakes, at the beginning of the output of `forward`; the generator's batch statistics follow.
    public let sampleCount: Int

    public init(recipe: Recipe) {
        let networks = recipe.makeNetworks()
        let layout = ContributionLayout(networks)
        let batch = recipe.shardBatch
        let graph = Graph()
        var masks: [Pass: [ForwardPass.Mask]] = [:]
        var maskCount = 0

        func apply(_ network: Network, to x: Tensor, _ pass: Pass, parameters: Slot) -> (Tensor, ForwardPass) {
            let context = ForwardPass(
                graph: graph, layout: networks.layout(of: network), mode: .training,
                slots: .init(parameters: parameters.rawValue, masks: Slot.masks.rawValue), maskOffset: maskCount)
            let output = network == .generator ? networks.generator(x, context) : networks.discriminator(x, context)
            masks[pass] = context.masks
            maskCount += context.maskCount
            return (output, context)
        }

        let latent = graph.input(slot: Slot.latent.rawValue, shape: [batch, recipe.latentSize])
        let sampleShape = Shape([batch] + networks.sampleShape.dimensions)
        let real = graph.input(slot: Slot.real.rawValue, shape: sampleShape)
        let loss = recipe.loss

        let (fakes, generatorPass) = apply(.generator, to: latent, .generator, parameters: .generatorParameters)
        precondition(fakes.shape == sampleShape, "the generator gives \(fakes.shape) instead of \(sampleShape)")

        // The discriminator's round.
        let sharesPass = recipe.schedule == .simultaneous
        let fixedFakes = fakes.withoutGradient()
        let (realOutputs, realPass) = apply(
            .discriminator, to: real, .real, parameters: .discriminatorParameters)
        let (fakeOutputs, fakePass) = apply(
            .discriminator, to: sharesPass ? fakes : fixedFakes, .fake, parameters: .discriminatorParameters)
        let adversarial = loss.discriminatorLoss(real: realOutputs, fake: fakeOutputs)
        var objective = adversarial
        if recipe.r1 > 0 {
            objective = objective + GradientPenalty.r1(outputs: realOutputs, samples: real) * Float(recipe.r1)
        }
        if recipe.gradientPenalty > 0 {
            let weights = graph.input(slot: Slot.interpolation.rawValue, shape: [batch])
            let between = GradientPenalty.interpolation(real: real, fake: fixedFakes, weights: weights)
            let (outputs, _) = apply(
                .discriminator, to: between, .interpolated, parameters: .discriminatorParameters)
            objective =
                objective + GradientPenalty.wasserstein(outputs: outputs, samples: between)
                * Float(recipe.gradientPenalty)
        }
        let discriminatorGradients = objective.gradients(by: realPass.parameters)

        // The generator's round.
        let (throughOutputs, throughPass) =
            sharesPass
            ? (fakeOutputs, fakePass) : apply(.discriminator, to: fakes, .through, parameters: .judgeParameters)
        let generatorLoss = loss.generatorLoss(fake: throughOutputs)
        let generatorGradients = generatorLoss.gradients(by: generatorPass.parameters)

        let generatorLayout = networks.generatorLayout
        let discriminatorLayout = networks.discriminatorLayout
        let programs = graph.compile([
            ProgramRequest(
                outputs: [(fakes, 0)]
                    + Self.statistics(generatorPass, generatorLayout, at: sampleShape.count)),
            ProgramRequest(
                outputs: zip(discriminatorGradients, discriminatorLayout.parameters).map { ($0, $1.offset) }
                    + Self.statistics(realPass, discriminatorLayout, at: layout.realStatistics)
                    + Self.statistics(fakePass, discriminatorLayout, at: layout.fakeStatistics)
                    + [
                        (objective, layout.discriminatorLoss),
                        (
                            loss.valueFunction(real: realOutputs, fake: fakeOutputs) ?? graph.constant(0),
                            layout.value
                        ),
                        (loss.meanScore(realOutputs), layout.realScore),
                        (loss.meanScore(fakeOutputs), layout.fakeScore),
                    ],
                after: [0]),
            ProgramRequest(
                outputs: zip(generatorGradients, generatorLayout.parameters).map { ($0, $1.offset) }
                    + Self.statistics(throughPass, discriminatorLayout, at: layout.throughStatistics)
                    + [(generatorLoss, layout.generatorLoss)],
                after: sharesPass ? [0, 1] : [0]),
        ])
        forward = programs[0]
        discriminator = programs[1]
        generator = programs[2]
        self.layout = layout
        self.masks = masks
        self.maskCount = maskCount
        self.networks = networks
        shardBatch = batch
        sampleCount = sampleShape.count
    }

    private static func statistics(_ pass: ForwardPass, _ layout: NetworkLayout, at offset: Int) -> [(Tensor, Int)] {
        zip(pass.batchStatistics, layout.statistics).flatMap { batch, entry in
            [(batch.mean, offset + entry.offset), (batch.variance, offset + entry.offset + entry.features)]
        }
    }
}
