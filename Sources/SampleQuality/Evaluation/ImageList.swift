import Datasets
import FileFormats
import RunConfiguration

/// Images, or points, that are read in any order: samples of a data set, or of a generator.
package struct ImageList {
    /// In words: "MNIST, test set".
    package let name: String
    package let count: Int
    /// Reads some in a row: pixels from 0 to 1, [count, height, width, channels], or points in the data's unit.
    package let read: (Range<Int>) throws -> [Float]
    /// The class of each; nil where there are none.
    package let label: ((Int) -> Int?)?

    package init(
        name: String, count: Int, label: ((Int) -> Int?)? = nil, read: @escaping (Range<Int>) throws -> [Float]
    ) {
        (self.name, self.count, self.read, self.label) = (name, count, read, label)
    }

    /// Samples of a data set.
    ///
    /// - Parameter index: where the sample of a place is in the data set.
    package init(_ source: any SampleSource, count: Int, index: @escaping (Int) -> Int) {
        self.init(name: source.name, count: count, label: { source.label(index($0)) }) { range in
            var values = [Float](repeating: 0, count: range.count * source.shape.elementCount)
            let size = source.shape.elementCount
            try values.withUnsafeMutableBufferPointer { values in
                for (place, sample) in range.enumerated() {
                    try source.read(
                        index(sample),
                        into: UnsafeMutableBufferPointer(rebasing: values[place * size..<(place + 1) * size]))
                }
            }
            return values
        }
    }

    /// Some of a data set, evenly spread.
    package init(evenlyFrom source: any SampleSource, count: Int) {
        let samples = EvenSamples(of: source, count: count)
        self.init(source, count: samples.count, index: samples.index)
    }

    /// The first ones.
    package func prefix(_ count: Int) -> ImageList {
        ImageList(name: name, count: min(count, self.count), label: label, read: read)
    }
}
