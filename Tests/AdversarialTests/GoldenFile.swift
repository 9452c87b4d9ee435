import FileFormats
import Foundation
import TensorCore
import Testing

/// A golden file of `scripts/make-golden`, and the formulas by which its inputs are made.
struct GoldenFile {
    let file: SafetensorsFile

    init(_ name: String) throws {
        file = try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Golden/\(name).safetensors").path)
    }

    func doubles(_ key: String) throws -> [Double] {
        try #require(file.tensors[key], "the golden file has no '\(key)'").doubles()
    }

    func integer(_ key: String) throws -> Int {
        try #require(file.metadata[key].flatMap(Int.init), "no number '\(key)' in the metadata")
    }

    /// murmur3's finaliser of i + 0x9E3779B9 · seed, its upper 24 bits as a number in [0, 1).
    static func uniform(seed: Int, _ index: Int) -> Float {
        var h = UInt32(truncatingIfNeeded: index) &+ 0x9E37_79B9 &* UInt32(truncatingIfNeeded: seed)
        h ^= h >> 16
        h = h &* 0x85EB_CA6B
        h ^= h >> 13
        h = h &* 0xC2B2_AE35
        h ^= h >> 16
        return Float(h >> 8) * 0x1p-24
    }

    static func symmetric(seed: Int, count: Int, factor: Float = 1) -> [Float] {
        (0..<count).map { (2 * uniform(seed: seed, $0) - 1) * factor }
    }

    /// The entries of a tensor that the file keeps.
    static func sampled<T>(_ values: [T]) -> [T] {
        values.count <= 1024 ? values : (0..<1024).map { values[$0 * values.count / 1024] }
    }

    /// An image batch from PyTorch's [batch, channels, height, width] to ours.
    static func fromTorch(_ values: [Float], batch: Int, sample: Shape) -> [Float] {
        guard sample.rank == 3 else { return values }
        let (height, width, channels) = (sample[0], sample[1], sample[2])
        var result = [Float](repeating: 0, count: values.count)
        for n in 0..<batch {
            for c in 0..<channels {
                for p in 0..<height * width {
                    result[(n * height * width + p) * channels + c] = values[(n * channels + c) * height * width + p]
                }
            }
        }
        return result
    }

    static func toTorch(_ values: [Float], batch: Int, sample: Shape) -> [Float] {
        let places = fromTorch((0..<values.count).map(Float.init), batch: batch, sample: sample)
        var result = [Float](repeating: 0, count: values.count)
        for (value, place) in zip(values, places) { result[Int(place)] = value }
        return result
    }
}

/// ‖a − b‖ / ‖b‖
func relativeError(_ a: [Float], _ b: [Double]) -> Double {
    precondition(a.count == b.count)
    let difference = zip(a, b).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    let norm = b.reduce(0) { $0 + $1 * $1 }
    return (difference / max(norm, .leastNormalMagnitude)).squareRoot()
}
