import FileFormats
import TensorCore

/// Which part of a data set: what is trained on, or what is kept from training.
package enum DatasetSplit: String, Sendable, CaseIterable, Hashable {
    case train
    case test
}

/// What tells two data sets apart. Workers with another fingerprint than the coordinator's are refused.
package struct DatasetFingerprint: Hashable, Sendable, CustomStringConvertible {
    package var count: Int
    package var shape: SampleShape
    /// A SHA-256 in hexadecimal over what the samples are made of.
    package var content: String
    /// nil where the data set has no classes.
    package var classes: ClassFingerprint?

    package init(count: Int, shape: SampleShape, content: String, classes: ClassFingerprint?) {
        self.count = count
        self.shape = shape
        self.content = content
        self.classes = classes
    }

    /// Equal texts are equal fingerprints.
    package var description: String { withoutClasses + (classes.map { ", \($0)" } ?? "") }

    /// As releases wrote it that knew no classes.
    package var withoutClasses: String { "\(count) samples, \(shape), \(content)" }
}

/// A data set with random access: sample `index` is the same whoever reads it and whenever.
package protocol SampleSource: Sendable {
    /// The data set in words, for a person: "MNIST, training set".
    var name: String { get }
    /// The number of samples of an epoch.
    var count: Int { get }
    var shape: SampleShape { get }
    var fingerprint: DatasetFingerprint { get }
    /// The classes, or nil where the data set has none. May count the labels of all samples.
    var classes: DatasetClasses? { get }

    /// The most bytes of samples that it keeps in memory.
    var keptBytes: Int { get }

    /// Writes sample `index` (0 to count − 1) into `sample`, which has `shape.elementCount` elements: for images the
    /// pixels in [0, 1], [height, width, channels]; for points the coordinates. May be called on any thread.
    ///
    /// - Returns: the class of what was read, from 0, or nil where the data set has none. It is not that of `index` where
    ///   another sample stands in.
    /// - Throws: `DatasetError` when the sample cannot be read.
    @discardableResult
    func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) throws -> Int?

    /// The class of sample `index`, from 0, or nil where the data set has none.
    func label(_ index: Int) -> Int?
}

extension SampleSource {
    /// None: samples that are computed.
    package var keptBytes: Int { 0 }

    /// Sample `index` as an array; see `read(_:into:)`.
    package func sample(_ index: Int) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
            let sample = UnsafeMutableBufferPointer(rebasing: buffer[..<shape.elementCount])
            sample.initialize(repeating: 0)
            try read(index, into: sample)
            count = sample.count
        }
    }
}

/// The 256 values of a pixel: byte / 255.
enum Pixel {
    static let unit: [Float] = (0..<256).map { Float($0) / 255 }

    static func convert(_ bytes: UnsafeBufferPointer<UInt8>, into sample: UnsafeMutableBufferPointer<Float>) {
        unit.withUnsafeBufferPointer { unit in
            for index in bytes.indices { sample[index] = unit[Int(bytes[index])] }
        }
    }
}
