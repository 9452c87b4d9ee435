import Foundation

extension EvaluationReport {
    /// Fewer samples than this, and a Fréchet distance comes out clearly too large.
    package static let manySamples = 2000

    /// The report for a person.
    package var text: String {
        var lines = heading + [""]
        lines += scoreLines
        if let figures { lines += figureLines(figures) }
        if let modes, let modesCovered {
            lines.append("  modes covered                \(modesCovered) of \(modes)")
            if let highQualityShare {
                lines.append(
                    "  of high quality         " + String(format: "%8.1f %%", highQualityShare * 100)
                        + "   within 3σ of a mode")
            }
            if let modesDivergence {
                lines.append(
                    "  modes, KL               " + String(format: "%8.3f", modesDivergence) + "   to even ones")
            }
        }
        return lines.joined(separator: "\n")
    }

    private var unit: String { isOfPoints ? "points" : "images" }

    private var heading: [String] {
        let count = "\(samples) \(samples == 1 ? String(unit.dropLast()) : unit)"
        let real = "\(referenceSamples) of \(data)"
        if let samplesFrom { return ["\(count) of \(samplesFrom)", "against \(real)"] + comparison }
        return [
            "\(preset ?? ""), step \(step ?? 0): \(checkpoint ?? "")",
            "\(samples) generated \(samples == 1 ? String(unit.dropLast()) : unit) "
                + "(\(movingAverage == true ? "moving average" : "parameters themselves"), seed \(seed ?? 0)) "
                + "against \(real)",
        ] + comparison
    }

    private var comparison: [String] {
        comparedWith == "training"
            ? ["no \(unit) are held out: these are compared with training \(unit) (data.holdOut keeps some out)"] : []
    }

    private var scoreLines: [String] {
        guard checkpoint != nil else { return [] }
        var lines: [String] = []
        func add(_ name: String, _ number: Double?, note: String? = nil) {
            let figure = number.map { ReportNumber.fixed($0, 4) } ?? "not finite"
            lines.append(
                "  " + Self.padded(name, 24) + Self.padded(figure, -10) + (note.map { "   \($0)" } ?? ""))
        }
        let isProbability = valueFunction != nil
        if isProbability {
            add("V(D,G)", valueFunction, note: "-1.3863 = -log 4 where D cannot tell real from generated")
        }
        if let scoreDifference {
            add("D(x)-D(G(z))", scoreDifference, note: "mean difference of scores")
        } else {
            add("D(x)", realScore, note: isProbability ? nil : "mean score")
            add("D(G(z))", fakeScore, note: isProbability ? nil : "mean score")
        }
        add("discriminator's loss", discriminatorLoss)
        add("generator's loss", generatorLoss)
        return lines
    }

    private func figureLines(_ figures: [String: ComparedFigure]) -> [String] {
        var lines: [String] = []
        if let features {
            lines += [
                "", "  by \(features.name) features, \(features.dimensions) dimensions (\(features.identity))", "",
                "  " + Self.padded("", 24) + Self.padded("generated", -10) + "   " + Self.padded("95 %", 18)
                    + Self.padded("training", -10) + "   95 %",
            ]
        }
        for kind in Figure.Kind.allCases {
            if let figure = figures[kind.rawValue] {
                let (own, floor) = (figure.generated.text, figure.training?.text)
                var line =
                    "  " + Self.padded(kind.title, 24) + Self.padded(own.value, -10) + "   "
                    + Self.padded(own.spread, 18) + Self.padded(floor?.value ?? "", -10) + "   " + (floor?.spread ?? "")
                while line.hasSuffix(" ") { line.removeLast() }
                lines.append(line)
            } else if let reason = leftOut?[kind.rawValue] {
                lines.append("  " + Self.padded(kind.title, 24) + "left out: \(reason)")
            }
        }
        lines += [""] + notes
        return lines
    }

    private var notes: [String] {
        var notes: [String] = []
        if let floorSamples {
            notes.append("  training: \(floorSamples) real training images in the generated ones' place")
        }
        if let trainingSamples, figures?[Figure.Kind.memorisation.rawValue] != nil {
            notes.append(
                "  memorisation: distance to the nearest of \(trainingSamples) training images, over that of held-out images"
            )
        }
        let fewest = min(samples, referenceSamples)
        if fewest < Self.manySamples {
            notes.append(
                "  \(fewest) images only: fewer than \(Self.manySamples) make distances larger; compare figures of as many"
            )
        }
        return notes
    }

    /// A text of a width at least; a negative one puts the spaces first.
    private static func padded(_ text: String, _ width: Int) -> String {
        let space = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? space + text : text + (space.isEmpty && width > 0 ? " " : space)
    }
}
