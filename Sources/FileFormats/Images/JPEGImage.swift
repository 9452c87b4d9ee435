import CTurboJPEG

/// JPEG (ITU-T T.81), by libjpeg-turbo.
package enum JPEGImage {
    /// A decoded image and what libjpeg found odd about it but could live with.
    package struct Decoded {
        package var image: RasterImage
        package var warning: String?
    }

    /// The first 3 bytes of every JPEG file.
    package static let signature: [UInt8] = [0xff, 0xd8, 0xff]

    /// Decodes a JPEG, baseline or progressive, to gray when it is gray and to RGB otherwise. The accurate inverse
    /// cosine transform is used, whose bits do not depend on the CPU.
    ///
    /// - Parameter file: the name for the message.
    /// - Throws: `FileFormatError` when the bytes are no JPEG, broken or truncated, have four colour components
    ///   (CMYK), or the image is larger than `RasterImage.maximumPixels`.
    package static func decode(_ bytes: [UInt8], file: String) throws -> Decoded {
        guard bytes.starts(with: signature) else {
            throw FileFormatError(
                .data, file: file, byte: 0, "this is no JPEG file", expected: "FF D8 FF",
                found: hexadecimal(bytes.prefix(3)))
        }
        guard let handle = tjInitDecompress() else {
            throw FileFormatError(.system, file: file, "libjpeg-turbo cannot begin")
        }
        defer { tjDestroy(handle) }
        var (width, height, subsampling, colourSpace) = (Int32(0), Int32(0), Int32(0), Int32(0))
        guard
            tjDecompressHeader3(
                handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &colourSpace) == 0
        else { throw broken(message(handle), file: file) }
        // What ends before the frame's header, libjpeg takes for a file of tables alone.
        guard width > 0, height > 0 else { throw broken("there is no image in it", file: file) }
        try RasterImage.checkSize(width: Int(width), height: Int(height), file: file)
        guard colourSpace != TJCS_CMYK.rawValue, colourSpace != TJCS_YCCK.rawValue else {
            throw FileFormatError(
                .data, file: file, "the JPEG image has the four colours of print (CMYK)", expected: "gray or RGB",
                advice: "convert it to RGB")
        }
        let isGray = colourSpace == TJCS_GRAY.rawValue
        let format = isGray ? TJPF_GRAY : TJPF_RGB
        let channels = isGray ? 1 : 3
        var warning: String?
        let pixels = try [UInt8](unsafeUninitializedCapacity: Int(width) * Int(height) * channels) { pixels, count in
            let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
            let result = tjDecompress2(
                handle, bytes, UInt(bytes.count), pixels.baseAddress, width, 0, height, Int32(format.rawValue), flags)
            if result != 0 {
                let text = message(handle)
                guard tjGetErrorCode(handle) == TJERR_WARNING.rawValue, !text.lowercased().contains("premature end")
                else { throw broken(text, file: file) }
                warning = text
            }
            count = pixels.count
        }
        let image = RasterImage(width: Int(width), height: Int(height), channels: channels, pixels: pixels)
        return Decoded(image: image, warning: warning)
    }

    private static func broken(_ reason: String, file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "the JPEG image is broken or truncated (\(reason))",
            advice: "replace or remove the file")
    }

    private static func message(_ handle: tjhandle) -> String {
        String(cString: tjGetErrorStr2(handle))
    }
}
