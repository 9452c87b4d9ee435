import FileFormats
import Foundation
import TensorCore
import TestSupport
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

    static func symmetric(seed: Int, count: Int, factor: Float = 1) -> [Float] {
        (0..<count).map { (2 * HashedNumbers.uniform(seed: seed, $0) - 1) * factor }
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
