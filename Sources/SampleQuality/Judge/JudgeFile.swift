import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import RunConfiguration
import UserErrors

/// A judge as a file: safetensors, the folded network's tensors as float16 in PyTorch's order (`convolution1.weight`
/// [filters, channels, 3, 3], `convolution1.bias`, … `classes.weight`), and all else as text in the metadata, each key with the
/// prefix `ganglion.judge.`.
extension Judge {
    private static let formatVersion = "1"
    private static let prefix = "ganglion.judge."
    /// A judge of 10,000 classes has 3 MB.
    private static let sizeLimit = 16 << 20

    /// Writes the judge: to a temporary name, synced, renamed.
    /// - Throws: `RunError` (cannot create, permission) if the file cannot be written.
    package func write(to path: String) throws {
        let layout = JudgeNetwork(architecture, folded: true).layout
        var tensors: [String: SafetensorsFile.Tensor] = [:]
        for entry in layout.parameters {
            let values = weights.buffer[entry.offset..<entry.offset + entry.shape.count]
            tensors[entry.name] = SafetensorsFile.Tensor(
                entry.order.toTorch(values).map { Float16($0) }, shape: entry.order.shape)
        }
        var metadata = ["format": "pt"]
        func set(_ key: String, _ value: String) { metadata[Self.prefix + key] = value }
        set("version", Self.formatVersion)
        set("identity", identity)
        set("image", architecture.imageText)
        set("classes", Self.json(classNames))
        set("mean", Self.json(mean))
        set("standardDeviation", Self.json(deviation))
        set("data", provenance.data)
        set("dataFingerprint", provenance.dataFingerprint)
        set("testData", provenance.testData)
        set("testCount", "\(provenance.testCount)")
        set("testAccuracy", "\(provenance.testAccuracy)")
        set("seed", "\(provenance.seed)")
        set("epochs", "\(provenance.epochs)")
        set("mirrors", "\(provenance.mirrors)")
        set("build", provenance.build)
        try RunError.rethrowing { try SafetensorsFile.write(tensors, metadata: metadata, to: path) }
    }

    /// Reads and checks a judge.
    /// - Throws: `RunError` (data, missing, permission) that names the file and what is wrong.
    package init(contentsOf path: String) throws {
        try self.init(
            bytes: try RunError.rethrowing { try InputFile.bytes(of: path, limit: Self.sizeLimit) }, path: path)
    }

    /// Reads and checks a judge that is in memory; `path` is how errors call it.
    init(bytes: [UInt8], path: String) throws {
        let file = try RunError.rethrowing {
            try SafetensorsFile(bytes: bytes, path: path, holding: "a judge")
        }
        let reader = JudgeMetadata(file.metadata, prefix: Self.prefix, path: path)
        guard try reader.text("version") == Self.formatVersion else {
            throw reader.wrong("version", expected: Self.formatVersion)
        }
        let classNames = try reader.array("classes", of: String.self)
        let sides = try reader.text("image").split(separator: "x", omittingEmptySubsequences: false).map {
            Int($0) ?? 0
        }
        guard sides.count == 3,
            let architecture = JudgeArchitecture(
                height: sides[0], width: sides[1], channels: sides[2], classes: classNames.count)
        else {
            throw RunError(
                .data, at: path, "is a judge of images or classes that there are none of",
                expected:
                    "sides from \(JudgeArchitecture.sides.lowerBound) to \(JudgeArchitecture.sides.upperBound), 1 "
                    + "or 3 channels and at least 2 classes",
                found: "\(try reader.text("image").inQuotes) and \(classNames.count) classes")
        }
        let mean = try reader.array("mean", of: Float.self)
        guard mean.count == architecture.channels, mean.allSatisfy(\.isFinite) else {
            throw reader.wrong("mean", expected: "a number for each channel")
        }
        let deviation = try reader.array("standardDeviation", of: Float.self)
        guard deviation.count == architecture.channels, deviation.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw reader.wrong("standardDeviation", expected: "a number over 0 for each channel")
        }
        let provenance = Provenance(
            data: try reader.text("data"), dataFingerprint: try reader.text("dataFingerprint"),
            testData: try reader.text("testData"),
            testCount: try reader.value("testCount", in: 0...(1 << 40), expected: "a number of images"),
            testAccuracy: try reader.value("testAccuracy", in: 0...1, expected: "a share from 0 to 1"),
            seed: try reader.value("seed", in: 0...UInt64.max, expected: "a seed"),
            epochs: try reader.value("epochs", in: 0...(1 << 40), expected: "a number of epochs"),
            mirrors: try reader.text("mirrors") == "true", build: try reader.text("build"))
        self.init(
            architecture, classNames: classNames, mean: mean, deviation: deviation,
            weights: try Self.weights(file, architecture, path: path), provenance: provenance)
        let expected = try reader.text("identity")
        guard identity == expected else {
            throw RunError(
                .data, at: path, "is damaged: the hash of its weights is wrong", expected: expected.inQuotes,
                found: "'\(identity)'", advice: "train it again with: \(ProgramName.current) judge train")
        }
    }

    private static func weights(
        _ file: SafetensorsFile, _ architecture: JudgeArchitecture, path: String
    ) throws -> [Float] {
        let layout = JudgeNetwork(architecture, folded: true).layout
        var rest = Set(file.tensors.keys)
        var weights: [Float] = []
        weights.reserveCapacity(layout.parameterCount)
        for entry in layout.parameters {
            guard let tensor = file.tensors[entry.name] else {
                throw RunError(.data, at: path, "the judge lacks the tensor '\(entry.name)'")
            }
            rest.remove(entry.name)
            guard tensor.shape == entry.order.shape else {
                throw RunError(
                    .data, at: path, "the tensor '\(entry.name)' has another shape", expected: "\(entry.order.shape)",
                    found: "\(tensor.shape)")
            }
            let values = try RunError.rethrowing { try tensor.floats() }
            guard values.allSatisfy(\.isFinite) else {
                throw RunError(.data, at: path, "the tensor '\(entry.name)' has a value that is not finite")
            }
            weights += entry.order.fromTorch(values)
        }
        guard let name = rest.min() else { return weights }
        throw RunError(.data, at: path, "has a tensor that a judge of its size does not have: \(name.inQuotes)")
    }

    private static func json(_ value: some Encodable) -> String {
        // Strings and finite numbers can always be written.
        String(decoding: (try? JSONEncoder().encode(value)) ?? Data(), as: UTF8.self)
    }
}

/// The texts of a judge's file.
private struct JudgeMetadata {
    private let metadata: [String: String]
    private let prefix: String
    private let path: String

    init(_ metadata: [String: String], prefix: String, path: String) {
        self.metadata = metadata
        self.prefix = prefix
        self.path = path
    }

    func text(_ key: String) throws -> String {
        guard let value = metadata[prefix + key] else {
            throw RunError(
                .data, at: path, "is no judge", expected: "the metadata key '\(prefix)\(key)'",
                advice: "give a file that '\(ProgramName.current) judge train' wrote")
        }
        return value
    }

    func wrong(_ key: String, expected: String) -> RunError {
        RunError(
            .data, at: path, "the judge's \(key) cannot be used", expected: expected,
            found: (metadata[prefix + key] ?? "").inQuotes)
    }

    func array<Element: Decodable>(_ key: String, of type: Element.Type) throws -> [Element] {
        guard let array = try? JSONDecoder().decode([Element].self, from: Data(try text(key).utf8)) else {
            throw wrong(key, expected: "a JSON array")
        }
        return array
    }

    func value<Value: LosslessStringConvertible & Comparable>(
        _ key: String, in range: ClosedRange<Value>, expected: String
    ) throws -> Value {
        guard let value = Value(try text(key)), range.contains(value) else { throw wrong(key, expected: expected) }
        return value
    }
}
