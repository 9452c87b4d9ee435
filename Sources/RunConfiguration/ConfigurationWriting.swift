import FileFormats

extension Configuration {
    /// The whole configuration as YAML; reading it gives an equal configuration.
    ///
    /// - Parameter comments: with what each key means and takes, above it.
    package func resolvedYAML(comments: Bool = true) -> String {
        var lines = comments ? ["# \(preset.rawValue): every value of the run, as resolved. Enough to repeat it."] : []
        var open: [Substring] = []
        for key in ConfigurationKey.all where !key.isOfAnotherModel(self) {
            let sections = key.section.split(separator: ".")
            let common = zip(open, sections).prefix { $0 == $1 }.count
            if comments, sections.first != open.first || sections.isEmpty { lines.append("") }
            for (level, section) in sections.enumerated().dropFirst(common) {
                lines.append(indent(level) + "\(section):")
            }
            open = sections
            if comments { lines.append(contentsOf: comment(on: key, level: sections.count)) }
            lines.append(indent(sections.count) + "\(key.name): \(key.value(in: self))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The SHA-256 of all that decides the arithmetic: a checkpoint belongs to the configurations with its digest.
    ///
    /// Of the data its kind counts, not the folder that it lies in (workers compare the data itself by its fingerprint);
    /// Of a start its content counts, not its place; a run that begins with untrained networks has the digest that it had
    /// before there were others. `steps` counts only where a learning rate decays over them, so that a run can be made longer.
    package var recipeDigest: String {
        let normalized = withoutFreeSteps
        var hash = SHA256()
        for key in ConfigurationKey.all where key.decidesArithmetic && !key.isOfAnotherModel(self) {
            hash.update("\(key.path)=\(key.value(in: normalized))\n")
        }
        hash.update("data=\(data.source.prefix { $0 != ":" })\n")
        // What decides the samples counts where it is not as it was before there was a choice.
        let plain = Configuration(preset: preset)
        for key in keys(differingFrom: plain) where key.decidesSamples {
            hash.update("\(key.path)=\(key.value(in: self))\n")
        }
        if let start = start.sha256 { hash.update("start.sha256=\(start)\n") }
        return hash.hexadecimal
    }

    /// The same with `steps` 1 where nothing changes over them: they then decide nothing but the run's length.
    package var withoutFreeSteps: Configuration {
        var normalized = self
        if !recipe.isScheduled { normalized.recipe.steps = 1 }
        return normalized
    }

    /// The keys whose values differ from those of `other`.
    package func keys(differingFrom other: Configuration) -> [ConfigurationKey] {
        ConfigurationKey.all.filter { $0.value(in: self) != $0.value(in: other) }
    }

    private func indent(_ level: Int) -> String { String(repeating: "  ", count: level) }

    private func comment(on key: ConfigurationKey, level: Int) -> [String] {
        let text =
            key.choices.isEmpty || key.isNumber
            ? key.summary : "\(key.summary.dropLast()): \(key.choices.joined(separator: ", "))."
        let prefix = indent(level) + "# "
        var lines: [String] = []
        var line = prefix
        for word in text.split(separator: " ") {
            if line.count + word.count > 100, line != prefix {
                lines.append(line.trimmingTrailingSpace)
                line = prefix
            }
            line += word + " "
        }
        return lines + [line.trimmingTrailingSpace]
    }
}

extension ConfigurationKey {
    /// Whether the key is an option of a model that a configuration does not train.
    package func isOfAnotherModel(_ configuration: Configuration) -> Bool {
        modelOfOption.map { $0 != configuration.recipe.model.model } ?? false
    }

    /// Whether another value gives other samples of the same data, and so other parameters.
    package var decidesSamples: Bool { section == "data" && name != "source" && !decidesArithmetic }

    /// Whether another value gives other parameters, whatever the data are.
    package var decidesArithmetic: Bool {
        let others: Set<Substring> = ["preset", "start", "data", "output", "cluster"]
        return path == "data.flip" || !others.contains(path.prefix { $0 != "." })
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: String { hasSuffix(" ") ? String(dropLast()) : self }
}
