import FileFormats
import NeuralNetworks
import RunConfiguration

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
