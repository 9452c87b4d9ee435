import FileFormats
import RunConfiguration

/// A unit's filter and bias, its batch norm folded into them: w γ/√(variance + ε) and β − mean γ/√(variance + ε).
struct InceptionUnitWeights {
    /// [kernelHeight, kernelWidth, inputs, outputs]
    let filter: [Float]
    let bias: [Float]

    /// - Parameter hash: takes the tensors' bytes.
    /// - Throws: `RunError` (data) for a tensor that is missing, has another shape or a value that is not finite.
    init(_ unit: InceptionNetwork.Unit, in file: SafetensorsFile, path: String, hash: inout SHA256) throws {
        func values(_ name: String, _ shape: [Int]) throws -> [Float] {
            let name = "\(unit.name).\(name)"
            guard let tensor = file.tensors[name] else {
                throw RunError(
                    .data, at: path, "the weights of Inception-v3 lack the tensor '\(name)'",
                    advice: "make the file with scripts/convert-inception")
            }
            guard tensor.shape == shape else {
                throw RunError(
                    .data, at: path, "the tensor '\(name)' has another shape", expected: "\(shape)",
                    found: "\(tensor.shape)", advice: "make the file with scripts/convert-inception")
            }
            let values = try RunError.rethrowing { try tensor.floats() }
            guard values.allSatisfy(\.isFinite) else {
                throw RunError(.data, at: path, "the tensor '\(name)' has a value that is not finite")
            }
            values.withUnsafeBytes { hash.update($0) }
            return values
        }
        let (outputs, inputs) = (unit.outputs, unit.inputs)
        let weight = try values("conv.weight", [outputs, inputs, unit.kernelHeight, unit.kernelWidth])
        let (gain, shift) = (try values("bn.weight", [outputs]), try values("bn.bias", [outputs]))
        let (mean, variance) = (try values("bn.running_mean", [outputs]), try values("bn.running_var", [outputs]))
        guard variance.allSatisfy({ $0 >= 0 }) else {
            throw RunError(.data, at: path, "the tensor '\(unit.name).bn.running_var' has a variance under 0")
        }
        let scale = zip(gain, variance).map { $0 / ($1 + InceptionNetwork.epsilon).squareRoot() }
        bias = (0..<outputs).map { shift[$0] - mean[$0] * scale[$0] }
        let taps = unit.kernelHeight * unit.kernelWidth
        filter = [Float](unsafeUninitializedCapacity: unit.filterCount) { target, count in
            for output in 0..<outputs {
                for input in 0..<inputs {
                    for tap in 0..<taps {
                        target[(tap * inputs + input) * outputs + output] =
                            weight[(output * inputs + input) * taps + tap] * scale[output]
                    }
                }
            }
            count = unit.filterCount
        }
    }
}
