import FileFormats
import Foundation
import TestSupport
import Testing

/// Every wrong, truncated or hostile safetensors file is refused with a sentence that names the byte or the tensor.
struct SafetensorsBadInputTests {
    static func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
        #""\#(name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}"#
    }

    static let good = tensor("a", "F32", "2", "0,8")

    static let files: [BadFile] = [
        BadFile("empty", [], "at least 8 bytes", "got 0"),
        BadFile("seven bytes", [1, 2, 3, 4, 5, 6, 7], "at least 8 bytes", "got 7"),
        BadFile("header of 2^60 bytes", [0, 0, 0, 0, 0, 0, 0, 0x10], "byte 0", "1152921504606846976"),
        BadFile("header of 2^64 - 1 bytes", [UInt8](repeating: 255, count: 8), "byte 0", "100000000"),
        BadFile("header over 100 MB", [0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0], "byte 0", "100000001"),
        BadFile("header over the file", [9, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "header of 9 bytes", "only 2"),
        BadFile("no header", SafetensorsBytes.file("", data: []), "byte 8", "'{'"),
        BadFile("not starting with {", json: " {}", data: 0, "byte 8", "'{'"),
        BadFile("array", json: "[]", data: 0, "byte 8", "'{'"),
        BadFile("not UTF-8", SafetensorsBytes.file([0x7B, 0x22, 0xFF, 0x22, 0x7D], data: []), "byte 10", "UTF-8"),
        BadFile("not JSON", json: "{hello}", data: 0, "byte 9", "JSON"),
        BadFile("not closed", json: "{\(good)", "JSON", "header's end"),
        BadFile("string not closed", json: #"{"a"#, data: 0, "byte 9", "without end"),
        BadFile("trailing comma", json: "{\(good),}", "a key"),
        BadFile("text after the end", json: "{\(good)} x", "after the header's last '}'"),
        BadFile("control character", json: "{\"a\u{1}\":{}}", data: 0, "control character"),
        BadFile("half a surrogate", json: #"{"\ud800":{}}"#, data: 0, "surrogate"),
        BadFile("bad escape", json: #"{"\x":{}}"#, data: 0, "escape"),
        BadFile("bad \\u", json: #"{"\u00g0":{}}"#, data: 0, "hexadecimal"),
        BadFile("duplicate tensor", json: "{\(good),\(good)}", "'a'", "twice"),
        BadFile(
            "duplicate by escape", json: #"{\#(good),"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}}"#, "'a'",
            "twice"),
        BadFile("duplicate metadata", json: #"{"__metadata__":{"k":"1","k":"2"}}"#, data: 0, "'k'", "twice"),
        BadFile("two metadata", json: #"{"__metadata__":{},"__metadata__":{}}"#, data: 0, "'__metadata__'", "twice"),
        BadFile("metadata not text", json: #"{"__metadata__":{"k":1}}"#, data: 0, "a string", "'k'"),
        BadFile(
            "duplicate field", json: #"{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#, "'a'",
            "dtype twice"),
        BadFile(
            "unknown field", json: #"{"a":{"type":"U8","shape":[8],"data_offsets":[0,8]}}"#, "'type'",
            "expected dtype"),
        BadFile("no dtype", json: #"{"a":{"shape":[8],"data_offsets":[0,8]}}"#, "'a'", "no dtype"),
        BadFile("no shape", json: #"{"a":{"dtype":"U8","data_offsets":[0,8]}}"#, "'a'", "no shape"),
        BadFile("no offsets", json: #"{"a":{"dtype":"U8","shape":[8]}}"#, "'a'", "no data_offsets"),
        BadFile("unknown type", json: "{\(tensor("a", "F31", "2", "0,8"))}", "'a'", "F31", "expected one of BOOL"),
        BadFile("one offset", json: "{\(tensor("a", "F32", "2", "0"))}", "'a'", "two numbers", "got 1"),
        BadFile("three offsets", json: "{\(tensor("a", "F32", "2", "0,8,9"))}", "'a'", "two numbers", "got 3"),
        BadFile("reversed", json: "{\(tensor("a", "F32", "2", "8,0"))}", "'a'", "reversed"),
        BadFile("past the end", json: "{\(tensor("a", "F32", "4", "0,16"))}", "'a'", "byte 16", "holds 8"),
        BadFile("shape and offsets", json: "{\(tensor("a", "F32", "3", "0,8"))}", "'a'", "needs 12 bytes", "hold 8"),
        BadFile(
            "overlap", json: "{\(tensor("a", "F32", "2", "0,8")),\(tensor("b", "F32", "2", "4,12"))}", data: 12, "'a'",
            "'b'", "overlap", "byte 4"),
        BadFile(
            "same place", json: "{\(tensor("a", "F32", "2", "0,8")),\(tensor("b", "F32", "2", "0,8"))}", "overlap"),
        BadFile("hole at the start", json: "{\(tensor("a", "F32", "1", "4,8"))}", "bytes 0 to 4", "'a'"),
        BadFile(
            "hole", json: "{\(tensor("a", "U8", "2", "0,2")),\(tensor("b", "U8", "2", "6,8"))}", "bytes 2 to 6", "'b'"),
        BadFile("trailing bytes", json: "{\(good)}", data: 11, "3 bytes follow"),
        BadFile("data without tensors", json: "{}", data: 3, "3 bytes follow"),
        BadFile("negative length", json: "{\(tensor("a", "F32", "-2", "0,8"))}", "whole number", "'a'"),
        BadFile("fraction", json: "{\(tensor("a", "F32", "2.0", "0,8"))}", "not whole", "'a'"),
        BadFile("exponent", json: "{\(tensor("a", "F32", "2e0", "0,8"))}", "not whole", "'a'"),
        BadFile("leading zero", json: "{\(tensor("a", "F32", "02", "0,8"))}", "starts with 0"),
        BadFile("text for a number", json: "{\(tensor("a", "F32", "\"2\"", "0,8"))}", "whole number", "'a'"),
        BadFile(
            "number over 64 bits", json: "{\(tensor("a", "F32", "18446744073709551618", "0,8"))}", "overflows 64 bits"),
        BadFile(
            "size overflows", json: "{\(tensor("a", "F32", "4611686018427387904,4", "0,8"))}", "'a'",
            "overflows 64 bits"),
        BadFile(
            "size wraps to the right one", json: "{\(tensor("a", "F32", "4294967297,4294967296,2", "0,8"))}", "'a'",
            "overflows 64 bits"),
        BadFile("tensor not an object", json: #"{"a":[1]}"#, data: 0, "an object", "'a'"),
        BadFile("nested deep", json: "{" + String(repeating: #""a":{"#, count: 100_000), data: 0, "unknown field"),
    ]

    @Test(arguments: files) func isRefusedWithASentence(file: BadFile) throws {
        let error = #expect(throws: FileFormatError.self) {
            _ = try SafetensorsFile(bytes: file.bytes, path: "bad.safetensors")
        }
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("bad.safetensors: "))
        #expect(!sentence.contains("\n"))
        for word in file.words { #expect(sentence.contains(word), "\(sentence)") }
        // The same from a file on disk.
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try Data(file.bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: FileFormatError.self) { _ = try SafetensorsFile(contentsOf: path) }
    }

    @Test func aMissingFileAndAFolderAreRefused() {
        #expect { _ = try SafetensorsFile(contentsOf: "/nonexistent/x.safetensors") } throws: {
            ($0 as? FileFormatError)?.category == .missing
        }
        #expect { _ = try SafetensorsFile(contentsOf: "/tmp") } throws: {
            "\($0)".contains("it is a folder; expected a file")
        }
        #expect(throws: FileFormatError.self) { _ = try SafetensorsFile(contentsOf: "/dev/zero") }
    }

    @Test func aTruncatedFileIsRefusedAtEveryLength() throws {
        let whole = SafetensorsBytes.file("{\(Self.good)}", data: [UInt8](1...8))
        _ = try SafetensorsFile(bytes: whole, path: "whole")
        for length in 0..<whole.count {
            #expect(throws: FileFormatError.self) {
                _ = try SafetensorsFile(bytes: Array(whole.prefix(length)), path: "cut")
            }
        }
    }

    /// 20,000 seeded mutations of a good file: each is read or refused, none crashes.
    @Test func flippedBytesNeverCrash() throws {
        let json =
            #"{"__metadata__":{"k":"\u0076"},\#(Self.tensor("a", "F32", "1,2", "0,8")),\#(Self.tensor("b", "U8", "3", "8,11"))}"#
        let whole = SafetensorsBytes.file(json, data: [UInt8](0..<11))
        var generator = SeededRandom(seed: 1)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            do {
                _ = try SafetensorsFile(bytes: bytes, path: "flipped")
            } catch {
                #expect(error is FileFormatError)
            }
        }
    }

    @Test func failingToWriteLeavesTheOldFile() throws {
        #expect {
            try SafetensorsFile().write(to: "/nonexistent/folder/x.safetensors")
        } throws: {
            ($0 as? FileFormatError)?.category == .cannotCreate || ($0 as? FileFormatError)?.category == .missing
        }
    }
}
