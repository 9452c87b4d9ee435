import Datasets
import FileFormats
import SampleQuality
import TestSupport
import Testing

/// Judges in files, and files that are none.
struct JudgeFileTests {
    private let folder: TemporaryFolder
    private let judge: Judge
    private let images = ListedImages.colour(40, height: 12, width: 8)

    init() throws {
        folder = try TemporaryFolder()
        judge = try JudgeTrainer(seed: 7, epochs: 3, threads: 1)(images, heldOut: nil)
    }

    private func written() throws -> SafetensorsFile {
        try judge.write(to: folder.file("judge"))
        return try SafetensorsFile(contentsOf: folder.file("judge"))
    }

    private func refusal(_ file: SafetensorsFile) throws -> String {
        try file.write(to: folder.file("changed"))
        return "\(try #require(throws: (any Error).self) { try Judge(contentsOf: folder.file("changed")) })"
    }

    @Test("a judge that is read computes what the one that was written does")
    func roundTrip() throws {
        try judge.write(to: folder.file("judge"))
        let read = try Judge(contentsOf: folder.file("judge"))
        #expect(read.identity == judge.identity)
        #expect(read.provenance == judge.provenance)
        #expect(read.classNames == judge.classNames)
        let all = images.images.flatMap { $0 }
        #expect(try read.features(of: all, count: 40) == (try judge.features(of: all, count: 40)))
        // Equal judges are equal files.
        try read.write(to: folder.file("again"))
        #expect(
            try InputFile.bytes(of: folder.file("again"), limit: 1 << 20)
                == InputFile.bytes(of: folder.file("judge"), limit: 1 << 20))
    }

    @Test("a judge of colour images has at most 300 KB")
    func size() throws {
        try judge.write(to: folder.file("judge"))
        #expect(try InputFile.bytes(of: folder.file("judge"), limit: 1 << 20).count <= 300_000)
        #expect(try written().tensors["convolution1.weight"]?.shape == [32, 3, 3, 3])
    }

    @Test("a file that is no judge is refused with what it is")
    func otherFiles() throws {
        let png = try folder.file(
            "image", holding: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 0, count: 20))
        let error = try #require(throws: (any Error).self) { try Judge(contentsOf: png) }
        #expect("\(error)" == "\(png): is a PNG image; expected a judge (a safetensors file)")
        #expect(throws: (any Error).self) { try Judge(contentsOf: folder.file("missing")) }
        let empty = try refusal(SafetensorsFile())
        #expect(empty.contains("is no judge; expected the metadata key 'ganglion.judge.version'"))
    }

    @Test(
        "metadata that cannot be are refused, each with its name",
        arguments: [
            ("version", "2", "version"), ("image", "12x8", "images or classes that there are none of"),
            ("image", "100000x100000x3", "images or classes"), ("image", "-8x12x3", "images or classes"),
            ("image", "16x16x3", "hash of its weights"), ("classes", "[\"a\"]", "images or classes"),
            ("classes", "[1,2]", "classes cannot be used"), ("classes", "[[[[[[", "classes cannot be used"),
            ("classes", "[\"a\",\"b\",\"c\"]", "another shape"), ("mean", "[0.5]", "mean"),
            ("mean", "[1e999,0,0]", "mean"), ("standardDeviation", "[0,1,1]", "standardDeviation"),
            ("testAccuracy", "nan", "testAccuracy"), ("testAccuracy", "1.5", "testAccuracy"),
            ("testCount", "-1", "testCount"), ("identity", "0000000000000000", "hash of its weights"),
        ])
    func metadata(key: String, value: String, words: String) throws {
        var file = try written()
        file.metadata["ganglion.judge.\(key)"] = value
        #expect(try refusal(file).contains(words))
    }

    @Test("tensors that are missing, too many, of another shape or not finite are refused by name")
    func tensors() throws {
        let file = try written()
        var changed = file
        changed.tensors["convolution2.bias"] = nil
        #expect(try refusal(changed).contains("lacks the tensor 'convolution2.bias'"))
        changed = file
        changed.tensors["more"] = SafetensorsFile.Tensor([Float(1)], shape: [1])
        #expect(try refusal(changed).contains("does not have: 'more'"))
        changed = file
        changed.tensors["classes.bias"] = SafetensorsFile.Tensor([Float](repeating: 0, count: 3), shape: [3])
        #expect(try refusal(changed).contains("'classes.bias' has another shape; expected [2], got [3]"))
        changed = file
        changed.tensors["classes.bias"] = SafetensorsFile.Tensor([Float.nan, 0], shape: [2])
        #expect(try refusal(changed).contains("not finite"))
        changed = file
        changed.tensors["classes.bias"] = SafetensorsFile.Tensor([Int64(1), 0], shape: [2])
        #expect(try refusal(changed).contains("expected floating-point numbers"))
    }

    @Test("damaged bytes are refused, or change nothing that the judge computes")
    func damage() throws {
        try judge.write(to: folder.file("judge"))
        let bytes = try InputFile.bytes(of: folder.file("judge"), limit: 1 << 20)
        var random = SeededRandom(seed: 12)
        for _ in 0..<300 {
            var damaged = bytes
            ByteMutation.apply(to: &damaged, &random)
            guard damaged != bytes else { continue }
            let path = try folder.file("damaged", holding: damaged)
            guard let read = try? Judge(contentsOf: path) else { continue }
            #expect(read.identity == judge.identity)
        }
    }
}
