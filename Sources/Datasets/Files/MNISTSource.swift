import FileFormats

/// MNIST (LeCun, Cortes and Burges) or what comes in its format, such as Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017):
/// IDX files of gray images and of labels, plain or gzip. The whole set is kept in memory as bytes.
package struct MNISTSource: SampleSource {
    package let name: String
    package let count: Int
    package let shape: SampleShape
    package let fingerprint: DatasetFingerprint
    private let pixels: ArraySlice<UInt8>
    /// Nil where the folder has images alone.
    private let labels: ArraySlice<UInt8>?

    /// Opens the set in `folder`: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-` for the test set,
    /// each with or without `.gz`, or as `MNISTFiles` finds them. Images alone are a set without classes.
    ///
    /// - Parameters:
    ///   - title: the set in words.
    ///   - fetchName: its name for `ganglion data fetch`, for the message when files are missing.
    /// - Throws: `DatasetError` when a file is missing, broken or of the wrong sort, or the two do not fit together.
    package init(
        folder: String, split: DatasetSplit, title: String = "MNIST", fetchName: String = "mnist"
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
        fingerprint = DatasetFingerprint(count: count, shape: shape, content: hash.hexadecimal)
    }

    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) {
        let size = shape.elementCount
        pixels.withUnsafeBufferPointer { pixels in
            Pixel.convert(UnsafeBufferPointer(rebasing: pixels[index * size..<(index + 1) * size]), into: sample)
        }
    }

    package func label(_ index: Int) -> Int? {
        labels.map { Int($0[$0.startIndex + index]) }
    }
}
