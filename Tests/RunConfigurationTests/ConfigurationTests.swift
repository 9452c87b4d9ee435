import Adversarial
import Foundation
import RunConfiguration
import TestSupport
import Testing

/// A configuration resolves from preset, file and overrides, and what is written is enough to repeat the run.
struct ConfigurationTests {
    @Test(arguments: Preset.allCases, [true, false]) func whatIsWrittenReadsBackEqual(
        preset: Preset, comments: Bool
    ) throws {
        let configuration = Configuration(preset: preset)
        try configuration.validate()
        let yaml = configuration.resolvedYAML(comments: comments)
        #expect(try Configuration(yaml: yaml) == configuration)
        #expect(yaml.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(yaml.contains("# ") == comments)
    }

    @Test func `without a preset the data choose it, unless networks are named`() throws {
        for (entries, preset) in [
            ([], .digits), (["data.source=glyphs"], .digits), (["data.source=mnist:x"], .digits),
            (["data.source=fashion-mnist:x"], .fashion), (["data.source=cifar10:x"], .dcgan32),
            (["data.source=images:x"], .dcgan64), (["data.source=ring-2d"], .ring2D),
            (["architecture=dcgan"], .dcgan28), (["data.source=images:x", "preset=dcgan-32"], .dcgan32),
        ] as [([String], Preset)] {
            let overrides = try entries.map { try ConfigurationOverride(assignment: $0) }
            #expect(try Configuration.resolve(overrides: overrides).preset == preset, "\(entries)")
        }
    }

    @Test func `a penalty's automatic weight follows size and batch`() throws {
        let keys = ["preset=dcgan-64", "loss.r1=auto", "batch.shards=2", "batch.shardBatch=16", "image.size=128"]
        let configuration = try Configuration.resolve(
            overrides: keys.map { try ConfigurationOverride(assignment: $0) })
        let expected: Double = 0.1024  // 0.0002 · 128² / 32
        #expect(abs(configuration.recipe.r1.start - expected) < 1e-12)
        let yaml = configuration.resolvedYAML()
        #expect(yaml.contains("r1: auto"))
        #expect(try Configuration(yaml: yaml) == configuration)
    }

    /// The image presets' settings are those of the PyTorch networks that they are timed against.
    @Test func imagePresetsHaveTheReferenceSettings() {
        for (preset, rate, beta1, shards, batch) in [
            (Preset.lenet28, 2e-3, 0.9, 4, 32), (.mlp28, 2e-4, 0.5, 2, 64), (.dcgan28, 2e-4, 0.5, 4, 32),
            (.dcgan64, 2e-4, 0.5, 4, 16),
        ] {
            let recipe = Configuration(preset: preset).recipe
            for adam in [recipe.generatorOptimizer, recipe.discriminatorOptimizer] {
                #expect(adam == AdamSettings(learningRate: Schedule(rate), beta1: beta1, beta2: 0.999, epsilon: 1e-8))
            }
            #expect(recipe.model == ConfigurationKey.formerArchitectures[preset.rawValue])
            #expect(recipe.model.latentSize == 100)
            #expect((recipe.shards, recipe.shardBatch) == (shards, batch))
            #expect(recipe.loss == .nonSaturating)
        }
        let lenet = Configuration(preset: .lenet28).recipe
        #expect((lenet.pixelMean, lenet.pixelStandardDeviation) == (0.1307, 0.3081))
    }

    @Test func theFileGoesOverThePresetAndOverridesOverTheFile() throws {
        let file = try temporaryFile(
            """
            seed: 7
            generator:
              optimizer: {learningRate: 3.5e-4, beta2: .99}
            # The preset decides what is not given, wherever it stands.
            preset: lenet-28
            """)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let configuration = try Configuration.resolve(
            file: file,
            overrides: [
                ConfigurationOverride(assignment: "generator.optimizer.beta2=0.9"),
                ConfigurationOverride(assignment: " data.source = mnist:some dir/with=signs "),
                ConfigurationOverride(key: "steps", value: "12", origin: "--steps"),
                ConfigurationOverride(key: "steps", value: "13", origin: "--steps"),
            ])
        #expect(configuration.preset == .lenet28)
        #expect(configuration.recipe.model == .lenet28)
        #expect(configuration.recipe.seed == 7)
        #expect(configuration.recipe.generatorOptimizer.learningRate == 3.5e-4)
        #expect(configuration.recipe.generatorOptimizer.beta2 == 0.9)
        #expect(configuration.recipe.generatorOptimizer.beta1 == 0.9)
        #expect(configuration.recipe.discriminatorOptimizer.learningRate == 2e-3)
        #expect(configuration.recipe.steps == 13)
        #expect(configuration.data.source == "mnist:some dir/with=signs")
    }

    @Test func anOverriddenPresetGoesOverTheFilesPreset() throws {
        let file = try temporaryFile("preset: lenet-28\nseed: 3\n")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let configuration = try Configuration.resolve(
            file: file, overrides: [ConfigurationOverride(key: "preset", value: "mlp-28", origin: "--preset")])
        var expected = Configuration(preset: .mlp28)
        expected.recipe.seed = 3
        #expect(configuration == expected)
    }

    @Test func nothingGivesTheDefaultPreset() throws {
        #expect(try Configuration.resolve() == Configuration(preset: .default))
        #expect(try Configuration(yaml: "") == Configuration(preset: .ofFiles))
        #expect(try Configuration(yaml: "# only a comment\ngenerator:\n") == Configuration(preset: .ofFiles))
    }

    /// Anchors and aliases of values, in all places that a configuration has for them; in text, `&` and `*` are letters.
    @Test func valuesMayBeAliases() throws {
        var expected = Configuration(preset: .lenet28)
        for path in [\Recipe.generatorOptimizer, \Recipe.discriminatorOptimizer] {
            expected.recipe[keyPath: path].learningRate = 3e-4
            expected.recipe[keyPath: path].beta1 = 0.25
        }
        for yaml in [
            "generator:\n  optimizer: &o {learningRate: 3e-4, beta1: 0.25}\ndiscriminator:\n  optimizer: *o\n",
            "generator: &g\n  optimizer: &o\n    learningRate: 3e-4\n    beta1: 0.25\ndiscriminator: {optimizer: *o}\n",
            "generator: {optimizer: {learningRate: &lr 3e-4, beta1: &b1 0.25}}\n"
                + "discriminator: {optimizer: {learningRate: *lr, beta1: *b1}}\n",
        ] {
            #expect(try Configuration(yaml: "preset: lenet-28\n" + yaml) == expected)
        }
        let text = try Configuration(yaml: "data: {source: \"images:a *b *b &b &b c\"}")
        #expect(text.data.source == "images:a *b *b &b &b c")
        #expect(try Configuration(yaml: "\u{FEFF}seed:\t3\r\n").recipe.seed == 3)
    }

    /// Numbers keep every bit, and text keeps every letter.
    @Test func awkwardValuesReadBackEqual() throws {
        for rate in [1e-4, 1e-8, 0.1 + 0.2, .leastNonzeroMagnitude, 1.0 / 3, 1e-30, 9.999999999999999, 3e-05] {
            var configuration = Configuration(preset: .dcgan28)
            configuration.recipe.r1 = Schedule(rate)
            #expect(try Configuration(yaml: configuration.resolvedYAML()) == configuration, "\(rate)")
        }
        for folder in [
            "a b", "ünï/çödé", "it's", "\"quoted\"", "back\\slash", "# hash", "a: b", "tab\there", "new\nline", " lead",
            "trail ", "trail:", "[x]", "{y}", "*z", "&w", "!tag", "%p", "@at", "-", "?", "~", "null", "1e3",
            "\u{7F}\u{85}",
            "\u{2028}", "🙂",
        ] {
            var configuration = Configuration(preset: .dcgan28)
            configuration.data.source = "images:\(folder)"
            #expect(try Configuration(yaml: configuration.resolvedYAML()) == configuration, "\(folder)")
        }
        var configuration = Configuration(preset: .dcgan28)
        configuration.recipe.seed = .max
        #expect(try Configuration(yaml: configuration.resolvedYAML()).recipe.seed == .max)
    }

    /// The table reaches every field: a value that is set through a key is read through it, and no other key changes.
    @Test func everyKeySetsItsOwnFieldOnly() throws {
        let values = [
            "preset": "lenet-28", "updateOrder": "simultaneous", "output.stopWhen": "unhealthy", "loss.kind": "hinge",
            "image.size": "48x64",
            "image.channels": "3", "conditional": "true", "generator.norm": "instance", "discriminator.norm": "layer",
            "generator.conditioning": "norm", "dcgan.ends": "convolutional", "loss.relativistic": "true",
            "loss.r2": "0.75",
            "data.source": "mnist:x", "data.onBroken": "skip", "data.ground": "black", "data.holdOut": "0.25",
            "output.keepBest": "frechet",
            "discriminator.optimizer.learningRateSchedule": "linear",
            "emaDecay": "0.25", "emaHalfLife": "0.75", "emaRampUp": "0.75", "generator.optimizer.beta1": "0.25",
            "generator.optimizer.beta2": "0.25",
            "discriminator.optimizer.beta1": "0.25", "discriminator.optimizer.beta2": "0.25",
            "generator.optimizer.epsilon": "0.25", "discriminator.optimizer.epsilon": "0.25",
            "generator.optimizer.learningRate": "0.25", "discriminator.optimizer.learningRate": "0.25",
            "cluster.workerTimeoutSeconds": "33.5", "cluster.coordinatorTimeoutSeconds": "44.5",
            "cluster.heartbeatSeconds": "0.75", "normalization.mean": "0.75", "normalization.standardDeviation": "0.75",
            "loss.r1": "0.75", "loss.gradientPenalty": "0.75", "cluster.keyFile": "keys/own.key",
            "cluster.allowFile": "allowed", "cluster.leaseSeconds": "12.5", "cluster.verify": "0.25",
            "generator.optimizer.clipNorm": "0.75", "discriminator.optimizer.clipNorm": "0.75",
            "data.flip": "true", "augmentation.policy": "color,cutout", "augmentation.probability": "ada",
            "discriminator.minibatchStdDev": "4", "discriminator.packing": "2",
            "start.checkpoint": "a.safetensors", "start.sha256": String(repeating: "ab", count: 32),
        ]
        let base = Configuration(preset: .dcgan28)
        // An architecture brings its norms along, and options belong to one of them.
        for key in ConfigurationKey.all
        where key.path != "architecture" && (key.modelOfOption.map { $0 == "dcgan" } ?? true) {
            let value =
                values[key.path]
                ?? (key.name.hasSuffix("Schedule") ? "cosine" : key.name.hasSuffix("End") ? "0.75" : "17")
            // A digest belongs to a file, a probability to transforms.
            let owners = [
                "start.sha256": "start.checkpoint", "augmentation.probability": "augmentation.policy",
            ]
            let paths = [owners[key.path], key.path].compactMap(\.self)
            let changed = try Configuration.resolve(
                overrides: [ConfigurationOverride(key: "preset", value: "dcgan-28", origin: "--preset")]
                    + paths.map {
                        ConfigurationOverride(key: $0, value: values[$0] ?? value, origin: "--set")
                    })
            #expect(key.value(in: changed) == value)
            guard key.path != "preset" else { continue }
            #expect(changed.keys(differingFrom: base).map(\.path) == paths)
        }
    }

    /// What decides the samples of a folder counts; as it was before there was a choice, it changes no digest.
    @Test func theDigestFollowsWhatDecidesTheSamples() throws {
        var base = Configuration(preset: .dcgan28)
        base.data.source = "images:/photos"
        var skipping = base
        skipping.data.images.onBroken = .skip
        var black = base
        black.data.images.ground = .black
        var elsewhere = base
        elsewhere.data.source = "images:/other"
        var heldOut = base
        heldOut.data.holdOut = 0.1
        #expect(Set([base, skipping, black, heldOut].map(\.recipeDigest)).count == 4)
        #expect(elsewhere.recipeDigest == base.recipeDigest)
    }

    @Test func aBatchOfAFolderFitsIntoOneMessage() {
        let overrides = [
            ("data.source", "images:photos"), ("batch.shards", "64"), ("batch.shardBatch", "1024"),
        ].map { ConfigurationOverride(key: $0.0, value: $0.1, origin: "--set") }
        let error = #expect(throws: RunError.self) { try Configuration.resolve(overrides: overrides) }
        #expect(error?.description.contains("at most 32768 samples, got 65536") == true)
    }

    @Test func theDigestFollowsTheArithmeticAlone() throws {
        let base = Configuration(preset: .dcgan28)
        var other = base
        other.output.keep = 9
        other.output.stopWhen = .collapsed
        other.cluster.workers = 5
        other.recipe.steps = 5000
        #expect(other.recipeDigest == base.recipeDigest)
        other.recipe.seed = 1
        #expect(other.recipeDigest != base.recipeDigest)
        var (here, there) = (base, base)
        here.data.source = "mnist:here"
        there.data.source = "mnist:there"
        #expect(here.recipeDigest == there.recipeDigest)
        #expect(here.recipeDigest != base.recipeDigest)
        var (short, long) = (base, base)
        short.recipe.generatorOptimizer.learningRate.shape = .linear
        long.recipe.generatorOptimizer.learningRate.shape = .linear
        #expect(short.recipeDigest == long.recipeDigest)
        long.recipe.steps += 1
        #expect(short.recipeDigest != long.recipeDigest)
    }

    /// Mirrored data are other data, whatever the preset says of them.
    @Test func theDigestFollowsWhatTheDiscriminatorSees() throws {
        let base = Configuration(preset: .dcgan28)
        let changed = try [
            ["data.flip=true"], ["augmentation=diffaugment"], ["augmentation=color"],
            ["augmentation=diffaugment", "augmentation.probability=0.5"],
            ["augmentation=diffaugment", "augmentation.probability=ada"],
            ["augmentation=diffaugment", "augmentation.probability=ada", "augmentation.ada.images=1000"],
            ["discriminator.packing=2"], ["discriminator.minibatchStdDev=4"],
        ].map { try base.with($0.map { try ConfigurationOverride(assignment: $0) }) }
        #expect(Set((changed + [base]).map(\.recipeDigest)).count == changed.count + 1)
    }

    /// The section's name stands for its policy, in a file and on the command line.
    @Test func augmentationIsItsPolicy() throws {
        for (text, transforms, written) in [
            ("none", [], "none"), ("diffaugment", Augmentation.Transform.allCases, "diffaugment"),
            ("cutout,color", [.color, .cutout], "color,cutout"), ("translation", [.translation], "translation"),
            ("color, translation, cutout", Augmentation.Transform.allCases, "diffaugment"),
        ] as [(String, [Augmentation.Transform], String)] {
            let short = try Configuration(yaml: "augmentation: \(text)")
            let long = try Configuration(yaml: "augmentation:\n  policy: \(text)\n  ada:\n    images: 500000")
            let flag = try Configuration.resolve(overrides: [
                try ConfigurationOverride(assignment: "preset=dcgan-28"),
                try ConfigurationOverride(assignment: "augmentation=\(text)"),
            ])
            #expect(short == long && long == flag)
            #expect(short.recipe.augmentation == Augmentation(Set(transforms)))
            #expect(short.recipe.augmentation.policy == written)
        }
    }

    @Test func foldersBecomeAbsolute() throws {
        var configuration = Configuration(preset: .dcgan28)
        #expect(try configuration.withAbsolutePaths() == configuration)
        configuration.data.source = "mnist:some/folder"
        let absolute = try configuration.withAbsolutePaths()
        #expect(absolute.data.source == "mnist:\(FileManager.default.currentDirectoryPath)/some/folder")
        #expect(try absolute.dataset().folder?.hasPrefix("/") == true)
    }

    /// A preset's options of its own family give way; those that are asked for do not.
    @Test(arguments: Preset.allCases.filter { $0 != .ring2D && $0 != .grid2D }, ["dcgan", "resnet", "perceptron"])
    func everyImagePresetTakesEveryFamily(_ preset: Preset, _ family: String) throws {
        func overrides(_ values: [(String, String)]) -> [ConfigurationOverride] {
            values.map { ConfigurationOverride(key: $0.0, value: $0.1, origin: "--set") }
        }
        let configuration = try Configuration.resolve(
            overrides: overrides([("preset", preset.rawValue), ("architecture", family)]))
        #expect(configuration.recipe.model.model == family)
        #expect(configuration.recipe.model.options.keys.allSatisfy { $0.hasPrefix("\(family).") })
        #expect(throws: RunError.self) {
            try Configuration.resolve(
                overrides: overrides([
                    ("preset", preset.rawValue), ("architecture", family),
                    family == "resnet" ? ("dcgan.ends", "linear") : ("resnet.blocks", "3"),
                ]))
        }
    }

    @Test func theListHasALinePerPreset() {
        let lines = Preset.list.split(separator: "\n")
        #expect(lines.count == Preset.allCases.count)
        for (line, preset) in zip(lines, Preset.allCases) { #expect(line.hasPrefix(preset.rawValue)) }
    }
}
