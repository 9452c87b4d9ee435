extension SafetensorsFile {
    /// One tensor: its elements in row-major order, little-endian.
    package struct Tensor: Sendable, Hashable {
        package let dataType: DataType
        /// Lengths of the axes; `[]` for a scalar.
        package let shape: [Int]
        /// `count · dataType.size` bytes, a slice of the file that was read (so its indices do not start from 0).
        package let bytes: ArraySlice<UInt8>

        /// Number of elements.
        package var count: Int { shape.reduce(1, *) }

        package init(dataType: DataType, shape: [Int], bytes: [UInt8]) {
            precondition(
                shape.reduce(1, *) * dataType.size == bytes.count, "a tensor's bytes must agree with its shape")
            self.init(dataType: dataType, shape: shape, unchecked: bytes[...])
        }

        init(dataType: DataType, shape: [Int], unchecked bytes: ArraySlice<UInt8>) {
            self.dataType = dataType
            self.shape = shape
            self.bytes = bytes
        }

        /// A float32 tensor.
        package init(_ values: [Float], shape: [Int]) {
            self.init(dataType: .float32, shape: shape, bytes: values.withUnsafeBytes(Array.init))
        }

        /// A float16 tensor.
        package init(_ values: [Float16], shape: [Int]) {
            self.init(dataType: .float16, shape: shape, bytes: values.withUnsafeBytes(Array.init))
        }

        /// A float64 tensor.
        package init(_ values: [Double], shape: [Int]) {
            self.init(dataType: .float64, shape: shape, bytes: values.withUnsafeBytes(Array.init))
        }

        /// An int64 tensor.
        package init(_ values: [Int64], shape: [Int]) {
            self.init(dataType: .int64, shape: shape, bytes: values.withUnsafeBytes(Array.init))
        }

        /// An int32 tensor.
        package init(_ values: [Int32], shape: [Int]) {
            self.init(dataType: .int32, shape: shape, bytes: values.withUnsafeBytes(Array.init))
        }

        /// A tensor of bytes.
        package init(_ values: [UInt8], shape: [Int]) {
            self.init(dataType: .uint8, shape: shape, bytes: values)
        }

        /// A tensor of truth values.
        package init(_ values: [Bool], shape: [Int]) {
            self.init(dataType: .bool, shape: shape, bytes: values.map { $0 ? 1 : 0 })
        }

        /// The elements of an F16, BF16, F32 or F64 tensor as float32 (F64 rounded).
        /// - Throws: `FileFormatError` for any other element type.
        package func floats() throws -> [Float] {
            switch dataType {
            case .float32: elements(of: Float.self)
            case .float64: elements(of: Double.self).map { Float($0) }
            case .float16: elements(of: Float16.self).map { Float($0) }
            case .bfloat16: elements(of: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
            default: throw wrongType("floating-point numbers (F16, BF16, F32 or F64)")
            }
        }

        /// The elements of an F32 or F64 tensor as float64.
        /// - Throws: `FileFormatError` for any other element type.
        package func doubles() throws -> [Double] {
            switch dataType {
            case .float32: elements(of: Float.self).map { Double($0) }
            case .float64: elements(of: Double.self)
            default: throw wrongType("floating-point numbers (F32 or F64)")
            }
        }

        /// The elements of a tensor of integers or truth values.
        /// - Throws: `FileFormatError` for other element types, and for a U64 over Int64's range.
        package func int64s() throws -> [Int64] {
            switch dataType {
            case .int64: return elements(of: Int64.self)
            case .int32: return elements(of: Int32.self).map(Int64.init)
            case .int16: return elements(of: Int16.self).map(Int64.init)
            case .int8: return elements(of: Int8.self).map(Int64.init)
            case .uint8, .bool: return bytes.map(Int64.init)
            case .uint16: return elements(of: UInt16.self).map(Int64.init)
            case .uint32: return elements(of: UInt32.self).map(Int64.init)
            case .uint64:
                return try elements(of: UInt64.self).map {
                    guard let value = Int64(exactly: $0) else { throw wrongType("integers under 2^63") }
                    return value
                }
            default: throw wrongType("integers")
            }
        }

        /// The bytes as elements: copied, because a slice of a file has no alignment.
        private func elements<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
            [Element](unsafeUninitializedCapacity: count) { target, initialized in
                bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
                initialized = count
            }
        }

        private func wrongType(_ expected: String) -> FileFormatError {
            FileFormatError(.data, file: "safetensors tensor", "expected \(expected), got \(dataType.rawValue)")
        }
    }
}
