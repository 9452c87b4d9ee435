import Datasets
import FileFormats
import NeuralNetworks
import RunConfiguration
import UserErrors

/// The state of a run after a step: tensors by name, counters, and what they belong to.
///
/// It is a safetensors file that the Python package reads as it is. What is not a tensor is text in the file's
/// metadata, each key with the prefix `ganglion.`; `ganglion.sha256` is the checksum over everything else.
package struct Checkpoint: Sendable, Hashable {
    /// The format that this version writes and reads.
    package static let formatVersion = 1

    package var tensors: [NamedTensor]
    /// Generator updates done.
    package var step: UInt64
    /// Further counters of the training state, by name.
    package var counters: [String: String]
    /// `Configuration.recipeDigest` of the run.
    package var recipeDigest: String
    /// `Configuration.resolvedYAML()` of the run.
    package var configuration: String
    /// The identity of the run.
    package var run: String
    /// What the run's data were, in one line that is equal for equal data; nil where it is not known.
    package var dataFingerprint: String?
    /// The classes of the data; nil where they have none, or it is not known.
    package var classes: DatasetClasses?
    /// The numeric fingerprint of the coordinator that wrote it; nil where it is not known.
    package var numericFingerprint: String?

    package init(
        tensors: [NamedTensor], step: UInt64, counters: [String: String] = [:], recipeDigest: String,
        configuration: String, run: String, dataFingerprint: String? = nil, classes: DatasetClasses? = nil,
        numericFingerprint: String? = nil
    ) {
        self.classes = classes
        self.dataFingerprint = dataFingerprint
        self.numericFingerprint = numericFingerprint
        self.tensors = tensors
        self.step = step
        self.counters = counters
        self.recipeDigest = recipeDigest
        self.configuration = configuration
        self.run = run
    }

    /// The number of the batch that training goes on with: it counts the discriminator's updates.
    package var nextBatch: UInt64 { counters["discriminatorVersion"].flatMap { UInt64($0) } ?? 0 }

    /// What to say where arithmetic with other bits goes on from here; nil where it is the same, or not known.
    ///
    /// - Parameters:
    ///   - now: the numeric fingerprint of this process.
    ///   - path: the checkpoint's file.
    package func arithmeticWarning(now: String, path: String) -> String? {
        guard let numericFingerprint, numericFingerprint != now else { return nil }
        return
            "warning: this machine or program computes other bits than the one that wrote \(path) (numeric fingerprint "
            + "\(numericFingerprint) then, \(now) now): the run is no longer repeatable bit for bit"
    }

    // MARK: Writing

    /// Writes the checkpoint: to a temporary name, synced, renamed, the folder synced.
    /// - Throws: `RunError` if a value is not finite (data), or the file cannot be written (cannot create).
    package func write(to path: String) throws {
        for tensor in tensors { try Self.checkFinite(tensor, path: path) }
        var stored: [String: SafetensorsFile.Tensor] = [:]
        for tensor in tensors {
            precondition(stored[tensor.name] == nil, "two tensors of a checkpoint have the name \(tensor.name)")
            stored[tensor.name] = tensor.stored
        }
        var metadata = ["format": "pt"]
        metadata["ganglion.version"] = "\(Self.formatVersion)"
        metadata["ganglion.step"] = "\(step)"
        metadata["ganglion.recipe"] = recipeDigest
        metadata["ganglion.configuration"] = configuration
        metadata["ganglion.run"] = run
        metadata["ganglion.data"] = dataFingerprint
        metadata["ganglion.classes"] = classes?.json
        metadata["ganglion.numeric"] = numericFingerprint
        for (name, value) in counters { metadata["ganglion.counter.\(name)"] = value }
        metadata["ganglion.sha256"] = Self.checksum(stored, metadata: metadata)
        try RunError.rethrowing { try SafetensorsFile.write(stored, metadata: metadata, to: path) }
    }

    // MARK: Reading

    /// Reads and checks a checkpoint: format, checksum, finite values.
    /// - Throws: `RunError` (data, missing, permission) that names the file and what is wrong.
    package init(contentsOf path: String) throws {
        try self.init(try RunError.rethrowing { try SafetensorsFile(contentsOf: path) }, path: path)
    }

    /// Checks what was read of the file at `path`.
    init(_ file: SafetensorsFile, path: String) throws {
        func text(_ key: String) throws -> String {
            guard let value = file.metadata["ganglion." + key] else {
                throw RunError(
                    .data, at: path, "is no checkpoint of ganglion", expected: "the metadata key 'ganglion.\(key)'",
                    advice: "give a file that '\(ProgramName.current) train' wrote")
            }
            return value
        }
        let version = try text("version")
        guard version == "\(Self.formatVersion)" else {
            throw RunError(
                .data, at: path, "is a checkpoint of another version", expected: "\(Self.formatVersion)",
                found: version.inQuotes, advice: "use the version of ganglion that wrote it")
        }
        let found = Self.checksum(file.tensors, metadata: file.metadata)
        let expected = try text("sha256")
        guard found == expected else {
            throw RunError(
                .data, at: path, "is damaged: the checksum is wrong", expected: String(expected.prefix(16)) + "…",
                found: String(found.prefix(16)) + "…", advice: "use an older checkpoint")
        }
        guard let step = UInt64(try text("step")) else {
            throw RunError(
                .data, at: path, "has no step", expected: "a whole number", found: try text("step").inQuotes)
        }
        let prefix = "ganglion.counter."
        var counters: [String: String] = [:]
        for (key, value) in file.metadata where key.hasPrefix(prefix) {
            counters[String(key.dropFirst(prefix.count))] = value
        }
        let tensors = try file.tensors.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
            try NamedTensor(name: $0.key, stored: $0.value, path: path)
        }
        for tensor in tensors { try Self.checkFinite(tensor, path: path) }
        self.init(
            tensors: tensors, step: step, counters: counters, recipeDigest: try text("recipe"),
            configuration: try text("configuration"), run: try text("run"),
            dataFingerprint: file.metadata["ganglion.data"],
            classes: file.metadata["ganglion.classes"].flatMap(DatasetClasses.init(json:)),
            numericFingerprint: file.metadata["ganglion.numeric"])
    }

    // MARK: Digests

    /// SHA-256 over all tensors (names, types, shapes, values, by name) and all counters: equal for equal states,
    /// whatever the run was called and whoever computed it.
    package var parametersSHA256: String {
        var hash = SHA256()
        hash.update("step=\(step)\n")
        for (name, value) in counters.sorted(by: { $0.key < $1.key }) { hash.update("counter \(name)=\(value)\n") }
        for tensor in tensors.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            hash.update("tensor \(tensor.name) \(tensor.typeName) \(tensor.shape)\n")
            switch tensor.values {
            case .float32(let values): values.withUnsafeBytes { hash.update($0) }
            case .int64(let values): values.withUnsafeBytes { hash.update($0) }
            }
        }
        return hash.hexadecimal
    }

    /// The checksum in the file: over the tensors in the file's order and all other metadata.
    private static func checksum(_ tensors: [String: SafetensorsFile.Tensor], metadata: [String: String]) -> String {
        var hash = SHA256()
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != "ganglion.sha256" {
            hash.update("\(key.utf8.count) \(value.utf8.count) \(key)=\(value)\n")
        }
        for (name, tensor) in SafetensorsFile.fileOrder(tensors) {
            hash.update("\(name.utf8.count) \(name) \(tensor.dataType.rawValue) \(tensor.shape)\n")
            tensor.bytes.withUnsafeBytes { hash.update($0) }
        }
        return hash.hexadecimal
    }

    private static func checkFinite(_ tensor: NamedTensor, path: String) throws {
        guard case .float32(let values) = tensor.values, let index = values.firstIndex(where: { !$0.isFinite }) else {
            return
        }
        throw RunError(
            .data, at: path, "tensor \(tensor.name.inQuotes) holds \(values[index]) at element \(index)",
            expected: "finite numbers", advice: "use an older checkpoint")
    }
}
