import FileFormats
import Foundation
import UserErrors

/// A folder of images, with all its subfolders: the files of a list, in its order. Each image is resized so that its shorter
/// side fits, and cropped at the centre. The classes are those of the list.
///
/// Images are decoded when they are first read. The decoded bytes are kept until the cache is full; what does not fit is
/// decoded again each time.
package struct ImageFolderSource: SampleSource {
    package let name: String
    package let shape: SampleShape
    package private(set) var fingerprint: DatasetFingerprint
    package private(set) var classes: DatasetClasses?
    package private(set) var list: FileList
    /// What the folder holds beside, where it was looked through; nil where the list came from elsewhere.
    package let scan: ImageScan?
    private let folder: ListedFolder
    private let settings: ImageSettings
    private var labels: [Int]?
    private let cache: ImageCache
    private let cacheSize: Int
    private let states: FileStates

    /// Opens `folder` with what is in it now.
    ///
    /// - Parameters:
    ///   - split: where the folder holds a training set and held-out images apart, one of them; else the whole folder for both.
    ///   - cacheSize: the most bytes of decoded images that are kept.
    /// - Throws: `DatasetError` when the folder is missing or holds no image.
    package init(
        folder: String, height: Int, width: Int, channels: Int, split: DatasetSplit = .train,
        settings: ImageSettings = ImageSettings(), cacheSize: Int = 256 << 20
    ) throws {
        try DatasetError.wrapping { try DataFolder(folder, fetchName: nil).check() }
        let scan = try DatasetError.wrapping { try ImageScan(folder: folder, split: split) }
        try self.init(
            folder: FilePath(folder), list: scan.list(in: folder), scan: scan, height: height, width: width,
            channels: channels,
            name: "images in \(scan.folder)" + (split == .test && !scan.hasSplits ? " (none are held out)" : ""),
            settings: settings, cacheSize: cacheSize)
    }

    /// Opens the files of a list, which were found elsewhere or before: what else is in `folder` does not count.
    ///
    /// - Throws: `DatasetError` when the folder is missing, or none of the files is there.
    package init(
        folder: String, list: FileList, height: Int, width: Int, channels: Int,
        settings: ImageSettings = ImageSettings(), cacheSize: Int = 256 << 20
    ) throws {
        try DatasetError.wrapping { try DataFolder(folder, fetchName: nil).check() }
        try self.init(
            folder: FilePath(folder), list: list, scan: nil, height: height, width: width, channels: channels,
            name: "images in \(FilePath(folder).appending(list.base))", settings: settings, cacheSize: cacheSize)
        try expectSomeFile()
    }

    private init(
        folder: FilePath, list: FileList, scan: ImageScan?, height: Int, width: Int, channels: Int, name: String,
        settings: ImageSettings, cacheSize: Int
    ) throws {
        self.folder = ListedFolder(folder)
        self.list = list
        self.scan = scan
        self.settings = settings
        self.name = name
        shape = .image(height: height, width: width, channels: channels)
        self.cacheSize = cacheSize
        cache = ImageCache(count: list.count, imageSize: shape.elementCount, limit: cacheSize)
        states = FileStates(count: list.count)
        (labels, classes, fingerprint) = ImageFolderSource.described(list, shape: shape, content: list.digest)
    }

    /// The same folder with some of the files alone.
    ///
    /// - Parameter places: of the files in the list, in increasing order; at least one.
    func selecting(_ places: [Int], name: String, cacheSize: Int = 256 << 20) throws -> ImageFolderSource {
        guard case .image(let height, let width, let channels) = shape else { return self }
        let selected = FileList(
            base: list.base, entries: places.map { list.entries[$0] }, classes: list.classes?.selecting(places))
        return try ImageFolderSource(
            folder: folder.root, list: selected, scan: scan?.selecting(places), height: height, width: width,
            channels: channels, name: name, settings: settings, cacheSize: cacheSize)
    }

    private static func described(
        _ list: FileList, shape: SampleShape, content: String
    ) -> (labels: [Int]?, classes: DatasetClasses?, fingerprint: DatasetFingerprint) {
        let (labels, classes) = (list.classes?.labels, list.classes.map { DatasetClasses($0) })
        return (
            labels: labels, classes: classes,
            fingerprint: DatasetFingerprint(
                count: list.count, shape: shape, content: content,
                classes: classes.map { ClassFingerprint(names: $0.names, labels: labels ?? []) })
        )
    }

    /// Gives the classes the numbers that they have in a list of earlier; see `FileList.numberingClasses(as:)`.
    package mutating func numberClasses(as before: FileList) {
        list = list.numberingClasses(as: before)
        (labels, classes, fingerprint) = ImageFolderSource.described(
            list, shape: shape, content: fingerprint.content)
    }

    package var count: Int { list.count }

    /// The data folder, as it was given.
    package var folderName: String? { folder.root.text }

    package func label(_ index: Int) -> Int? { labels?[index] }

    // MARK: Reading

    package var keptBytes: Int { min(cacheSize, list.count * shape.elementCount) }

    @discardableResult
    package func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) throws -> Int? {
        // A file that is skipped leaves its place to the next one that can be read, wherever it is read.
        for step in 0..<count {
            let file = (index + step) % count
            if cache.read(file, into: sample) { return labels?[file] }
            guard states.fault(file) == nil else { continue }
            do {
                let pixels = try decode(file)
                pixels.withUnsafeBufferPointer { Pixel.convert($0, into: sample) }
                cache.keep(pixels, at: file)
                return labels?[file]
            } catch let error as DatasetError where error.file?.kind == .broken && settings.onBroken == .skip {
                states.mark(file, fault: error.description)
            }
        }
        throw DatasetError(
            .data,
            "\(folder.root): none of the \(count) images can be read"
                + "; '\(ProgramName.current) data check \(folder.root)' says why of each")
    }

    /// The files that sample `index` was last read from: its own, and those after it that stood in where it is skipped.
    package func readings(of index: Int) -> [FileReading] {
        var readings: [FileReading] = []
        for step in 0..<count {
            let file = (index + step) % count
            guard let content = states.content(file) else { break }
            let fault = states.fault(file)
            readings.append(FileReading(file: file, content: content, fault: fault))
            if fault == nil { break }
        }
        return readings
    }

    /// Decodes a file, but keeps nothing.
    ///
    /// - Returns: the pixels of the sample, [height, width, channels].
    /// - Throws: `DatasetError`, whose `file` says what is wrong with it.
    package func decode(_ file: Int) throws -> [UInt8] {
        let (bytes, content) = try contents(of: file)
        do {
            return try sample(bytes, name: path(of: file))
        } catch let error as FileFormatError {
            throw DatasetError(error, FileFault(file: file, kind: .broken, content: content))
        }
    }

    /// Which bytes a file has here and now.
    ///
    /// - Throws: `DatasetError`, whose `file` says what is wrong with it.
    package func content(of file: Int) throws -> ContentHash { try contents(of: file).content }

    /// Which bytes a file had when it was read last; nil where it has not been.
    package func knownContent(of file: Int) -> ContentHash? { states.content(file) }

    /// The error of a file that is not the one of the list.
    package func changed(_ file: Int, content: ContentHash, size: Int? = nil) -> DatasetError {
        let listed = list.entries[file].size
        let isLonger = size.map { $0 != listed } ?? false
        let error = FileFormatError(
            .data, file: path(of: file), "the file is not the one that the run began with",
            expected: isLonger ? "\(listed) bytes" : "the bytes that were read before",
            found: isLonger ? "\(size ?? 0)" : "others",
            advice: "put the old one back, or stop the run and start it again, by --resume, with the new one")
        return DatasetError(error, FileFault(file: file, kind: .changed, content: content))
    }

    /// A file's path for people: the folder's, and its own.
    package func path(of file: Int) -> String { folder.root.appending(list.entries[file].path).description }

    /// The bytes of a file, which must be those that it had before.
    private func contents(of file: Int) throws -> (bytes: [UInt8], content: ContentHash) {
        let entry = list.entries[file]
        let bytes: [UInt8]
        do {
            bytes = try folder.bytes(of: entry.path)
        } catch let error as FileFormatError {
            switch error.category {
            case .missing:
                let gone = FileFormatError(
                    .missing, file: path(of: file), "the file is gone since the run began",
                    advice: "put it back, or stop the run and start it again, by --resume, without the file")
                throw DatasetError(gone, FileFault(file: file, kind: .missing))
            case .data: throw DatasetError(error, FileFault(file: file, kind: .changed))
            default:
                throw DatasetError(error, FileFault(file: file, kind: .unreadable))
            }
        }
        let content = bytes.withUnsafeBytes { ContentHash(of: $0) }
        guard bytes.count == entry.size, states.learn(file, content) else {
            throw changed(file, content: content, size: bytes.count)
        }
        return (bytes, content)
    }

    /// The image, resized and cropped, [height, width, channels].
    private func sample(_ bytes: [UInt8], name: String) throws -> [UInt8] {
        guard case .image(let height, let width, let channels) = shape else { return [] }
        let image = try ImageFile.decode(
            bytes, file: name, ground: settings.ground, smallest: (width: width, height: height))
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

    // MARK: Opening

    /// Looks for some of the files, so that a wrong folder is found before anything is computed.
    private func expectSomeFile() throws {
        let some = stride(from: 0, to: count, by: max(1, count / 64))
        guard !some.contains(where: { folder.has(list.entries[$0].path) }), let first = list.entries.first else {
            return
        }
        throw DatasetError(
            .missing,
            "\(folder.root): none of the run's files that were looked for is there; expected \(count) files as "
                + "\(first.path); give the folder that the coordinator has with --data")
    }
}

extension ImageScan {
    /// The files that were found, as a list relative to `root`, the folder that was asked for.
    package func list(in root: String) -> FileList {
        let rootBytes = FilePath(root).bytes
        let base = FilePath(bytes: Array(folder.bytes.dropFirst(rootBytes.count).drop { $0 == UInt8(ascii: "/") }))
        return FileList(
            base: base, entries: files.map { FileList.Entry(path: base.appending($0.path), size: $0.size) },
            classes: classes)
    }
}
