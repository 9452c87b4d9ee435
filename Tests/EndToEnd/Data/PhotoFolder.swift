import FileFormats
import Foundation

/// A folder of small images, each another one, and the flags of a small training on them.
struct PhotoFolder {
    let path: String

    /// Makes `count` gray PNG files of 28×28 pixels: `00.png`, `01.png`, …
    ///
    /// - Parameter seed: another one gives other pixels in files of the same names and sizes.
    init(_ name: String, count: Int, in sandbox: Sandbox, seed: Int = 0) throws {
        path = try sandbox.folder(name)
        for number in 0..<count { try add(PhotoFolder.name(number), number, seed: seed) }
    }

    static func name(_ number: Int) -> String { "\(number < 10 ? "0" : "")\(number).png" }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func add(_ name: String, _ number: Int, seed: Int = 0) throws {
        try Data(try PhotoFolder.image(number, seed: seed)).write(to: URL(fileURLWithPath: file(name)))
    }

    /// Noise does not compress: all images have one size.
    static func image(_ number: Int, seed: Int = 0) throws -> [UInt8] {
        var state = UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(seed)
        let pixels = (0..<28 * 28).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        return try PNGImage.encode(RasterImage(width: 28, height: 28, channels: 1, pixels: pixels))
    }

    /// Two shards of four images: eight a step.
    func arguments(_ run: RunFolder, steps: Int, options: [String] = []) -> [String] {
        [
            "--preset", "lenet-28", "--data", "images:\(path)", "--set", "batch.shards=2", "--set",
            "batch.shardBatch=4", "--sample-every", "0", "--checkpoint-every", "10", "--steps", "\(steps)", "--run",
            run.path,
        ] + options
    }
}
