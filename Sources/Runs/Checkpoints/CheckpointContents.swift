import FileFormats
import NeuralNetworks

extension Checkpoint {
    /// What a consumer expects of a tensor.
    package struct Expectation: Sendable, Hashable {
        package enum Element: String, Sendable, Hashable {
            case float32 = "F32"
            case int64 = "I64"
        }

        package var name: String
        package var shape: [Int]
        package var element: Element

        package init(name: String, shape: [Int], element: Element = .float32) {
            self.name = name
            self.shape = shape
            self.element = element
        }
    }

    /// Checks that the checkpoint holds exactly these tensors.
    ///
    /// - Parameter path: how the error calls the checkpoint.
    /// - Throws: `RunError` (data) that names the first tensor that is missing, has another shape or type, or is one
    ///   too many.
    package func expect(_ expectations: [Expectation], path: String) throws {
        var rest = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for expectation in expectations {
            guard let tensor = rest.removeValue(forKey: expectation.name) else {
                throw RunError(
                    .data, at: path, "has no tensor \(expectation.name.inQuotes)",
                    expected: "\(expectation.element.rawValue) of shape \(expectation.shape)",
                    advice: "the checkpoint is of another configuration")
            }
            guard tensor.shape == expectation.shape, tensor.typeName == expectation.element.rawValue else {
                throw RunError(
                    .data, at: path, "tensor \(tensor.name.inQuotes) does not fit the networks",
                    expected: "\(expectation.element.rawValue) of shape \(expectation.shape)",
                    found: "\(tensor.typeName) of shape \(tensor.shape)",
                    advice: "the checkpoint is of another configuration")
            }
        }
        if let extra = rest.keys.min() {
            throw RunError(
                .data, at: path, "has a tensor \(extra.inQuotes) that the networks do not",
                advice: "the checkpoint is of another configuration")
        }
    }

    /// Checks that the checkpoint was made with a recipe of this configuration.
    /// - Throws: `RunError` (configuration) that names the first key that differs.
    package func expect(_ configuration: Configuration, path: String) throws {
        guard recipeDigest != configuration.recipeDigest else { return }
        let own = try? Configuration(yaml: self.configuration, file: path)
        let different = own?.keys(differingFrom: configuration).filter(\.decidesArithmetic) ?? []
        guard let own, let key = different.first else {
            throw RunError(.configuration, at: path, "was made with another configuration")
        }
        throw RunError(
            .configuration, at: path, "was made with another \(key.path)", expected: key.value(in: configuration),
            found: key.value(in: own), advice: "start another run with --run")
    }
}

extension NamedTensor {
    var typeName: String {
        switch values {
        case .float32: "F32"
        case .int64: "I64"
        }
    }

    var stored: SafetensorsFile.Tensor {
        switch values {
        case .float32(let values): SafetensorsFile.Tensor(values, shape: shape)
        case .int64(let values): SafetensorsFile.Tensor(values, shape: shape)
        }
    }

    init(name: String, stored: SafetensorsFile.Tensor, path: String) throws {
        switch stored.dataType {
        case .float32: self.init(name: name, shape: stored.shape, values: .float32(try stored.floats()))
        case .int64: self.init(name: name, shape: stored.shape, values: .int64(try stored.int64s()))
        default:
            throw RunError(
                .data, at: path, "tensor \(name.inQuotes) has the wrong type", expected: "F32 or I64",
                found: stored.dataType.rawValue)
        }
    }
}
