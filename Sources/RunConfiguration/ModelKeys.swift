import Adversarial

// The keys that choose the networks.
extension ConfigurationKey {
    /// A model by its name. What the model does not say otherwise is as it recommends.
    static func architecture(_ path: String, _ summary: String) -> ConfigurationKey {
        let names = ModelRegistry.all.map(\.name)
        return ConfigurationKey(
            path: path, summary: summary, expectation: "one of \(names.joined(separator: ", "))", choices: names,
            isNumber: false,
            read: { $0.recipe.model.model },
            assign: { configuration, text in
                if let known = formerArchitectures[text] {
                    // What once was an architecture is now a family with settings.
                    var model = known
                    model.latentSize = configuration.recipe.model.latentSize
                    model.generatorWidth = configuration.recipe.model.generatorWidth
                    model.discriminatorWidth = configuration.recipe.model.discriminatorWidth
                    configuration.recipe.model = model
                    return true
                }
                guard let model = ModelRegistry.model(named: text) else { return false }
                guard configuration.recipe.model.model != text else { return true }
                configuration.recipe.model.model = text
                // A preset's options of another model are not the user's.
                configuration.recipe.model.options = configuration.recipe.model.options.filter {
                    $0.key.hasPrefix("\(text).")
                }
                configuration.recipe.model.generatorNorm = model.norms.generator
                configuration.recipe.model.discriminatorNorm = model.norms.discriminator
                return true
            })
    }

    /// Values of `architecture` that runs have which were made before there were families.
    package static let formerArchitectures: [String: ModelSettings] = [
        "lenet-28": .lenet28, "mlp-28": .mlp28, "dcgan-28": .dcgan28, "dcgan-64": .dcgan64, "plane-2d": .points2D,
    ]

    /// `128`, or `64x48` for width by height.
    static func imageSize(_ path: String, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            path: path, summary: summary, expectation: "a side, such as 128, or width x height, such as 64x48",
            choices: [], isNumber: false,
            read: { $0.recipe.model.imageSize },
            assign: { configuration, text in
                let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map {
                    Int(String($0).trimmingSpaces) ?? 0
                }
                guard (1...2).contains(sides.count), sides.allSatisfy({ 1...4096 ~= $0 }) else { return false }
                configuration.recipe.model.imageWidth = sides[0]
                configuration.recipe.model.imageHeight = sides[sides.count - 1]
                return true
            })
    }

    /// An option of one model: `resnet.blocks`.
    static func option(_ option: ModelOption, of model: String) -> ConfigurationKey {
        let path = "\(model).\(option.name)"
        let (choices, expectation): ([String], String) =
            switch option.values {
            case .choice(let choices): (choices, "one of \(choices.joined(separator: ", "))")
            case .integer(let range): ([], "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        return ConfigurationKey(
            path: path, summary: option.summary, expectation: expectation, choices: choices,
            isNumber: choices.isEmpty,
            read: { $0.recipe.model.options[path] ?? option.defaultValue },
            assign: { configuration, text in
                switch option.values {
                case .choice(let choices): guard choices.contains(text) else { return false }
                case .integer(let range): guard let value = Int(text), range.contains(value) else { return false }
                }
                configuration.recipe.model.options[path] = text == option.defaultValue ? nil : text
                return true
            })
    }

    /// The model that the key is an option of; nil for any other key.
    package var modelOfOption: String? {
        guard let model = ModelRegistry.model(named: section), model.options.contains(where: { $0.name == name }) else {
            return nil
        }
        return model.name
    }
}
