/// Intervals by resampling (Efron, "Bootstrap methods: another look at the jackknife", 1979).
package enum Bootstrap {
    package static let resamples = 400

    /// The bounds of an interval.
    package struct Interval: Sendable, Equatable {
        package var lower: Double
        package var upper: Double

        package init(lower: Double, upper: Double) {
            (self.lower, self.upper) = (lower, upper)
        }
    }

    /// The interval that holds 95 % of the resampled values, moved so that their mean falls on the estimate: resamples hold
    /// duplicates, which shifts figures such as a Fréchet distance all the same way.
    ///
    /// - Parameter least: no bound is below it; where a figure has none, −∞.
    /// - Returns: nil where a resampled value is not finite.
    package static func interval(_ estimate: Double, resampled: [Double], least: Double = 0) -> Interval? {
        guard !resampled.isEmpty, estimate.isFinite, resampled.allSatisfy(\.isFinite) else { return nil }
        let sorted = resampled.sorted()
        let shift = estimate - mean(resampled)
        return Interval(
            lower: max(least, quantile(sorted, 0.025) + shift), upper: max(least, quantile(sorted, 0.975) + shift))
    }

    /// Of the mean of `values`, each of which belongs to a sample.
    package static func interval(ofMean values: [Double], seed: UInt64) -> Interval? {
        guard !values.isEmpty else { return nil }
        let resampled = resampled(values.count, resamples: resamples, seed: seed) { indices in
            var sum = 0.0
            for index in indices { sum += values[index] }
            return sum / Double(indices.count)
        }
        return interval(mean(values), resampled: resampled)
    }

    /// A figure of samples drawn with replacement, as many as there are.
    package static func resampled(
        _ count: Int, resamples: Int, seed: UInt64, _ figure: @Sendable ([Int]) -> Double
    ) -> [Double] {
        Parallel.map(resamples) { resample in
            var generator = SampleGenerator(seed: seed, step: UInt64(resample))
            return figure((0..<count).map { _ in generator.index(below: count) })
        }
    }

    /// By linear interpolation between the two nearest of sorted values (NumPy's default).
    package static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let low = Int(place.rounded(.down))
        let high = min(sorted.count - 1, low + 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }

    package static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}
