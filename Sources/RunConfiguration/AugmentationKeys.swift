import Adversarial

// The keys that say what the discriminator sees.
extension ConfigurationKey {
    static let augmentation: [ConfigurationKey] = [
        policy(
            "augmentation.policy",
            "What is done to real and fake images before the discriminator sees them: none, diffaugment, or some of its transforms, such as color,cutout."
        ),
        probability(
            "augmentation.probability",
            "With which probability each transform is applied to an image; ada adapts it to how much the discriminator overfits."
        ),
        .integer(
            "augmentation.ada.images", .at(\.recipe.augmentation.adaptiveImages), 1...1_000_000_000,
            "Real images in which ada can bring the probability from 0 to 1."),
    ]

    static let decision: [ConfigurationKey] = [
        .integer(
            "discriminator.minibatchStdDev", .at(\.recipe.model.minibatchStdDev), 0...1024,
            "Images of a group whose deviation the discriminator's last layers get as one more channel, 4 is usual; 0 for none."
        ),
        .integer(
            "discriminator.packing", .at(\.recipe.model.packing), 1...64,
            "Samples of a shard on which the discriminator decides at once, packed over the channels (PacGAN)."),
    ]

    private static func policy(_ path: String, _ summary: String) -> ConfigurationKey {
        let transforms = Augmentation.Transform.allCases.map(\.rawValue)
        return ConfigurationKey(
            path: path, summary: summary,
            expectation: "none, diffaugment, or some of \(transforms.joined(separator: ", ")) with commas between",
            choices: [], isNumber: false,
            read: { $0.recipe.augmentation.policy },
            assign: { configuration, text in
                guard let transforms = Augmentation.transforms(policy: text) else { return false }
                configuration.recipe.augmentation.transforms = transforms
                return true
            })
    }

    private static func probability(_ path: String, _ summary: String) -> ConfigurationKey {
        let adaptive = "ada"
        let interval = Interval.from(0, to: 1)
        return ConfigurationKey(
            path: path, summary: summary, expectation: "\(interval.words), or \(adaptive)", choices: [],
            isNumber: false,
            read: {
                switch $0.recipe.augmentation.probability {
                case .fixed(let probability): YAMLScalar.text(of: probability)
                case .adaptive: adaptive
                }
            },
            assign: { configuration, text in
                if text == adaptive {
                    configuration.recipe.augmentation.probability = .adaptive
                    return true
                }
                guard let value = YAMLScalar.number(text), interval.contains(value) else { return false }
                configuration.recipe.augmentation.probability = .fixed(value)
                return true
            })
    }
}
