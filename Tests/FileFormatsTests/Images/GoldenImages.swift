import FileFormats
import Foundation

/// The golden file of images, and what Pillow reads from them; `scripts/make-image-golden` made it.
enum GoldenImages {
    struct Case: Decodable, Sendable {
        var name: String
        var file: String
        var ground: String
        var width: Int
        var height: Int
    }

    static let file = Result {
        let folder = (#filePath as NSString).deletingLastPathComponent
        return try SafetensorsFile(contentsOf: "\(folder)/../Golden/images.safetensors")
    }

    static func cases() throws -> [Case] {
        let json = try file.get().metadata["images"] ?? ""
        return try JSONDecoder().decode([Case].self, from: Data(json.utf8))
    }

    /// The file of the image of this name.
    static func bytes(_ name: String) throws -> [UInt8] { try tensor("\(name)/file") ?? [] }

    static func tensor(_ name: String) throws -> [UInt8]? { try file.get().tensors[name].map { Array($0.bytes) } }

    /// Pillow's pixels.
    static func reference(_ image: Case) throws -> RasterImage? {
        if let rgb = try tensor("\(image.name)/rgb") {
            return RasterImage(width: image.width, height: image.height, channels: 3, pixels: rgb)
        }
        return try tensor("\(image.name)/l").map {
            RasterImage(width: image.width, height: image.height, channels: 1, pixels: $0)
        }
    }
}

extension RasterImage {
    /// The largest difference from an image of the same size and channels; nil from another.
    func largestDifference(from other: RasterImage) -> Int? {
        guard (width, height, channels) == (other.width, other.height, other.channels) else { return nil }
        return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max()
    }
}
