import FileFormats
import Foundation
import TestSupport
import Testing

/// Folders of images of which one is broken or hostile: named before anything is computed or written.
@Suite struct BadImageTests {
    static let good: [UInt8] = {
        let pixels = (0..<32 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        return (try? PNGImage.encode(RasterImage(width: 32, height: 32, channels: 3, pixels: pixels))) ?? []
    }()

    /// Its header claims 100,000 × 100,000 pixels; written by hand with Python's zlib and struct.
    private static let huge =
        "iVBORw0KGgoAAAANSUhEUgABhqAAAYagCAIAAAAnMJyfAAAACUlEQVR4nGMAAAABAAFe/335AAAAAElFTkSuQmCC"

    static let images = [
        BadFile("cut short", Array(good.prefix(good.count / 2)), "the PNG image is broken"),
        BadFile(
            "100,000 × 100,000 pixels", Data(base64Encoded: huge).map(Array.init) ?? [],
            "too large", "1073741824 pixels", "100000 × 100000"),
        BadFile("empty", [], "an empty file"),
        BadFile("another format", Array("GIF89a".utf8), "a GIF image"),
        BadFile(
            "a JPEG that ends after its first bytes", JPEGImage.signature + [0xe0, 0, 16],
            "the JPEG image is broken or truncated"),
    ]

    @Test(arguments: images) func isRefused(image: BadFile) throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.folder("photos")
        for number in 0..<140 { _ = try sandbox.file("photos/\(number).png", holding: Self.good) }
        _ = try sandbox.file("photos/bad.png", holding: image.bytes)
        var refusal = Refusal(
            image.name, ["train", "--preset", "dcgan-28", "--data", "images:\(folder)", "--run", sandbox.file("run")],
            65)
        refusal.words = ["\(folder): ", " images cannot be read: bad.png: "] + image.words
        refusal.words += ["data check \(folder) --move-broken-to broken", "--set data.onBroken=skip"]
        try refusal.check(in: sandbox)
    }
}
