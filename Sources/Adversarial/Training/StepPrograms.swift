import NeuralNetworks
import TensorCore

/// The programs of a training step for one shard, traced from a recipe's networks and losses and compiled once.
///
/// 1. `forward`: latents → fakes, with what the generator's backward pass will read;
/// 2. `discriminator`: real samples and fakes → the discriminator's section of a contribution;
/// 3. `generator`: fakes (and real samples, for a loss that reads them) → the generator's section, through a discriminator that
///    may have been updated in between.
///
/// 2 and 3 read what 1 left in the saved memory. In the alternating order they do not depend on each other; in the
/// simultaneous one both losses are taken of one pass through the discriminator, and 3 reads what 2 left of it.
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
        case discriminatorOfGeneratorLoss
        /// The dropout masks of all passes; `masks` says where each lies.
        case masks
        /// ε of the gradient penalty: a number for each decision.
        case interpolation
        /// The classes of the real samples and of the fakes: `[shardBatch]`.
        case realLabels
        case fakeLabels
        /// The draws of the augmentation of all passes; `augmentations` says where each begins.
        case augmentation
        /// The weights of penalties that change over the steps: scalars.
        case r1Weight, r2Weight, gradientPenaltyWeight
    }

    /// The passes through a network; each has dropout masks of its own.
    public enum Pass: Int, CaseIterable, Sendable {
        case real, fake
        /// The fakes for the generator's loss; in the simultaneous order, `fake` is that pass too.
        case generatorFake
        case generator, interpolated
        /// The real samples for a generator's loss that reads them; in the simultaneous order, `real` is that pass too.
        case generatorReal

        /// Whether the generator's round runs it.
        var isOfGeneratorLoss: Bool { self == .generatorFake || self == .generatorReal }
    }

    public let forward: Program
    public let discriminator: Program
    public let generator: Program
    public let layout: ContributionLayout
    /// Masks of each pass.
    public let masks: [Pass: [ForwardPass.Mask]]
    public let maskCount: Int
    /// Where the draws of each pass's augmentation begin; empty without augmentation.
    public let augmentations: [Pass: Int]
    public let augmentationDraws: AugmentationDraws?
    public let augmentationCount: Int
    public let networks: Networks
    public let shardBatch: Int
    /// Elements of the fakes, at the beginning of the output of `forward`; what the generator's averages are updated with follows.
    public let sampleCount: Int

    /// - Parameter penalized: whether the discriminator's objective has its penalties, as at every `recipe.penaltyEvery`th update.
    public init(recipe: Recipe, penalized: Bool = true) {
        let networks = recipe.makeNetworks()
        let layout = ContributionLayout(recipe, networks)
        let batch = recipe.shardBatch
        let graph = Graph()
        var masks: [Pass: [ForwardPass.Mask]] = [:]
        var maskCount = 0
        let isConditional = recipe.model.isConditional
        let realLabels = isConditional ? graph.input(slot: Slot.realLabels.rawValue, shape: [batch]) : nil
        let fakeLabels = isConditional ? graph.input(slot: Slot.fakeLabels.rawValue, shape: [batch]) : nil

        let draws = recipe.augmentation.isNone ? nil : AugmentationDraws(recipe)
        let augmentation = draws.map { DiffAugment(draws: $0, slot: Slot.augmentation.rawValue) }
        let packing = recipe.model.packing
        var augmentations: [Pass: Int] = [:]

        /// What the discriminator sees of samples. Points between real and fake are augmented as the real ones are.
        func seen(_ samples: Tensor, _ pass: Pass) -> Tensor {
            guard let augmentation else { return samples.packed(packing) }
            let pass = pass == .interpolated ? .real : pass
            let offset = augmentations[pass] ?? augmentations.count * augmentation.draws.count
            augmentations[pass] = offset
            return augmentation(samples, graph: graph, offset: offset).packed(packing)
        }

        func apply(
            _ network: Network, to x: Tensor, labels: Tensor?, _ pass: Pass, parameters: Slot
        ) -> (Tensor, ForwardPass) {
            let context = ForwardPass(
                graph: graph, layout: networks.layout(of: network), mode: .training,
                slots: .init(parameters: parameters.rawValue, masks: Slot.masks.rawValue), labels: labels,
                maskOffset: maskCount)
            let output = networks.apply(network, to: network == .discriminator ? seen(x, pass) : x, context)
            masks[pass] = context.masks
            maskCount += context.maskCount
            return (output, context)
        }

        let latent = graph.input(slot: Slot.latent.rawValue, shape: [batch, recipe.model.latentSize])
        let sampleShape = Shape([batch] + networks.sampleShape.dimensions)
        let real = graph.input(slot: Slot.real.rawValue, shape: sampleShape)
        let loss = recipe.adversarialLoss

        let (fakes, generatorPass) = apply(
            .generator, to: latent, labels: fakeLabels, .generator, parameters: .generatorParameters)
        precondition(fakes.shape == sampleShape, "the generator gives \(fakes.shape) instead of \(sampleShape)")

        // The discriminator's round.
        let sharesPass = recipe.updateOrder == .simultaneous
        let fixedFakes = fakes.stopGradient()
        let judgedFakes = sharesPass ? fakes : fixedFakes
        let (realOutputs, realPass) = apply(
            .discriminator, to: real, labels: realLabels, .real, parameters: .discriminatorParameters)
        precondition(
            realOutputs.shape == [batch / packing, 1],
            "the discriminator gives \(realOutputs.shape) instead of [\(batch / packing), 1]")
        let (fakeOutputs, fakePass) = apply(
            .discriminator, to: judgedFakes, labels: fakeLabels, .fake, parameters: .discriminatorParameters)
        let adversarialLoss = loss.discriminatorLoss(real: realOutputs, fake: fakeOutputs)
        var objective = adversarialLoss
        /// Adds a penalty with its weight; returns what is reported of it.
        func penalty(_ weight: Schedule, _ slot: Slot, _ term: () -> Tensor) -> Tensor {
            guard penalized, weight.isPositive else { return graph.constant(0) }
            let interval = Float(recipe.penaltyEvery)
            let weighted =
                weight.isConstant
                ? term() * Float(weight.start) : term() * graph.input(slot: slot.rawValue, shape: [])
            objective = objective + (recipe.penaltyEvery > 1 ? weighted * interval : weighted)
            return weighted
        }
        let penalties = StepTensors.Penalties(
            r1: penalty(recipe.r1, .r1Weight) { GradientPenalty.zeroCentred(outputs: realOutputs, samples: real) },
            r2: penalty(recipe.r2, .r2Weight) {
                GradientPenalty.zeroCentred(outputs: fakeOutputs, samples: judgedFakes)
            },
            gradient: penalty(recipe.gradientPenalty, .gradientPenaltyWeight) {
                let weights = graph.input(slot: Slot.interpolation.rawValue, shape: [batch / packing])
                    .unpacked(packing)
                let between = GradientPenalty.interpolation(real: real, fake: fixedFakes, weights: weights)
                let (outputs, _) = apply(
                    .discriminator, to: between, labels: realLabels, .interpolated,
                    parameters: .discriminatorParameters)
                return GradientPenalty.wasserstein(outputs: outputs, samples: between)
            }
        )
        let discriminatorGradients = objective.gradients(by: realPass.parameters)

        // The generator's round.
        var generatorReal: (outputs: Tensor, pass: ForwardPass) = (realOutputs, realPass)
        var generatorFake: (outputs: Tensor, pass: ForwardPass) = (fakeOutputs, fakePass)
        if !sharesPass {
            if loss.generatorReadsReal {
                generatorReal = apply(
                    .discriminator, to: real, labels: realLabels, .generatorReal,
                    parameters: .discriminatorOfGeneratorLoss)
            }
            generatorFake = apply(
                .discriminator, to: fakes, labels: fakeLabels, .generatorFake,
                parameters: .discriminatorOfGeneratorLoss)
        }
        let generatorLoss = loss.generatorLoss(real: generatorReal.outputs, fake: generatorFake.outputs)
        let generatorGradients = generatorLoss.gradients(by: generatorPass.parameters)

        let tensors = StepTensors(
            real: realOutputs, fake: fakeOutputs, discriminatorLoss: adversarialLoss, generatorLoss: generatorLoss,
            penalties: penalties)
        func metrics(_ list: [StepMetric], at offset: Int) -> [(Tensor, Int)] {
            list.enumerated().map { ($1.tensor(tensors, loss), offset + $0) }
        }
        let generatorLayout = networks.generatorLayout
        let discriminatorLayout = networks.discriminatorLayout
        let programs = graph.compile([
            ProgramRequest(
                outputs: [(fakes, 0)] + Self.averages(generatorPass, generatorLayout, at: sampleShape.count)),
            ProgramRequest(
                outputs: zip(discriminatorGradients, discriminatorLayout.parameters).map { ($0, $1.offset) }
                    + Self.averages(realPass, discriminatorLayout, at: layout.realAverages)
                    + Self.averages(fakePass, discriminatorLayout, at: layout.fakeAverages)
                    + metrics(layout.discriminatorMetrics, at: layout.discriminatorMetricsOffset),
                after: [0]),
            ProgramRequest(
                outputs: zip(generatorGradients, generatorLayout.parameters).map { ($0, $1.offset) }
                    + (layout.generatorSectionHasReal
                        ? Self.averages(generatorReal.pass, discriminatorLayout, at: layout.generatorRealAverages) : [])
                    + Self.averages(generatorFake.pass, discriminatorLayout, at: layout.generatorFakeAverages)
                    + metrics(layout.generatorMetrics, at: layout.generatorMetricsOffset),
                after: sharesPass ? [0, 1] : [0]),
        ])
        forward = programs[0]
        discriminator = programs[1]
        generator = programs[2]
        self.layout = layout
        self.masks = masks
        self.maskCount = maskCount
        self.augmentations = augmentations
        augmentationDraws = draws
        augmentationCount = augmentations.count * (draws?.count ?? 0)
        self.networks = networks
        shardBatch = batch
        sampleCount = sampleShape.count
    }

    /// What a pass reports, each at its moving average's place.
    private static func averages(_ pass: ForwardPass, _ layout: NetworkLayout, at offset: Int) -> [(Tensor, Int)] {
        pass.reports.map { ($0.value, offset + layout.buffers[$0.buffer].offset) }
    }
}
