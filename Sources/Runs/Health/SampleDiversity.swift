/// How much samples differ from each other, to be compared with how much real ones do.
package enum SampleDiversity {
    /// Fewer differences than this tell nothing.
    private static let leastDegrees = 8

    /// The variance among the samples of a class, the mean over elements and classes:
    ///
    ///     v = Σ_c Σ_{i ∈ c} ‖xᵢ − x̄_c‖² / ((n − C) · d)
    ///
    /// for n samples of d elements in C classes: it does not see how the classes differ, which labels alone can bring about.
    ///
    /// - Parameters:
    ///   - samples: [n, d]
    ///   - labels: the class of each; empty for samples without classes.
    /// - Returns: nil where n − C is under 8.
    package static func variance(of samples: [Float], size: Int, labels: [Int] = []) -> Double? {
        let count = samples.count / size
        precondition(labels.isEmpty || labels.count == count, "\(count) samples with \(labels.count) labels")
        let groups = labels.isEmpty ? [Array(0..<count)] : Array(Dictionary(grouping: 0..<count) { labels[$0] }.values)
        let degrees = count - groups.count
        guard degrees >= leastDegrees else { return nil }
        var squares = 0.0
        var (sums, squaresOfGroup) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
        for group in groups where group.count > 1 {
            for element in 0..<size { (sums[element], squaresOfGroup[element]) = (0, 0) }
            // About the first sample, so that equal ones give exactly 0.
            let first = group[0] * size
            for sample in group.dropFirst() {
                for element in 0..<size {
                    let value = Double(samples[sample * size + element]) - Double(samples[first + element])
                    sums[element] += value
                    squaresOfGroup[element] += value * value
                }
            }
            for element in 0..<size {
                squares += max(0, squaresOfGroup[element] - sums[element] * sums[element] / Double(group.count))
            }
        }
        return squares / Double(degrees * size)
    }
}
