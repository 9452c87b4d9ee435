import FileFormats
import Foundation

/// A folder of PNG and JPEG images, with all its subfolders, in the order of their paths. Each image is resized so that
/// its shorter side fits, and cropped at the centre. Where all images lie in subfolders, these are the classes.
///
/// Images are decoded when they are first read. The decoded bytes are kept until the cache is full; what does not fit is
/// decoded again each time.
package struct ImageFolderSource: SampleSource {
    package let name: String
    package let shape: SampleShape
    package let fingerprint: DatasetFingerprint
    /// What the folder holds, and what of it is left out.
    package let scan: ImageScan
    private let labels: [Int]?
    private let cache: ImageCache

    /// Opens `folder`; its list of files is read, and the beginning of each file.
    ///
    /// - Parameters:
    ///   - split: where the folder has the subfolders `train` and `test`, one of them; else the whole folder for both.
    ///   - cacheSize: the most bytes of decoded images that are kept.
    /// - Throws: `DatasetError` when the folder is missing or holds no image, or a file is no PNG or JPEG.
    package init(
        folder: String, height: Int, width: Int, channels: Int, split: DatasetSplit = .train,
        cacheSize: Int = 256 << 20
    ) throws {
        try DatasetError.wrapping { try DataFolder(folder, fetchName: nil).check() }
        scan = try DatasetError.wrapping { try ImageScan(folder: folder, split: split) }
        guard !scan.files.isEmpty else {
            throw DatasetError(
                .data, "\(folder): there is no image; expected files that end in .png, .jpg or .jpeg, got none")
        }
        labels = ImageFolderSource.labels(scan.files.map(\.path))
        shape = .image(height: height, width: width, channels: channels)
        name = "images in \(scan.folder)" + (split == .test && !scan.hasSplits ? " (none are held out)" : "")
        cache = ImageCache(count: scan.files.count, imageSize: shape.elementCount, limit: cacheSize)
        let scan = scan
        let content = try DatasetError.wrapping { try ImageFolderSource.contentHash(scan) }
        fingerprint = DatasetFingerprint(count: scan.files.count, shape: shape, content: content)
    }

    package var count: Int { scan.files.count }

    package func label(_ index: Int) -> Int? { labels?[index] }

    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) throws {
        if cache.read(index, into: sample) { return }
        let bytes = try decode(index)
        bytes.withUnsafeBufferPointer { Pixel.convert($0, into: sample) }
        cache.keep(bytes, at: index)
    }

    /// Decodes every image once, so that a broken one is found before a long run and not in it.
    ///
    /// - Parameter progress: called after each image with the number done.
    package func verify(progress: (Int) throws -> Void = { _ in }) throws {
        for index in scan.files.indices {
            cache.keep(try decode(index), at: index)
            try progress(index + 1)
        }
    }

    /// The image, resized and cropped, [height, width, channels].
    private func decode(_ index: Int) throws -> [UInt8] {
        guard case .image(let height, let width, let channels) = shape else { return [] }
        let image = try DatasetError.wrapping {
            try ImageFolderSource.decode(scan.folder.appending(scan.files[index].path))
        }
        let resampler = ImageResampler(
            inputHeight: image.height, inputWidth: image.width, outputHeight: height, outputWidth: width)
        let size = height * width
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: size * (image.channels + channels)) { memory in
            memory.initialize(repeating: 0)
            let resized = UnsafeMutableBufferPointer(rebasing: memory[..<(size * image.channels)])
            let converted = UnsafeMutableBufferPointer(rebasing: memory[(size * image.channels)...])
            image.pixels.withUnsafeBufferPointer {
                resampler.resample($0, channels: image.channels, into: resized)
            }
            Luminance.convert(resized, channels: image.channels, into: converted, channels: channels)
            return converted.map { UInt8(min(max($0 + 0.5, 0), 255)) }
        }
    }

    private static func decode(_ path: FilePath) throws -> RasterImage {
        try ImageFile.decode(try InputFile.bytes(of: path, limit: 1 << 28), file: path.description)
    }

    /// The classes, when every path begins with a subfolder.
    private static func labels(_ paths: [FilePath]) -> [Int]? {
        let classes = paths.map { $0.components.count > 1 ? $0.components[0].bytes : nil }
        guard !classes.contains(nil) else { return nil }
        let names = Set(classes.compactMap { $0 }).sorted { $0.lexicographicallyPrecedes($1) }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        return classes.map { numbers[$0!]! }
    }

    /// SHA-256 over path, size and the first 16 KiB of each file: small images whole, large ones by their beginning, so
    /// that a set of a million photographs opens in seconds.
    private static func contentHash(_ scan: ImageScan) throws -> String {
        var hash = SHA256()
        try withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 8) { beginning in
            for listed in scan.files {
                let path = listed.path.bytes
                let file = try InputFile(scan.folder.appending(listed.path))
                let count = try file.read(into: beginning)
                let bytes = UnsafeRawBufferPointer(rebasing: beginning[..<count])
                guard bytes.starts(with: PNGImage.signature) || bytes.starts(with: JPEGImage.signature) else {
                    throw FileFormatError(
                        .data, file: file.path, byte: 0, "this is no image", expected: "PNG or JPEG",
                        found: count == 0 ? "an empty file" : "another format", advice: "replace or remove the file")
                }
                hash.update("\(path.count) \(listed.path) \(file.size)\n")
                hash.update(bytes)
            }
        }
        return hash.hexadecimal
    }
}
