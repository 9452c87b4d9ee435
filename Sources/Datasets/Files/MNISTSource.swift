import FileFormats

/// MNIST (LeCun, Cortes and Burges) or what comes in its format, such as Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017):
/// IDX files of gray images and of labels, plain or gzip. The whole set is kept in memory as bytes.
package struct MNISTSource: SampleSource {
    /// "0" to "9".
    package static let digits = (0..<10).map(String.init)
    /// The classes of Fashion-MNIST.
    package static let garments = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    package let name: String
    package let count: Int
    package let shape: SampleShape
    package let fingerprint: DatasetFingerprint
    package let classes: DatasetClasses?
    private let pixels: ArraySlice<UInt8>
    /// Nil where the folder has images alone.
    private let labels: ArraySlice<UInt8>?

    /// Opens the set in `folder`: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-` for the test set,
    /// each with or without `.gz`, or as `MNISTFiles` finds them. Images alone are a set without classes.
    ///
    /// - Parameters:
    ///   - title: the set in words.
    ///   - fetchName: its name for `ganglion data fetch`, for the message when files are missing.
    ///   - classNames: the names of its classes; a class beyond them has its number for a name.
    /// - Throws: `DatasetError` when a file is missing, broken or of the wrong sort, or the two do not fit together.
    package init(
        folder: String, split: DatasetSplit, title: String = "MNIST", fetchName: String = "mnist",
        classNames: [String] = MNISTSource.digits
    ) throws {
        let (files, images, labels) = try DatasetError.wrapping {
            let folder = DataFolder(folder, fetchName: fetchName)
            try folder.check()
            let files = try MNISTFiles(in: folder, split: split)
            let images = try IDXFile(files.images, role: .images)
            return (files, images, try files.labels.map { try IDXFile($0, role: .labels) })
        }
        if let labels, images.dimensions[0] != labels.dimensions[0] {
            throw DatasetError(
                .data,
                "\(labels.path): the labels are not those of the images; expected \(images.dimensions[0]) labels for "
                    + "\(images.path), got \(labels.dimensions[0]); fetch both files again")
        }
        name =
            "\(title), \(split == .train ? "training set" : "test set")" + (labels == nil ? " without labels" : "")
            + (files.note.map { " (\($0))" } ?? "")
        count = images.dimensions[0]
        shape = .image(height: images.dimensions[1], width: images.dimensions[2], channels: 1)
        pixels = images.elements
        self.labels = labels?.elements
        var hash = SHA256()
        images.elements.withUnsafeBytes { hash.update($0) }
        labels?.elements.withUnsafeBytes { hash.update($0) }
        classes = labels.map { DatasetClasses(names: classNames, labels: $0.elements.lazy.map(Int.init)) }
        // The content holds the labels.
        fingerprint = DatasetFingerprint(
            count: count, shape: shape, content: hash.hexadecimal,
            classes: classes.map { ClassFingerprint(names: $0.names) })
    }

    package var keptBytes: Int { pixels.count + (labels?.count ?? 0) }

    @discardableResult
    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Int? {
        let size = shape.elementCount
        pixels.withUnsafeBufferPointer { pixels in
            Pixel.convert(UnsafeBufferPointer(rebasing: pixels[index * size..<(index + 1) * size]), into: sample)
        }
        return label(index)
    }

    package func label(_ index: Int) -> Int? {
        labels.map { Int($0[$0.startIndex + index]) }
    }
}
