import FileFormats
import Foundation
import TestSupport
import Testing

/// Files in the format of the Python package are read and written; the bytes below were made by hand from its definition.
struct SafetensorsTests {
    private typealias Tensor = SafetensorsFile.Tensor

    @Test func whatIsWrittenIsReadBack() throws {
        let path = temporaryPath("round-trip.safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = SafetensorsFile(
            tensors: [
                "a.weight": Tensor([1.5, -2, Float.infinity, 4, 5, .leastNonzeroMagnitude] as [Float], shape: [2, 3]),
                "b": Tensor([Double.pi], shape: []),
                "counter": Tensor([7, -1] as [Int64], shape: [2]),
                "labels": Tensor([1, 2, 3] as [Int32], shape: [3]),
                "mask": Tensor([true, false, true], shape: [3, 1]),
                "none": Tensor([] as [Float], shape: [0, 4]),
                "\"quoted\"\n\u{1}é🙂\\": Tensor([9] as [UInt8], shape: [1]),
            ],
            metadata: ["format": "pt", "text": "line\nline \"two\"\t\u{7}"])
        try file.write(to: path)
        let read = try SafetensorsFile(contentsOf: path)
        #expect(read == file)
        #expect(try read.tensors["a.weight"]?.floats() == [1.5, -2, .infinity, 4, 5, .leastNonzeroMagnitude])
        #expect(try read.tensors["a.weight"]?.doubles()[0] == 1.5)
        #expect(try read.tensors["b"]?.doubles() == [Double.pi])
        #expect(try read.tensors["b"]?.floats() == [Float.pi.nextUp])
        #expect(try read.tensors["counter"]?.int64s() == [7, -1])
        #expect(try read.tensors["labels"]?.int64s() == [1, 2, 3])
        #expect(try read.tensors["mask"]?.int64s() == [1, 0, 1])
        #expect(throws: FileFormatError.self) { try read.tensors["mask"]?.floats() }
        #expect(throws: FileFormatError.self) { try read.tensors["b"]?.int64s() }
    }

    @Test func theDataIsAlignedAndTheBytesDependOnTheContentAlone() throws {
        let path = temporaryPath("aligned.safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        for name in ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"] {
            let tensors = [name: Tensor([1] as [UInt8], shape: [1]), "\(name)-wide": Tensor([2.0], shape: [1])]
            try SafetensorsFile.write(tensors, metadata: ["z": "1", "a": "2"], to: path)
            let first = try bytes(of: path)
            #expect(Int(first[0]) % 8 == 0)
            // The wide elements come first, so all are aligned.
            #expect(Array(first.suffix(9)) == [0, 0, 0, 0, 0, 0, 0, 0x40, 1])
            try SafetensorsFile.write(tensors, metadata: ["a": "2", "z": "1"], to: path)
            #expect(try bytes(of: path) == first)
        }
    }

    @Test func aFileOfThePythonPackageIsRead() throws {
        // safetensors.numpy.save({"w": np.array([[1, 2]], np.float16), "i": np.array(3, np.uint64)}, {"k": "v"}), 0.8.0
        let json =
            #"{"__metadata__":{"k":"v"},"i":{"dtype":"U64","shape":[],"data_offsets":[0,8]},"#
            + #""w":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]}}"#
        let file = try SafetensorsFile(
            bytes: SafetensorsBytes.file(json, data: [3, 0, 0, 0, 0, 0, 0, 0, 0, 0x3C, 0, 0x40]), path: "python")
        #expect(file.metadata == ["k": "v"])
        #expect(try file.tensors["i"]?.int64s() == [3])
        #expect(file.tensors["w"]?.dataType == .float16)
        #expect(file.tensors["w"]?.shape == [1, 2])
        #expect(file.tensors["w"].map { Array($0.bytes) } == [0, 0x3C, 0, 0x40])
    }

    @Test func spacesAndEscapesOfJSONAreUnderstood() throws {
        let json =
            "{ \"\\u0061\\ud83d\\ude42\" :\n{\"shape\": [ 1 , 1 ],\"data_offsets\":[0,1] , \"dtype\":\"U8\"} }   "
        let file = try SafetensorsFile(bytes: SafetensorsBytes.file(json, data: [5]), path: "spaces")
        #expect(try file.tensors["a🙂"]?.int64s() == [5])
    }

    @Test func anEmptyFileOfTheFormatIsRead() throws {
        #expect(try SafetensorsFile(bytes: SafetensorsBytes.file("{}", data: []), path: "empty") == SafetensorsFile())
    }
}

private func temporaryPath(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)-\(name)").path
}

private func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
