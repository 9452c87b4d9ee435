import FileFormats
import Foundation
import TensorCore
import Testing

/// Every operation against PyTorch in float64: value and gradients, |a − b| ≤ 1e-4·|ref| + 1e-5·max|ref|.
@Suite struct GoldenOperationTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var op: String
        var attributes: Attributes
        var inputs: [String]
        var outputs: [String]
        var gradients: [String]
        var secondGradients: [String]?
        var testDescription: String { name }
    }

    struct Attributes: Decodable, Sendable {
        var transposeA: Bool?
        var transposeB: Bool?
        var stride: Int?
        var padding: Int?
        var groups: Int?
        var slope: Float?
        var kernel: Int?
        var countIncludePad: Bool?
        var scale: Int?
        var epsilon: Float?
        var training: Bool?
        var axes: [Int]?
        var shape: [Int]?
        var permutation: [Int]?
        var axis: Int?
        var start: Int?
        var end: Int?
        var keepAxes: Bool?
        var network: String?
        var lambda: Float?
    }

    static let file = Result {
        try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Golden/operations.safetensors").path)
    }

    static func cases() -> [Case] {
        guard let json = try? file.get().metadata["cases"] else { return [] }
        return (try? JSONDecoder().decode([Case].self, from: Data(json.utf8))) ?? []
    }

    @Test func allCasesAreThere() throws {
        _ = try Self.file.get()
        #expect(Self.cases().count > 130)
    }

    @Test(arguments: cases()) func operation(_ golden: Case) throws {
        let file = try Self.file.get()
        func values(_ key: String) throws -> [Double] {
            try #require(file.tensors["\(golden.name)/\(key)"], "no tensor \(key)").doubles()
        }
        var trial = Trial()
        var operands: [String: Tensor] = [:]
        for key in golden.inputs {
            let tensor = try #require(file.tensors["\(golden.name)/\(key)"])
            operands[key] = trial.input(try tensor.floats(), shape: Shape(tensor.shape))
        }
        var outputs = try GoldenOperations.compute(golden.op, golden.attributes, operands, trial.graph)
        let result = try #require(outputs["y"])
        let seed: Tensor
        if let upstream = file.tensors["\(golden.name)/upstream"] {
            seed = trial.input(try upstream.floats(), shape: Shape(upstream.shape))
        } else {
            seed = trial.graph.constant(1, shape: result.shape)
        }
        let names = golden.gradients.map { String($0.dropFirst()) }
        let gradients = result.vectorJacobianProducts(seed: seed, by: try names.map { try #require(operands[$0]) })
        for (name, gradient) in zip(golden.gradients, gradients) { outputs[name] = gradient }

        let keys = golden.outputs + golden.gradients
        let computed = trial.run(try keys.map { try #require(outputs[$0], "\($0) is not computed") })
        for (key, actual) in zip(keys, computed) {
            try expectClose(actual, values(key), "\(golden.name): \(key)")
        }
    }
}

/// |a − b| ≤ 1e-4·|ref| + 1e-5·max|ref| for every element.
func expectClose(_ actual: [Float], _ reference: [Double], _ label: String) throws {
    #expect(actual.count == reference.count, "\(label): number of elements")
    let largest = reference.reduce(0) { max($0, abs($1)) }
    for (index, (a, b)) in zip(actual, reference).enumerated() {
        if !(abs(Double(a) - b) <= 1e-4 * abs(b) + 1e-5 * largest) {
            Issue.record("\(label)[\(index)]: \(a) instead of \(b)")
            return
        }
    }
}
