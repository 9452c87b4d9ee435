import Datasets

/// A number of samples of a data set, taken at even distances.
package struct EvenSamples: Sendable {
    /// How many: as asked for, or all.
    package let count: Int
    private let sourceCount: Int

    package init(of source: any SampleSource, count: Int) {
        sourceCount = source.count
        self.count = min(count, source.count)
    }

    /// The index in the data set of the sample at `place`, from 0 to count − 1.
    package func index(_ place: Int) -> Int { place * sourceCount / count }
}
