/// A figure of samples, with how sure it is.
package struct Figure: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case frechetDistance, kernelDistance, precision, recall, density, coverage, classifierScore, classDivergence
        case memorisation

        /// What a report calls it.
        package var title: String {
            switch self {
            case .frechetDistance: "Fréchet distance"
            case .kernelDistance: "kernel distance × 1000"
            case .precision: "precision"
            case .recall: "recall"
            case .density: "density"
            case .coverage: "coverage"
            case .classifierScore: "classifier score"
            case .classDivergence: "classes, KL"
            case .memorisation: "memorisation"
            }
        }

        /// What a value is shown times: kernel distances are small.
        package var scale: Double { self == .kernelDistance ? 1000 : 1 }

        /// Digits behind the point of a value that is shown: of a Fréchet distance, whose unit is the features', three that count.
        package func digits(of value: Double) -> Int {
            guard self == .frechetDistance else { return self == .classifierScore ? 2 : 3 }
            var (digits, rest) = (2, abs(value))
            while rest > 0, rest < 1, digits < 6 {
                rest *= 10
                digits += 1
            }
            return digits
        }
    }

    package let kind: Kind
    package let value: Double
    /// 95 % by bootstrap.
    package let interval: Bootstrap.Interval?
    /// Over subsets, of the kernel distance.
    package let deviation: Double?

    package init(_ kind: Kind, _ value: Double, interval: Bootstrap.Interval? = nil, deviation: Double? = nil) {
        (self.kind, self.value, self.interval, self.deviation) = (kind, value, interval, deviation)
    }

    /// "12.34  11.90 to 12.80", without the interval where there is none.
    package var text: (value: String, spread: String) {
        let digits = kind.digits(of: value * kind.scale)
        func fixed(_ number: Double) -> String { ReportNumber.fixed(number * kind.scale, digits) }
        let spread =
            interval.map { "\(fixed($0.lower)) to \(fixed($0.upper))" } ?? deviation.map { "± \(fixed($0))" } ?? ""
        return (fixed(value), spread)
    }
}

/// Encoded as `{"value": 1.5, "interval": [1.4, 1.6], "deviation": 0.1}`.
extension Figure: Encodable {
    private enum CodingKeys: String, CodingKey { case value, interval, deviation }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value, forKey: .value)
        try container.encodeIfPresent(interval.map { [$0.lower, $0.upper] }, forKey: .interval)
        try container.encodeIfPresent(deviation, forKey: .deviation)
    }
}
