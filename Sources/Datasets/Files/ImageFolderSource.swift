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
    private let folder: String
    /// Relative to the folder.
    private let paths: [String]
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
        let (place, files, hasSplits) = try DatasetError.wrapping {
            let train = try ImageFolderSource.images(in: "\(folder)/train")
            let test = try ImageFolderSource.images(in: "\(folder)/test")
            guard !train.isEmpty, !test.isEmpty else { return (folder, try ImageList.paths(in: folder), false) }
            return ("\(folder)/\(split)", split == .train ? train : test, true)
        }
        self.folder = place
        paths = files
        guard !paths.isEmpty else {
            throw DatasetError(
                .data, "\(folder): there is no image; expected files that end in .png, .jpg or .jpeg, got none")
        }
        labels = ImageFolderSource.labels(paths)
        shape = .image(height: height, width: width, channels: channels)
        name = "images in \(self.folder)" + (split == .test && !hasSplits ? " (none are held out)" : "")
        cache = ImageCache(count: paths.count, imageSize: shape.elementCount, limit: cacheSize)
        let content = try DatasetError.wrapping { try ImageFolderSource.contentHash(folder: place, paths: files) }
        fingerprint = DatasetFingerprint(count: paths.count, shape: shape, content: content)
    }

    package var count: Int { paths.count }

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
        for index in paths.indices {
            cache.keep(try decode(index), at: index)
            try progress(index + 1)
        }
    }

    /// The images of a subfolder; none where there is no such folder.
    private static func images(in folder: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            return []
        }
        return try ImageList.paths(in: folder)
    }

    /// The image, resized and cropped, [height, width, channels].
    private func decode(_ index: Int) throws -> [UInt8] {
        guard case .image(let height, let width, let channels) = shape else { return [] }
        let image = try DatasetError.wrapping { try ImageFolderSource.decode("\(folder)/\(paths[index])") }
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

    private static func decode(_ path: String) throws -> RasterImage {
        let bytes = try InputFile.bytes(of: path, limit: 1 << 28)
        if bytes.starts(with: PNGImage.signature) { return try PNGImage.decode(bytes, file: path) }
        return try JPEGImage.decode(bytes, file: path).image
    }

    /// The classes, when every path begins with a subfolder.
    private static func labels(_ paths: [String]) -> [Int]? {
        let classes = paths.map { $0.contains("/") ? String($0.prefix { $0 != "/" }) : nil }
        guard !classes.contains(nil) else { return nil }
        let names = Set(classes.compactMap { $0 }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        return classes.map { numbers[$0!]! }
    }

    /// SHA-256 over path, size and the first 16 KiB of each file: small images whole, large ones by their beginning, so
    /// that a set of a million photographs opens in seconds.
    private static func contentHash(folder: String, paths: [String]) throws -> String {
        var hash = SHA256()
        try withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 8) { beginning in
            for path in paths {
                let file = try InputFile("\(folder)/\(path)")
                let count = try file.read(into: beginning)
                let bytes = UnsafeRawBufferPointer(rebasing: beginning[..<count])
                guard bytes.starts(with: PNGImage.signature) || bytes.starts(with: JPEGImage.signature) else {
                    throw FileFormatError(
                        .data, file: file.path, byte: 0, "this is no image", expected: "PNG or JPEG",
                        found: count == 0 ? "an empty file" : "another format", advice: "replace or remove the file")
                }
                hash.update("\(path.utf8.count) \(path) \(file.size)\n")
                hash.update(bytes)
            }
        }
        return hash.hexadecimal
    }
}
