import CKernels
import NeuralNetworks
import Synchronization
import TensorCore

/// Computes shards: the arithmetic of a worker.
///
/// A shard's contribution depends on the recipe, the round, the parameters and the shard's number alone: not on who
/// computes it, with how many others, or when.
public final class ShardEngine: Sendable {
    public let recipe: Recipe
    public let programs: StepPrograms
    /// Those of batches without penalties, where only some batches have them.
    private let unpenalizedPrograms: StepPrograms?
    // Each memory belongs to one thread at a time: the caller's promise.
    nonisolated(unsafe) private let threadMemories: [ThreadMemory]
    private let variants: [StepPrograms]
    private let classShares: ClassShares?
    /// What the generator left behind when a shard's fakes were made, by shard: its round reads it again.
    private let carried: Mutex<[Int: Carried]>

    /// The working memory of one compute thread.
    private final class ThreadMemory {
        let workspace: Workspace
        let masks: AlignedVector
        let interpolation: AlignedVector
        let augmentation: AlignedVector
        /// Uniform numbers, of which flips and the draws of augmentation are made.
        let uniforms: AlignedVector
        let inputs: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>

        /// The present weights of R1, R2 and the gradient penalty.
        let penaltyWeights = AlignedVector(count: 3)

        init(_ variants: [StepPrograms]) {
            workspace = Workspace(for: variants.flatMap { [$0.forward, $0.discriminator, $0.generator] })
            masks = AlignedVector(count: variants.map(\.maskCount).max() ?? 0)
            interpolation = AlignedVector(count: variants[0].shardBatch)
            augmentation = AlignedVector(count: variants.map(\.augmentationCount).max() ?? 0)
            uniforms = AlignedVector(count: AugmentationDraws.uniformsPerSample * variants[0].shardBatch)
            inputs = .allocate(capacity: StepPrograms.Slot.allCases.count)
            inputs.initialize(repeating: masks.pointer)
        }

        deinit { inputs.deallocate() }

        func bind(_ slot: StepPrograms.Slot, _ address: UnsafePointer<Float>) {
            inputs[slot.rawValue] = UnsafeMutablePointer(mutating: address)
        }
    }

    /// A shard's samples, and what the generator left of its fakes.
    private final class Carried: @unchecked Sendable {
        // @unchecked: used by one thread at a time, which takes it out of the table.
        /// The batch that the fakes are of, and the version of the generator that made them.
        var batchIndex: UInt64?
        var generatorVersion: UInt64 = 0
        /// The batch that the real samples are of.
        var realBatchIndex: UInt64?
        let latent: AlignedVector
        let real: AlignedVector
        let realLabels: AlignedVector
        let fakeLabels: AlignedVector
        let saved: AlignedVector
        let output: AlignedVector

        init(_ variants: [StepPrograms], latentSize: Int) {
            let programs = variants[0]
            latent = AlignedVector(count: programs.shardBatch * latentSize)
            real = AlignedVector(count: programs.sampleCount)
            realLabels = AlignedVector(count: programs.shardBatch)
            fakeLabels = AlignedVector(count: programs.shardBatch)
            saved = AlignedVector(count: variants.map(\.forward.savedCount).max() ?? 0)
            output = AlignedVector(count: programs.forward.outputCount)
        }
    }

    /// The real samples of a shard, as `compute` has them loaded.
    public struct RealBatch {
        /// `[shardBatch, …sampleShape]`
        public let samples: UnsafeMutableBufferPointer<Float>
        /// The classes, whole numbers: `[shardBatch]`; read by conditional networks alone.
        public let labels: UnsafeMutableBufferPointer<Float>
    }

    /// - Parameters:
    ///   - computeThreads: how many threads will call `compute` at once.
    ///   - programs: the recipe's, where they are compiled already.
    ///   - classShares: how often each class comes in the data, which the fakes' labels are drawn by.
    /// - Precondition: a conditional recipe comes with the shares of as many classes as it has.
    public init(
        recipe: Recipe, programs: StepPrograms? = nil, computeThreads: Int = 1, classShares: ClassShares? = nil
    ) {
        precondition(
            !recipe.model.isConditional || classShares?.count == recipe.model.classes,
            "a model with \(recipe.model.classes) classes needs their shares")
        self.recipe = recipe
        self.classShares = recipe.model.isConditional ? classShares : nil
        let programs = programs ?? StepPrograms(recipe: recipe)
        self.programs = programs
        unpenalizedPrograms =
            recipe.hasPenalty && recipe.penaltyEvery > 1 ? StepPrograms(recipe: recipe, penalized: false) : nil
        let variants = [programs] + [unpenalizedPrograms].compactMap { $0 }
        threadMemories = (0..<max(1, computeThreads)).map { _ in ThreadMemory(variants) }
        self.variants = variants
        carried = Mutex([:])
    }

    public func contributionCount(_ kind: RoundKind) -> Int { programs.layout.count(kind) }

    /// Computes one shard's contribution to a round. The calling thread must have been prepared by
    /// `prepareComputeThread()`.
    ///
    /// - Parameters:
    ///   - generator: the generator's vector: its parameters, and the derived buffers behind them.
    ///   - discriminator: likewise.
    ///   - computeThread: which of the threads this is; no two calls may use one at the same time.
    ///   - loadReal: fills the shard's batch of real samples of the round's batch.
    ///   - contribution: `contributionCount(round.kind)` elements, all of which are written.
    ///   - profile: takes down what the programs' instructions did and how long they took.
    public func compute(
        _ round: Round, shard: Int, generator: UnsafePointer<Float>, discriminator: UnsafePointer<Float>,
        computeThread: Int, into contribution: UnsafeMutablePointer<Float>, profile: InstructionProfile? = nil,
        loadReal: (RealBatch) throws -> Void
    ) rethrows {
        let memory = threadMemories[computeThread]
        // Both rounds of a batch are of one compilation: the second reads what the first has saved.
        let programs =
            recipe.isPenalized(batchIndex: round.batchIndex) ? programs : unpenalizedPrograms ?? self.programs
        let state = take(shard)
        defer { giveBack(state, of: shard) }
        memory.bind(.generatorParameters, generator)
        memory.bind(.discriminatorParameters, discriminator)
        memory.bind(.discriminatorOfGeneratorLoss, discriminator)
        memory.bind(.masks, memory.masks.pointer)
        memory.bind(.interpolation, memory.interpolation.pointer)
        memory.bind(.augmentation, memory.augmentation.pointer)
        memory.bind(.latent, state.latent.pointer)
        memory.bind(.real, state.real.pointer)
        memory.bind(.realLabels, state.realLabels.pointer)
        memory.bind(.fakeLabels, state.fakeLabels.pointer)
        bindPenaltyWeights(memory, round)
        fillMasks(memory, programs, round, shard)
        fillAugmentation(memory, programs, round, shard)

        if state.batchIndex != round.batchIndex || state.generatorVersion != round.generatorVersion {
            state.batchIndex = nil
            streams(round, shard).stream(.latent).fillNormal(state.latent.mutableFloats)
            classShares?.fill(state.fakeLabels.mutableFloats, from: streams(round, shard).stream(.labels))
            run(programs.forward, memory, state, into: state.output.pointer, profile)
            state.batchIndex = round.batchIndex
            state.generatorVersion = round.generatorVersion
        }
        if recipe.readsReal(round.kind), state.realBatchIndex != round.batchIndex {
            state.realBatchIndex = nil
            try loadReal(RealBatch(samples: state.real.mutableFloats, labels: state.realLabels.mutableFloats))
            if recipe.flipsData { flip(state.real, memory.uniforms, streams(round, shard).stream(.flip)) }
            state.realBatchIndex = round.batchIndex
        }
        let layout = programs.layout
        if let offset = layout.discriminatorOffset(round.kind) {
            if recipe.gradientPenalty.isPositive {
                streams(round, shard).stream(.interpolation).fillUniform(memory.interpolation.mutableFloats)
            }
            run(programs.discriminator, memory, state, into: contribution + offset, profile)
        }
        if let offset = layout.generatorAveragesOffset(round.kind) {
            ck_copy(state.output.pointer + programs.sampleCount, contribution + offset, layout.generatorAverages)
        }
        if let offset = layout.generatorOffset(round.kind) {
            run(programs.generator, memory, state, into: contribution + offset, profile)
        }
    }

    private func run(
        _ program: Program, _ memory: ThreadMemory, _ state: Carried, into output: UnsafeMutablePointer<Float>,
        _ profile: InstructionProfile?
    ) {
        program.run(
            inputs: UnsafeBufferPointer(memory.inputs), saved: state.saved.pointer, output: output,
            workspace: memory.workspace,
            profile: profile)
    }

    /// Takes a shard's state for one computation. A thread may still be at a shard whose lease was lost when the shard is
    /// leased again: the other thread then begins with a state of its own.
    private func take(_ shard: Int) -> Carried {
        carried.withLock { $0.removeValue(forKey: shard) } ?? Carried(variants, latentSize: recipe.model.latentSize)
    }

    private func giveBack(_ state: Carried, of shard: Int) {
        carried.withLock { $0[shard] = state }
    }

    private func streams(_ round: Round, _ shard: Int) -> ShardStreams {
        ShardStreams(seed: recipe.seed, batchIndex: round.batchIndex, shard: shard)
    }

    /// The weights at the round's step.
    private func bindPenaltyWeights(_ memory: ThreadMemory, _ round: Round) {
        let weights = memory.penaltyWeights.pointer
        weights[0] = Float(recipe.r1.value(step: round.step, of: recipe.steps))
        weights[1] = Float(recipe.r2.value(step: round.step, of: recipe.steps))
        weights[2] = Float(recipe.gradientPenalty.value(step: round.step, of: recipe.steps))
        memory.bind(.r1Weight, weights)
        memory.bind(.r2Weight, weights + 1)
        memory.bind(.gradientPenaltyWeight, weights + 2)
    }

    /// The masks of the round's passes: each of a stream of its own.
    private func fillMasks(_ memory: ThreadMemory, _ programs: StepPrograms, _ round: Round, _ shard: Int) {
        for pass in StepPrograms.Pass.allCases {
            let wanted = round.kind == .simultaneous || pass.isOfGeneratorLoss == (round.kind == .generator)
            guard wanted || pass == .generator, let masks = programs.masks[pass] else { continue }
            for (number, mask) in masks.enumerated() {
                let values = UnsafeMutableBufferPointer(
                    rebasing: memory.masks.mutableFloats[mask.offset..<mask.offset + mask.count])
                streams(round, shard).dropout(pass: pass.rawValue, number).fillDropout(values, keep: mask.keep)
            }
        }
    }

    /// The draws of the augmentation of the round's passes: each of a stream of its own.
    private func fillAugmentation(_ memory: ThreadMemory, _ programs: StepPrograms, _ round: Round, _ shard: Int) {
        guard let draws = programs.augmentationDraws else { return }
        for pass in StepPrograms.Pass.allCases {
            let wanted = round.kind == .simultaneous || pass.isOfGeneratorLoss == (round.kind == .generator)
            guard wanted, let offset = programs.augmentations[pass] else { continue }
            streams(round, shard).augmentation(pass: pass.rawValue).fillUniform(memory.uniforms.mutableFloats)
            draws.fill(
                memory.augmentation.pointer + offset, uniforms: memory.uniforms.pointer,
                probability: round.augmentationProbability)
        }
    }

    /// Mirrors each sample, left to right, with probability ½.
    private func flip(_ samples: AlignedVector, _ uniforms: AlignedVector, _ stream: RandomStream) {
        let image = recipe.model.image
        let draws = UnsafeMutableBufferPointer(rebasing: uniforms.mutableFloats[..<recipe.shardBatch])
        stream.fillUniform(draws)
        for sample in 0..<recipe.shardBatch where draws[sample] < 0.5 {
            ck_mirror_image(samples.pointer + sample * image.count, image.height, image.width, image.channels)
        }
    }
}
