import FileFormats
import Foundation
import SampleQuality
import Testing

/// What `scripts/make-quality-golden` computed with NumPy and SciPy.
struct GoldenFigures {
    let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Golden/figures.safetensors").path)
    }

    func features(_ key: String) throws -> FeatureMatrix {
        let tensor = try #require(file.tensors[key])
        return FeatureMatrix(try tensor.floats(), dimensions: tensor.shape[1])
    }

    func floats(_ key: String) throws -> [Float] { try #require(file.tensors[key]).floats() }
    func doubles(_ key: String) throws -> [Double] { try #require(file.tensors[key]).doubles() }
    func rows(_ key: String) throws -> [[Int]] {
        let tensor = try #require(file.tensors[key])
        let values = try tensor.int64s().map { Int($0) }
        return (0..<tensor.shape[0]).map { Array(values[$0 * tensor.shape[1]..<($0 + 1) * tensor.shape[1]]) }
    }
}

/// Each value within a relative distance of its reference.
func expect(_ found: [Double], toMatch expected: [Double], within tolerance: Double) {
    #expect(found.count == expected.count)
    for (value, reference) in zip(found, expected) {
        #expect(abs(value - reference) <= tolerance * max(abs(reference), 1e-3), "\(value), not \(reference)")
    }
}
