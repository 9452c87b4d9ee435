import CImages

/// A decoded image: 8 bits a sample, rows from top to bottom, channels interleaved: [height, width, channels].
package struct RasterImage: Equatable, Sendable {
    package var width: Int
    package var height: Int
    /// 1 for gray, 3 for red, green, blue.
    package var channels: Int
    package var pixels: [UInt8]

    /// - Precondition: `channels` is 1 or 3 and `pixels` has height · width · channels elements.
    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels")
        precondition(width > 0 && height > 0 && pixels.count == width * height * channels, "an image's size is wrong")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// The image turned and mirrored as an Exif orientation from 1 to 8 says that it is to be shown.
    func oriented(_ orientation: Int) -> RasterImage {
        guard (2...8).contains(orientation) else { return self }
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { output, count in
            cim_orient(pixels, width, height, Int32(channels), Int32(orientation), output.baseAddress)
            count = pixels.count
        }
        let exchanges = orientation >= 5
        return RasterImage(
            width: exchanges ? height : width, height: exchanges ? width : height, channels: channels, pixels: turned)
    }
}
