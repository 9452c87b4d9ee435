import FileFormats
import Foundation
import NeuralNetworks
import RunConfiguration
import Runs
import TestSupport
import Testing

/// A checkpoint gives back what was put in, and a damaged or foreign one is refused by name.
struct CheckpointTests {
    static func example(step: UInt64 = 500) -> Checkpoint {
        let configuration = Configuration(preset: .dcgan28)
        return Checkpoint(
            tensors: [
                NamedTensor(
                    name: "generator.0.weight", shape: [2, 3],
                    values: .float32([1, -2, 0, .leastNonzeroMagnitude, 5, 6])),
                NamedTensor(name: "generator.1.num_batches_tracked", shape: [], values: .int64([12])),
                NamedTensor(name: "discriminator.0.bias", shape: [1], values: .float32([-0.5])),
            ], step: step, counters: ["round": "1000", "batchIndex": "500"], recipeDigest: configuration.recipeDigest,
            configuration: configuration.resolvedYAML(), run: "0123456789abcdef")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let checkpoint = Self.example()
        try checkpoint.write(to: path)
        let read = try Checkpoint(contentsOf: path)
        #expect(read.tensors == checkpoint.tensors.sorted { $0.name < $1.name })
        #expect(read.step == 500)
        #expect(read.counters == checkpoint.counters)
        #expect(read.configuration == checkpoint.configuration)
        #expect(read.run == checkpoint.run)
        #expect(read.parametersSHA256 == checkpoint.parametersSHA256)
        #expect(try Configuration(yaml: read.configuration) == Configuration(preset: .dcgan28))
    }

    @Test func theDigestSeesEveryPartOfTheStateAndNothingElse() {
        let base = Self.example()
        var other = base
        other.tensors.reverse()
        other.run = "another"
        other.configuration = ""
        #expect(other.parametersSHA256 == base.parametersSHA256)
        #expect(base.parametersSHA256.count == 64)
        let changes: [(inout Checkpoint) -> Void] = [
            { $0.step += 1 }, { $0.counters["batchIndex"] = "501" }, { $0.tensors[0].shape = [3, 2] },
            { $0.tensors[0].name += "x" }, { $0.tensors[2].values = .float32([0.5]) }, { $0.tensors.removeLast() },
            { $0.tensors[0].values = .float32([1, -2, -0.0, .leastNonzeroMagnitude, 5, 6]) },
        ]
        for change in changes {
            var changed = base
            change(&changed)
            #expect(changed.parametersSHA256 != base.parametersSHA256)
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNotFiniteIsNotWrittenAndNotRead(value: Float) throws
    {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var checkpoint = Self.example()
        checkpoint.tensors[0].values = .float32([1, 2, 3, value, 5, 6])
        let error = #expect(throws: RunError.self) { try checkpoint.write(to: path) }
        #expect(error?.description.contains("'generator.0.weight' holds \(value) at element 3") == true)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func everyFlippedByteOfTheDataIsNoticed() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Self.example().write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var positions = Array(whole.count - 36..<whole.count)
        positions += stride(from: 0, to: whole.count - 36, by: 61)
        for position in positions {
            var bytes = whole
            bytes[position] ^= 0x10
            try bytes.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: RunError.self) { _ = try Checkpoint(contentsOf: path) }
            #expect(error?.category == .data)
            #expect(error?.description.hasPrefix(path) == true)
        }
        for length in stride(from: 0, to: whole.count, by: 97) {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(throws: RunError.self) { _ = try Checkpoint(contentsOf: path) }
        }
    }

    @Test func aForeignFileIsRefused() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try SafetensorsFile(tensors: ["w": .init([1.0] as [Float], shape: [1])]).write(to: path)
        let foreign = #expect(throws: RunError.self) { _ = try Checkpoint(contentsOf: path) }
        #expect(foreign?.description.contains("is no checkpoint of ganglion") == true)
        try SafetensorsFile(metadata: ["ganglion.version": "2"]).write(to: path)
        let newer = #expect(throws: RunError.self) { _ = try Checkpoint(contentsOf: path) }
        #expect(newer?.description.contains("expected 1, got '2'") == true)
        let missing = #expect(throws: RunError.self) { _ = try Checkpoint(contentsOf: "/nonexistent/x.safetensors") }
        #expect(missing?.exitCode == 66)
    }

    @Test func anotherConfigurationIsRefusedByItsKey() throws {
        let checkpoint = Self.example()
        var configuration = Configuration(preset: .dcgan28)
        configuration.output.keep = 7
        try checkpoint.expect(configuration, path: "c")
        configuration.recipe.generatorOptimizer.beta1 = 0.25
        let error = #expect(throws: RunError.self) { try checkpoint.expect(configuration, path: "c") }
        #expect(
            error?.description.contains("another generator.optimizer.beta1; expected 0.25, got 0.5") == true)
        #expect(error?.exitCode == 78)
    }
}
