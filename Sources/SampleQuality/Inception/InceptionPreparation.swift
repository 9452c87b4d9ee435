/// Makes images into what Inception takes, as clean-fid does: Pillow's bicubic filter on values from 0 to 255 without rounding to
/// 299×299, cut off at both ends, then (x − 128) / 128. Gray images become three equal channels.
package struct InceptionPreparation: Sendable {
    package let height: Int
    package let width: Int
    package let channels: Int
    private let resizer: BicubicResizer

    /// - Precondition: one channel or three.
    package init(height: Int, width: Int, channels: Int) {
        precondition(channels == 1 || channels == 3, "images are gray or have three channels")
        (self.height, self.width, self.channels) = (height, width, channels)
        resizer = BicubicResizer(
            height: height, width: width, outputHeight: InceptionNetwork.side, outputWidth: InceptionNetwork.side)
    }

    /// Values of an image.
    package var imageSize: Int { height * width * channels }

    /// - Parameters:
    ///   - image: values in [0, 1], [height, width, channels].
    ///   - output: [299, 299, 3]
    package func callAsFunction(_ image: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: imageSize) { scaled in
            for place in 0..<imageSize { scaled.initializeElement(at: place, to: image[place] * 255) }
            for channel in 0..<channels {
                resizer.resize(
                    scaled.baseAddress! + channel, stride: channels, into: output + channel, outputStride: 3)
            }
        }
        for pixel in 0..<InceptionNetwork.side * InceptionNetwork.side {
            for channel in 0..<3 {
                let place = 3 * pixel + channel
                // Gray was resized into the first channel.
                output[place] =
                    channel < channels ? (min(max(output[place], 0), 255) - 128) / 128 : output[3 * pixel]
            }
        }
    }
}
