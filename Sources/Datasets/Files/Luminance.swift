/// Conversion between gray and RGB.
enum Luminance {
    /// The weights of ITU-R BT.601, as in JPEG and in Pillow.
    static func gray(red: Float, green: Float, blue: Float) -> Float {
        0.299 * red + 0.587 * green + 0.114 * blue
    }

    /// Converts [pixels, from] to [pixels, to] channels (1 or 3 each).
    static func convert(
        _ input: UnsafeMutableBufferPointer<Float>, channels: Int, into output: UnsafeMutableBufferPointer<Float>,
        channels outputChannels: Int
    ) {
        let pixels = input.count / channels
        switch (channels, outputChannels) {
        case (1, 3):
            for pixel in 0..<pixels {
                output[3 * pixel] = input[pixel]
                output[3 * pixel + 1] = input[pixel]
                output[3 * pixel + 2] = input[pixel]
            }
        case (3, 1):
            for pixel in 0..<pixels {
                output[pixel] = gray(red: input[3 * pixel], green: input[3 * pixel + 1], blue: input[3 * pixel + 2])
            }
        default:
            for index in input.indices { output[index] = input[index] }
        }
    }
}
