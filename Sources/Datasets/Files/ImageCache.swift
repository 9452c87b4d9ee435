import Foundation

/// Keeps decoded images up to a limit. What is kept stays: an epoch visits every image once, so throwing out the oldest
/// would throw out each image just before its turn.
///
/// `@unchecked Sendable`: all that changes is read and written under the lock.
final class ImageCache: @unchecked Sendable {
    private let lock = NSLock()
    private var images: [[UInt8]?]
    /// How many more images fit.
    private var room: Int

    init(count: Int, imageSize: Int, limit: Int) {
        images = Array(repeating: nil, count: count)
        room = limit / max(imageSize, 1)
    }

    /// Writes image `index`, as pixels in [0, 1], if it is kept.
    func read(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) -> Bool {
        guard let image = lock.withLock({ images[index] }) else { return false }
        image.withUnsafeBufferPointer { Pixel.convert($0, into: sample) }
        return true
    }

    func keep(_ image: [UInt8], at index: Int) {
        lock.withLock {
            guard room > 0, images[index] == nil else { return }
            images[index] = image
            room -= 1
        }
    }
}
