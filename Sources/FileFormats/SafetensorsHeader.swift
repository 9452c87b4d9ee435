/// The JSON header of a safetensors file: read strictly, written as the reference implementation does.
struct SafetensorsHeader {
    struct Entry: Hashable {
        var name: String
        var dataType: SafetensorsFile.DataType
        var shape: [Int]
        /// Offsets in the data section.
        var begin: Int
        var end: Int
    }

    var metadata: [String: String] = [:]
    /// By offset, then by name.
    var entries: [Entry] = []

    init(json: [UInt8], path: String) throws {
        var parser = try HeaderParser(bytes: json, path: path)
        var names: Set<String> = []
        try parser.object(start: "the header") { parser, name, position in
            guard names.insert(name).inserted else {
                throw parser.error(position, "the key \(quoted(name)) appears twice")
            }
            if name == "__metadata__" {
                metadata = try Self.metadata(&parser)
            } else {
                entries.append(try Self.entry(named: name, &parser, at: position))
            }
        }
        try parser.end()
        entries.sort {
            ($0.begin, $0.end) != ($1.begin, $1.end) ? ($0.begin, $0.end) < ($1.begin, $1.end) : $0.name < $1.name
        }
    }

    private static func metadata(_ parser: inout HeaderParser) throws -> [String: String] {
        var metadata: [String: String] = [:]
        try parser.object(start: "__metadata__") { parser, key, position in
            let value = try parser.string("the value of \(quoted(key)) in __metadata__")
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw parser.error(position, "the key \(quoted(key)) appears twice in __metadata__")
            }
        }
        return metadata
    }

    private static func entry(named name: String, _ parser: inout HeaderParser, at position: Int) throws -> Entry {
        var dataType: SafetensorsFile.DataType?
        var shape: [Int]?
        var offsets: [Int]?
        let tensor = "tensor \(quoted(name))"
        try parser.object(start: tensor) { parser, field, fieldPosition in
            func once(_ isNew: Bool) throws {
                guard isNew else { throw parser.error(fieldPosition, "\(tensor) gives \(field) twice") }
            }
            switch field {
            case "dtype":
                try once(dataType == nil)
                let type = try parser.string("the dtype of \(tensor)")
                dataType = SafetensorsFile.DataType(rawValue: type)
                if dataType == nil {
                    let known = SafetensorsFile.DataType.allCases.map(\.rawValue).joined(separator: ", ")
                    throw parser.error(
                        fieldPosition, "\(tensor) has an unknown dtype; expected one of \(known), got \(quoted(type))")
                }
            case "shape":
                try once(shape == nil)
                shape = try parser.naturals("the shape of \(tensor)")
            case "data_offsets":
                try once(offsets == nil)
                offsets = try parser.naturals("the data_offsets of \(tensor)")
            default:
                throw parser.error(
                    fieldPosition,
                    "\(tensor) has an unknown field \(quoted(field)); expected dtype, shape and data_offsets")
            }
        }
        guard let dataType, let shape, let offsets else {
            let missing = dataType == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
            throw parser.error(position, "\(tensor) has no \(missing)")
        }
        guard offsets.count == 2 else {
            throw parser.error(
                position, "the data_offsets of \(tensor) must be two numbers, got \(offsets.count)")
        }
        let entry = Entry(name: name, dataType: dataType, shape: shape, begin: offsets[0], end: offsets[1])
        guard entry.begin <= entry.end else {
            throw parser.error(
                position, "the data_offsets of \(tensor) are reversed: [\(entry.begin), \(entry.end)]")
        }
        var bytes = dataType.size
        for length in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard !overflow else {
                throw parser.error(position, "the size of \(tensor), shape \(shape), overflows 64 bits")
            }
            bytes = product
        }
        guard bytes == entry.end - entry.begin else {
            throw parser.error(
                position,
                "\(tensor) of shape \(shape) and type \(dataType.rawValue) needs \(bytes) bytes, but its data_offsets "
                    + "[\(entry.begin), \(entry.end)] hold \(entry.end - entry.begin)")
        }
        return entry
    }

    /// Checks that the tensors fill the data section: none past its end, no overlap, no hole.
    func checkExtents(dataSize: Int, path: String) throws {
        if let past = entries.first(where: { $0.end > dataSize }) {
            throw FileFormatError(
                .data, file: path,
                "tensor \(quoted(past.name)) ends at byte \(past.end) of the data, but the file holds \(dataSize); it "
                    + "is truncated")
        }
        var position = 0
        var previous = ""
        for entry in entries {
            if entry.begin < position {
                throw FileFormatError(
                    .data, file: path,
                    "tensors \(quoted(previous)) and \(quoted(entry.name)) overlap at byte \(entry.begin) of the data")
            }
            if entry.begin > position {
                throw FileFormatError(
                    .data, file: path,
                    "no tensor covers bytes \(position) to \(entry.begin) of the data, before tensor "
                        + quoted(entry.name))
            }
            position = entry.end
            previous = entry.name
        }
        guard position == dataSize else {
            throw FileFormatError(
                .data, file: path,
                "\(dataSize - position) bytes follow the last tensor, which ends at byte \(position) of the data")
        }
    }

    /// The header of a file with these tensors in this order, padded with spaces so that the data is 8-aligned.
    static func encode(
        _ tensors: [(name: String, tensor: SafetensorsFile.Tensor)], metadata: [String: String]
    ) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in tensors {
            let end = offset + tensor.bytes.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(jsonString(name)):{\"dtype\":\"\(tensor.dataType.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var json = Array("{\(fields.joined(separator: ","))}".utf8)
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        return json
    }

    private static func jsonString(_ text: String) -> String {
        var escaped = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }
}

/// A name from a file as an error shows it: in quotes, control characters escaped, cut at 80 characters.
func quoted(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }.joined()
    return "'\(shown)\(name.unicodeScalars.count > 80 ? "…" : "")'"
}
