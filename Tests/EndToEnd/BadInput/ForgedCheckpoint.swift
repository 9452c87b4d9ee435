import FileFormats
import Foundation

/// A checkpoint that was changed by somebody who made its checksum right again.
struct ForgedCheckpoint {
    private let path: String
    private var file: SafetensorsFile

    init(_ path: String) throws {
        self.path = path
        file = try SafetensorsFile(contentsOf: path)
    }

    /// Writes it back with not-a-number as the last element of a tensor.
    func withNaN(in name: String) throws {
        guard let tensor = file.tensors[name] else { throw TestFailure("\(path) has no tensor \(name)") }
        var values = try tensor.floats()
        values[values.count - 1] = .nan
        var forged = file
        forged.tensors[name] = SafetensorsFile.Tensor(values, shape: tensor.shape)
        forged.metadata["ganglion.sha256"] = Self.checksum(forged)
        try forged.write(to: path)
    }

    /// Writes it back as a release wrote it that knew no classes.
    mutating func withoutClasses() throws {
        let key = "ganglion.data"
        guard let data = file.metadata[key], let classes = data.firstRange(of: /, \d+ classes [0-9a-f]{16}$/) else {
            throw TestFailure("\(path) does not say its classes: \(file.metadata)")
        }
        file.metadata[key] = String(data[..<classes.lowerBound])
        file.metadata["ganglion.sha256"] = Self.checksum(file)
        try file.write(to: path)
    }

    /// The checksum of a checkpoint: over its metadata by key, then its tensors in the file's order.
    private static func checksum(_ file: SafetensorsFile) -> String {
        var hash = SHA256()
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where key != "ganglion.sha256" {
            hash.update("\(key.utf8.count) \(value.utf8.count) \(key)=\(value)\n")
        }
        for (name, tensor) in SafetensorsFile.fileOrder(file.tensors) {
            hash.update("\(name.utf8.count) \(name) \(tensor.dataType.rawValue) \(tensor.shape)\n")
            tensor.bytes.withUnsafeBytes { hash.update($0) }
        }
        return hash.hexadecimal
    }
}
