import FileFormats
import Foundation
import TensorCore

/// Keeps a share of a data set out of training, for data that have no test part: `data.holdOut`.
///
/// Which samples is fixed by the seed: of a data set with numbered samples the first of a keyed permutation; of a folder the files
/// whose names come first in the order of a keyed hash, so that a file that is added later changes no other file's part.
package struct HeldOutShare: Sendable, Hashable {
    package let share: Double
    package let seed: UInt64

    /// - Parameter share: from 0, for nothing, to under 1.
    package init(_ share: Double, seed: UInt64) {
        (self.share, self.seed) = (share, seed)
    }

    /// How many of `count` samples are held out: at least one, and never all.
    package func count(of count: Int) -> Int {
        guard share > 0, count > 1 else { return 0 }
        return min(count - 1, max(1, Int((share * Double(count)).rounded())))
    }

    /// What is trained on, and what is held out; nil where nothing is.
    package func parts(of source: any SampleSource) throws -> (training: any SampleSource, heldOut: (any SampleSource)?)
    {
        let number = count(of: source.count)
        guard number > 0 else { return (source, nil) }
        if let images = source as? ImageFolderSource { return try parts(of: images, heldOut: number) }
        let order = KeyedPermutation(count: source.count, seed: seed, epoch: Self.epoch, shard: 0)
        return (
            SubsetSource(
                source, name: "\(source.name) less \(number) held out", order: order,
                range: number..<source.count, key: self),
            SubsetSource(source, name: "\(source.name), \(number) held out", order: order, range: 0..<number, key: self)
        )
    }

    private func parts(
        of images: ImageFolderSource, heldOut number: Int
    ) throws -> (training: any SampleSource, heldOut: (any SampleSource)?) {
        let keys = images.list.entries.map { entry in
            var hash = SHA256()
            hash.update("\(seed) \(entry.path.percentEncoded)")
            return hash.hexadecimal
        }
        let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        return (
            try images.selecting(order[number...].sorted(), name: "\(images.name) less \(number) held out"),
            try images.selecting(order[..<number].sorted(), name: "\(images.name), \(number) held out")
        )
    }

    /// No training comes to an epoch of this number.
    private static let epoch = UInt64.max
}

/// Some samples of another data set.
struct SubsetSource: SampleSource {
    let name: String
    let count: Int
    let fingerprint: DatasetFingerprint
    let classes: DatasetClasses?
    private let base: any SampleSource
    private let order: KeyedPermutation
    private let first: Int

    /// - Parameters:
    ///   - order: of all samples of `base`.
    ///   - range: the places in that order that are taken.
    ///   - key: what the order follows from.
    init(_ base: any SampleSource, name: String, order: KeyedPermutation, range: Range<Int>, key: HeldOutShare) {
        (self.base, self.name, self.order, first, count) = (base, name, order, range.lowerBound, range.count)
        var fingerprint = base.fingerprint
        var hash = SHA256()
        hash.update("\(fingerprint.content) \(range) \(key.share) \(key.seed)")
        fingerprint.count = range.count
        fingerprint.content = hash.hexadecimal
        self.fingerprint = fingerprint
        classes = base.classes.map { classes in
            var counts = [Int](repeating: 0, count: classes.count)
            for place in range {
                if let label = base.label(order[place]), counts.indices.contains(label) { counts[label] += 1 }
            }
            return DatasetClasses(names: classes.names, counts: counts)
        }
    }

    var shape: SampleShape { base.shape }

    @discardableResult
    func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) throws -> Int? {
        try base.read(order[first + index], into: sample)
    }

    func label(_ index: Int) -> Int? { base.label(order[first + index]) }
}
