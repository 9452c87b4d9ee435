import Testing

/// A run, mostly of sixty steps, whose final state must be the same bits however it is computed.
struct TrainingTask: Hashable, Sendable, CustomTestStringConvertible {
    static let steps = 60

    var preset: String
    /// What is set beside, for time's sake and to tell tasks apart.
    var settings: [String] = []
    var updateOrder = "alternating"
    var discriminatorSteps = 1
    var steps = TrainingTask.steps

    /// Batch norm (dcgan-28) and dropout (lenet-28), in both orders of updates, with one and two discriminator steps.
    static let all: [TrainingTask] =
        ["dcgan-28", "lenet-28"].flatMap { preset in
            ["alternating", "simultaneous"].flatMap { order in
                [1, 2].map { TrainingTask(preset: preset, updateOrder: order, discriminatorSteps: $0) }
            }
        } + families

    /// Classes, conditional batch norm, projection and spectral norm; bottlenecks with a relativistic loss, R1 and R2;
    /// DiffAugment with mirrored data and minibatch standard deviation; ADA with packing.
    private static let families: [TrainingTask] = [
        TrainingTask(
            preset: "sngan-32",
            settings: [
                "conditional=true", "generator.conditioning=both", "image.size=16", "generator.width=4",
                "discriminator.width=4",
            ]),
        TrainingTask(
            preset: "r3gan-32", settings: ["image.size=16", "generator.width=8", "discriminator.width=8"]),
        TrainingTask(
            preset: "dcgan-28",
            settings: [
                "augmentation=diffaugment", "data.flip=true", "discriminator.minibatchStdDev=2", "generator.width=16",
                "discriminator.width=16",
            ]),
        // The probability changes fifteen times, by a tenth.
        TrainingTask(
            preset: "dcgan-28",
            settings: [
                "augmentation=diffaugment", "augmentation.probability=ada", "augmentation.ada.images=640",
                "discriminator.packing=2", "discriminator.norm=none", "generator.width=16", "discriminator.width=16",
            ]),
    ]

    var testDescription: String { "\(preset), \(updateOrder), \(discriminatorSteps) discriminator steps" }

    private var isPlain: Bool { updateOrder == "alternating" && discriminatorSteps == 1 }

    /// What decides the arithmetic: eight small shards, so that eight workers have something to do. All but the
    /// plain tasks have networks of half the width, for time's sake.
    private var recipe: [String] {
        [
            "--preset", preset, "--seed", "7", "--set", "updateOrder=\(updateOrder)", "--set",
            "discriminatorSteps=\(discriminatorSteps)", "--set", "batch.shards=8", "--set", "batch.shardBatch=2",
            // So that the state does not depend on how long the run was meant to be.
            "--set", "generator.optimizer.learningRateSchedule=constant", "--set",
            "discriminator.optimizer.learningRateSchedule=constant",
        ] + settings.flatMap { ["--set", $0] }
            + (isPlain ? [] : ["--set", "generator.width=32", "--set", "discriminator.width=32"])
    }

    /// The arguments of a new run; `checkpointEvery` steps apart a test sees how far it is.
    func arguments(_ run: RunFolder, checkpointEvery: Int = 1000, steps: Int? = nil) -> [String] {
        recipe + [
            "--steps", "\(steps ?? self.steps)", "--run", run.path, "--sample-every", "0", "--checkpoint-every",
            "\(checkpointEvery)",
            // Quick to notice a death, slow to suspect one on a busy machine.
            "--set", "cluster.heartbeatSeconds=0.2", "--set", "cluster.workerTimeoutSeconds=20",
        ]
    }
}
