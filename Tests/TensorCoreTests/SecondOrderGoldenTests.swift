import FileFormats
import Foundation
import TensorCore
import Testing

/// What networks of today are made of against PyTorch in float64: value, gradients and the gradients' gradients, as
/// penalties on gradients take them. Bounds as for the single operations.
@Suite struct SecondOrderGoldenTests {
    typealias Case = GoldenOperationTests.Case

    static let file = Result {
        try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Golden/second-order.safetensors").path)
    }

    static func cases() -> [Case] {
        guard let json = try? file.get().metadata["cases"] else { return [] }
        return (try? JSONDecoder().decode([Case].self, from: Data(json.utf8))) ?? []
    }

    @Test func allCasesAreThere() throws {
        _ = try Self.file.get()
        #expect(Self.cases().count >= 29)
    }

    @Test(arguments: cases()) func operation(_ golden: Case) throws {
        let file = try Self.file.get()
        var trial = Trial()
        func input(_ key: String) throws -> Tensor {
            let tensor = try #require(file.tensors["\(golden.name)/\(key)"], "no tensor \(key)")
            return trial.input(try tensor.floats(), shape: Shape(tensor.shape))
        }
        var operands: [String: Tensor] = [:]
        for key in golden.inputs { operands[key] = try input(key) }
        let upstream = try input("upstream")
        let result = try Self.compute(golden, operands, trial.graph)
        let keys = golden.gradients.map { String($0.dropFirst()) }
        let variables = try keys.map { try #require(operands[$0]) }
        let gradients = result.vectorJacobianProducts(seed: upstream, by: variables)
        let total = try zip(keys, gradients).map { key, gradient in (try input("v" + key) * gradient).sum() }
            .reduce(trial.graph.constant(0, shape: [1])) { $0 + $1.reshaped(to: [1]) }
        let seconds = total.gradients(by: variables + [upstream])

        let names = golden.outputs + golden.gradients + (try #require(golden.secondGradients))
        let computed = trial.run([result] + gradients + seconds)
        #expect(names.count == computed.count)
        for (name, actual) in zip(names, computed) {
            let expected = try #require(file.tensors["\(golden.name)/\(name)"], "no tensor \(name)").doubles()
            try expectClose(actual, expected, "\(golden.name): \(name)")
        }
    }

    private static func compute(_ golden: Case, _ operands: [String: Tensor], _ graph: Graph) throws -> Tensor {
        func operand(_ name: String) throws -> Tensor { try #require(operands[name], "no operand \(name)") }
        let attributes = golden.attributes
        switch golden.op {
        case "conditionalBatchNorm":
            let (x, labels) = (try operand("x"), try operand("labels"))
            func rows(_ table: Tensor) -> Tensor {
                table.gatheredRows(at: labels).reshaped(to: [x.shape[0], 1, 1, x.shape[3]])
            }
            let normalized = x.normalized(axes: [0, 1, 2], epsilon: try #require(attributes.epsilon)).values
            return normalized * rows(try operand("gain")) + rows(try operand("shift"))
        case "batchNorm":
            return try operand("x").normalized(
                axes: [0, 1, 2], epsilon: try #require(attributes.epsilon)
            ).values * operand("gamma") + operand("beta")
        case "labelledLatent":
            let embedding = try operand("table").gatheredRows(at: operand("labels"))
            return Tensor.concatenated([try operand("z"), embedding], axis: 1)
                .matmul(try operand("w"), transposeB: true).tanh()
        case "shift": return try operand("x").shifted(by: operand("offsets")).squared()
        case "projection":
            let h = try operand("h")
            let scores = h * (try operand("table").gatheredRows(at: operand("labels")))
            return h.matmul(try operand("w"), transposeB: true) + scores.sum(axes: [1], keepingDimensions: true)
        case "preactivation":
            let (x, slope) = (try operand("x"), try #require(attributes.slope))
            var y = x.leakyRelu(slope: slope).convolved(
                with: try operand("w1"), padding: 1, groups: try #require(attributes.groups))
            y = y.normalized(axes: [1, 2], epsilon: try #require(attributes.epsilon)).values
            y = (y * (try operand("gamma")) + (try operand("beta"))).leakyRelu(slope: slope)
            return (x + y.convolved(with: try operand("w2"))).averagePooled(kernel: 2).upsampledBilinear(scale: 2)
        default:
            let y = try #require(
                GoldenOperations.compute(golden.op, attributes, operands, graph)["y"])
            let isSquared = ["upsampleBilinear", "upsampleNearest", "avgPool", "sum"].contains(golden.op)
            return isSquared ? y.squared() : y
        }
    }
}
