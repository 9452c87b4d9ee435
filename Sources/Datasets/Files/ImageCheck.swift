import FileFormats
import Foundation

/// What is found by decoding every image of a folder.
package struct ImageCheck: Sendable {
    package struct Size: Hashable, Sendable {
        package var width: Int
        package var height: Int

        package init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// The images that cannot be read, in the order of the data set; their paths are relative to `ImageScan.folder`.
    package let faults: ImageFaults
    /// How many of the readable images are of each format, by their content.
    package let formats: [String: Int]
    /// The readable images with the fewest and the most pixels; nil where none is readable.
    package let smallest: Size?
    package let largest: Size?

    /// Decodes every image of `scan`, several at once.
    ///
    /// - Parameters:
    ///   - named: how many faults keep their sentence.
    ///   - progress: called after each image with the number done, from any thread.
    package init(_ scan: ImageScan, named: Int = 10, progress: @escaping @Sendable (Int) -> Void = { _ in }) {
        let results = Results(count: scan.files.count)
        // A hostile image takes up to 2 GiB while it is decoded.
        let lanes = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8, scan.files.count))
        DispatchQueue.concurrentPerform(iterations: lanes) { _ in
            while let index = results.next() {
                let path = scan.folder.appending(scan.files[index].path)
                progress(results.add(ImageCheck.decode(path), at: index))
            }
        }
        var faults = ImageFaults(limit: named)
        for (index, error) in results.errors.sorted(by: { $0.key < $1.key }) {
            faults.add(path: scan.files[index].path, error: error)
        }
        self.faults = faults
        formats = results.formats
        smallest = results.smallest
        largest = results.largest
    }

    private static func decode(_ path: FilePath) -> Result<(format: String, size: Size), any Error> {
        Result {
            let bytes = try InputFile.bytes(of: path, limit: 1 << 28)
            // As the largest preset takes them: only what is larger than 2^26 pixels is reduced.
            let image = try ImageFile.decode(bytes, file: path.description, smallest: (width: 64, height: 64))
            return (format(of: bytes), Size(width: image.width, height: image.height))
        }
    }

    private static func format(of bytes: [UInt8]) -> String {
        if bytes.starts(with: PNGImage.signature) { return "PNG" }
        return bytes.starts(with: JPEGImage.signature) ? "JPEG" : "WebP"
    }

    /// What the threads have found. All of it is behind `lock`, hence `@unchecked Sendable`.
    private final class Results: @unchecked Sendable {
        private let lock = NSLock()
        private let count: Int
        private var taken = 0
        private var done = 0
        private(set) var errors: [Int: any Error] = [:]
        private(set) var formats: [String: Int] = [:]
        private(set) var smallest: Size?
        private(set) var largest: Size?

        init(count: Int) { self.count = count }

        /// The image to decode next; nil when all are taken.
        func next() -> Int? {
            lock.withLock {
                guard taken < count else { return nil }
                taken += 1
                return taken - 1
            }
        }

        /// - Returns: how many images are done.
        func add(_ result: Result<(format: String, size: Size), any Error>, at index: Int) -> Int {
            lock.withLock {
                done += 1
                switch result {
                case .success(let (format, size)):
                    formats[format, default: 0] += 1
                    // Independent of which thread was faster: of images with as many pixels, the narrowest.
                    func order(_ size: Size) -> (Int, Int) { (size.width * size.height, size.width) }
                    smallest = smallest.map { order($0) <= order(size) ? $0 : size } ?? size
                    largest = largest.map { order($0) >= order(size) ? $0 : size } ?? size
                case .failure(let error): errors[index] = error
                }
                return done
            }
        }
    }
}
