import FileFormats
import RunConfiguration
import Runs
import TensorCore
import Testing

/// What machines compare before they compute together.
@Suite struct NumericFingerprintTests {
    @Test func itIsRepeatable() {
        let fingerprint = NumericFingerprint.compute()
        #expect(fingerprint.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        #expect(NumericFingerprint.compute() == fingerprint)
    }

    /// The pixels are Pillow's: a digest of three images that cannot be decoded would be equal everywhere.
    @Test func itsImagesAreDecoded() throws {
        var (digest, empty) = (NumericDigest(), NumericDigest())
        NumericFingerprint.addImages(to: &digest)
        for _ in 0..<3 { empty.add(0) }
        #expect(digest.text != empty.text)
        let jpeg = try JPEGImage.decode(SmallImages.jpeg, file: "jpeg")
        #expect((jpeg.width, jpeg.height, jpeg.channels) == (21, 19, 3))
        #expect(jpeg.pixels.prefix(6) == [10, 0, 0, 10, 0, 0])
        let png = try PNGImage.decode(SmallImages.png, file: "png")
        #expect((png.width, png.height, png.channels) == (11, 9, 3))
        let webP = try WebPImage.decode(SmallImages.webP, file: "webp")
        #expect((webP.width, webP.height, webP.channels) == (21, 19, 3))
        #expect(webP.pixels.prefix(6) == [0, 3, 0, 9, 7, 3])
    }
}
