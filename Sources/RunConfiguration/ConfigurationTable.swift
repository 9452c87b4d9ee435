import Adversarial
import Datasets
import NeuralNetworks
import UserErrors

extension ConfigurationKey {
    /// Every key, in the order of the written file.
    package static let all: [ConfigurationKey] =
        run + start + data + batch + model + generator
        + network(
            "generator", .at(\.recipe.model.generatorWidth), .at(\.recipe.model.generatorNorm),
            \.recipe.generatorOptimizer)
        + decision
        + network(
            "discriminator", .at(\.recipe.model.discriminatorWidth), .at(\.recipe.model.discriminatorNorm),
            \.recipe.discriminatorOptimizer)
        + loss + augmentation + output + cluster

    /// Keys that have or once had another name, which is read too: that one, and the present one.
    static let renamed: [String: String] = [
        "schedule": "updateOrder", "averageDecay": "emaDecay",
        "normalization.deviation": "normalization.standardDeviation",
        "generator.optimizer.decay": "generator.optimizer.learningRateSchedule",
        "discriminator.optimizer.decay": "discriminator.optimizer.learningRateSchedule",
        "augmentation": "augmentation.policy",
    ]

    private static let run: [ConfigurationKey] =
        [
            .choice("preset", .at(\.preset), "Where the values that are not given come from."),
            .architecture("architecture", "The family of networks."),
            .unsigned("seed", .at(\.recipe.seed), "Two runs with the same configuration and seed give the same bits."),
            .integer("steps", .at(\.recipe.steps), 1...1_000_000_000, "Updates of the generator."),
            .choice(
                "updateOrder", .at(\.recipe.updateOrder),
                "Discriminator, then generator (alternating), or both from the same parameters (simultaneous)."),
            .integer(
                "discriminatorSteps", .at(\.recipe.discriminatorSteps), 1...1000,
                "Updates of the discriminator for each of the generator."),
            .number(
                "emaDecay", .at(\.recipe.movingAverage.decay), .from(0, under: 1),
                "Decay of the generator's moving average, which samples are drawn from; 0 for none."),
        ]
        + schedule(
            "emaHalfLife", .at(\.recipe.movingAverage.halfLife), .from(0, to: 1e12),
            "Images after which the moving average has forgotten half; 0 to take emaDecay.")
        + [
            .number(
                "emaRampUp", .at(\.recipe.movingAverage.rampUp), .from(0, to: 1),
                "The half-life is at most this share of the images seen so far; 0 for no such limit.")
        ]

    private static let start: [ConfigurationKey] = [
        .file(
            "start.checkpoint", .at(\.start.checkpoint),
            "The checkpoint of another run to begin with, as --from takes it; none for untrained networks."),
        .digest(
            "start.sha256", .at(\.start.sha256),
            "SHA-256 of that file: a run does not begin with another content; none to take what is there."),
    ]

    private static let data: [ConfigurationKey] = [
        .text(
            "data.source", .at(\.data.source), "one of \(DatasetSpecification.forms.joined(separator: ", "))",
            "The samples: \(DatasetSpecification.forms.joined(separator: ", "))."),
        .choice(
            "data.onBroken", .at(\.data.images, \.onBroken),
            "What comes of an image file that is broken: the run stops, or the next one of the list stands in."),
        .flag(
            "data.flip", .at(\.recipe.flipsData),
            "Whether each real image is mirrored, left to right, with probability 1/2."),
        .colour(
            "data.ground", .at(\.data.images, \.ground), "What shows through transparent images."),
        .number(
            "data.holdOut", .at(\.data.holdOut), .from(0, under: 1),
            "Share of the samples that is kept out of training, for 'evaluate' to compare with; 0 for none."),
        .number(
            "normalization.mean", .at(\.recipe.pixelMean), .from(-1e6, to: 1e6),
            "A pixel p from 0 to 1 enters the networks as (p - mean) / standardDeviation."),
        .number(
            "normalization.standardDeviation", .at(\.recipe.pixelStandardDeviation), .over(0, to: 1e6),
            "0.5 beside a mean of 0.5 gives -1 to 1, the range of tanh."),
    ]

    private static let batch: [ConfigurationKey] = [
        .integer(
            "batch.shards", .at(\.recipe.shards), 1...4096,
            "Parts of the batch, each computed by one worker; they decide the arithmetic, the workers do not."),
        .integer("batch.shardBatch", .at(\.recipe.shardBatch), 1...65536, "Samples of one shard."),
    ]

    private static let model: [ConfigurationKey] =
        [
            .imageSize(
                "image.size",
                "Sides of the images: 128, or 64x48 for width x height. By default those of the data set, where it has one size."
            ),
            .integer(
                "image.channels", .at(\.recipe.model.imageChannels), 1...3, "1 for gray images, 3 for colour."),
            .flag(
                "conditional", .at(\.isConditional),
                "Whether the networks get the class of each sample; the data must have classes then."),
            .integerOrAuto(
                "classes", .at(\.classes), 1...65536,
                "How many classes a conditional model tells apart; auto for those of the data, as the start finds them."
            ),
            .integer(
                "spectralNorm.iterations", .at(\.recipe.model.powerIterations), 1...100,
                "Power iterations on each new version of the weights, where a norm is spectral."),
        ] + ModelRegistry.all.flatMap { model in model.options.map { .option($0, of: model.name) } }

    private static let generator: [ConfigurationKey] = [
        .integer(
            "generator.latentSize", .at(\.recipe.model.latentSize), 1...65536,
            "Length of the noise vector z that the generator turns into a sample."),
        .choice(
            "generator.conditioning", .at(\.recipe.model.conditioning),
            "How a conditional generator gets the class: an embedding beside the noise, batch norms for each class, or both."
        ),
    ]

    private static func network(
        _ name: String, _ width: Place<Int>, _ norm: Place<NormKind>,
        _ optimizer: WritableKeyPath<Configuration, AdamSettings> & Sendable
    ) -> [ConfigurationKey] {
        [
            .integer(
                "\(name).width", width, 1...8192,
                "Channels or units of the narrowest hidden layer; lenet and perceptron have fixed widths."),
            .choice("\(name).norm", norm, "How its activations, or with spectral its weights, are normalised."),
            .number(
                "\(name).optimizer.beta1", .at(optimizer, \.beta1), .from(0, under: 1),
                "Decay of the gradient's moving average."),
            .number(
                "\(name).optimizer.epsilon", .at(optimizer, \.epsilon), .over(0, to: 1),
                "Added to the root of the squared gradient's average."),
            .number(
                "\(name).optimizer.clipNorm", .at(optimizer, \.clipNorm), .from(0, to: 1e18),
                "Norm to which a longer gradient is scaled down; 0 for none."),
        ]
            + schedule(
                "\(name).optimizer.learningRate", .at(optimizer, \.learningRate), .over(0, to: 10),
                "Adam's step size.")
            + schedule(
                "\(name).optimizer.beta2", .at(optimizer, \.beta2), .from(0, under: 1),
                "Decay of the squared gradient's moving average.")
    }

    private static let loss: [ConfigurationKey] =
        [
            .choice("loss.kind", .at(\.recipe.loss), "The adversarial loss."),
            .flag(
                "loss.relativistic", .at(\.recipe.isRelativistic),
                "Compares each real sample with a fake one, D(x) - D(G(z)); for non-saturating, hinge and least-squares."
            ),
        ]
        + schedule(
            "loss.r1", .at(\.recipe.r1), .from(0, to: 1e6),
            "Weight of the R1 penalty, r1/2 E|grad D(x)|^2 on real samples; 0 for none.",
            automatic: .at(\.automaticPenalties.r1))
        + schedule(
            "loss.r2", .at(\.recipe.r2), .from(0, to: 1e6),
            "Weight of the R2 penalty, r2/2 E|grad D(G(z))|^2 on fake samples; 0 for none.",
            automatic: .at(\.automaticPenalties.r2))
        + schedule(
            "loss.gradientPenalty", .at(\.recipe.gradientPenalty), .from(0, to: 1e6),
            "Weight of the penalty E(|grad D(x)| - 1)^2 between real and fake, for wasserstein; 0 for none.")
        + [
            .integer(
                "loss.penaltyEvery", .at(\.recipe.penaltyEvery), 1...10_000,
                "Updates of the discriminator from one with penalties to the next; their weights count as many times.")
        ]

    private static let output: [ConfigurationKey] = [
        .integer(
            "output.sampleEvery", .at(\.output.sampleEvery), 0...1_000_000_000,
            "Steps between two sample grids; 0 for none."
        ),
        .integer("output.sampleCount", .at(\.output.sampleCount), 1...4096, "Samples in a grid."),
        .integer(
            "output.checkpointEvery", .at(\.output.checkpointEvery), 0...1_000_000_000,
            "Steps between two checkpoints; 0 for the last step alone."
        ),
        .integer("output.keep", .at(\.output.keep), 0...1_000_000, "Checkpoints that stay, the newest; 0 for all."),
        .choice(
            "output.keepBest", .at(\.output.keepBest),
            "Whether the checkpoint with the least Frechet distance stays too, of those that 'evaluate --watch' judged."
        ),
        .integer(
            "output.logEvery", .at(\.output.logEvery), 1...1_000_000_000, "Steps between two lines of metrics.jsonl."),
        .choice(
            "output.stopWhen", .at(\.output.stopWhen),
            "Ends the run early, as if it were stopped: once the generator's samples have collapsed, or once the run is unhealthy."
        ),
    ]

    private static let cluster: [ConfigurationKey] = [
        .integer(
            "cluster.workers", .at(\.cluster.workers), 1...1024, "Worker processes that train starts on this machine."),
        .integerOrAuto(
            "cluster.threads", .at(\.cluster.threads), 1...1024,
            "Shards that a worker computes at once; auto for one a core that this process may use, as each start finds it."
        ),
        .integer("cluster.minWorkers", .at(\.cluster.minWorkers), 1...1024, "Workers without which no round starts."),
        .number(
            "cluster.heartbeatSeconds", .at(\.cluster.heartbeatSeconds), .from(0.01, to: 3600),
            "Time between two signs of life."),
        .number(
            "cluster.workerTimeoutSeconds", .at(\.cluster.workerTimeoutSeconds), .from(0.05, to: 86400),
            "Silence after which a worker is taken for lost and its shards are given to others."),
        .number(
            "cluster.coordinatorTimeoutSeconds", .at(\.cluster.coordinatorTimeoutSeconds), .from(0.05, to: 86400),
            "Silence after which a worker takes the coordinator for lost and ends."),
        .file(
            "cluster.keyFile", .at(\.cluster.keyFile),
            "The coordinator's keys, where other machines reach it ('\(ProgramName.current) keys new' makes them)."),
        .file(
            "cluster.allowFile", .at(\.cluster.allowFile), "Public keys of the workers that may connect, one a line."),
        .number(
            "cluster.leaseSeconds", .at(\.cluster.leaseSeconds), .from(0.05, to: 86400),
            "Least time after which shards of a worker that is alive and does not answer go to others too."),
        .integer(
            "cluster.rejectionLimit", .at(\.cluster.rejectionLimit), 1...1_000_000,
            "So many messages that are nonsense, and their sender is cut off."),
        .number(
            "cluster.verify", .at(\.cluster.verificationShare), .from(0, to: 1),
            "Share of the shards that two workers compute, to be compared bit for bit; 0 for none."),
    ]
}
