import Datasets
import Testing

@Suite("The classes of a data set")
struct DatasetClassesTests {
    @Test("labels are counted; one beyond the names has its number for a name")
    func counting() {
        let classes = DatasetClasses(names: ["a", "b"], labels: [1, 1, 4])
        #expect(classes.names == ["a", "b", "2", "3", "4"] && classes.counts == [0, 2, 0, 0, 1])
        #expect(classes.shares.label(for: 0.5) == 1 && classes.shares.label(for: 0.9) == 4)
    }

    @Test("a class is meant by its name or its number; a name goes first")
    func meaning() {
        let classes = DatasetClasses(names: ["7", "caf\u{e9}", "dog", "dog"], counts: [1, 1, 1, 1])
        #expect(classes.numbers(of: "7") == [0] && classes.numbers(of: "1") == [1])
        #expect(classes.numbers(of: "cafe\u{301}") == [1], "however it is spelled")
        #expect(classes.numbers(of: "dog") == [2, 3])
        for text in ["4", "-1", "cat", ""] { #expect(classes.numbers(of: text).isEmpty) }
    }

    @Test("few names are listed; many, and numbers, are counted")
    func summaries() {
        func summary(_ names: [String], _ counts: [Int]) -> String {
            DatasetClasses(names: names, counts: counts).summary
        }
        #expect(summary(["cat", "dog", "owl"], [200, 199, 201]) == "3 classes: cat 200, dog 199, owl 201")
        #expect(summary(["cat"], [2]) == "1 class: cat 2")
        #expect(summary(["0", "1"], [5, 0]) == "2 classes of 0 to 5 samples")
        #expect(summary((0..<9).map { "c\($0)" }, Array(repeating: 6, count: 9)) == "9 classes of 6 samples each")
    }

    @Test("other names, another order or other labels have another fingerprint")
    func fingerprints() {
        let first = ClassFingerprint(names: ["a", "b"], labels: [0, 1])
        #expect(ClassFingerprint(names: ["a", "b"], labels: [0, 1]) == first)
        let others = [
            ClassFingerprint(names: ["b", "a"], labels: [0, 1]), ClassFingerprint(names: ["a", "b"], labels: [1, 0]),
            ClassFingerprint(names: ["a", "b", "c"], labels: [0, 1]),
            ClassFingerprint(names: ["a\nb"], labels: [0, 1]),
            ClassFingerprint(names: ["a", "b"]),
        ]
        for other in others { #expect(other != first) }
    }

    @Test("procedural data have their digits or modes as classes, and say their fingerprint with and without them")
    func procedural() throws {
        let glyphs = try #require(GlyphSource(seed: 3, split: .test).classes)
        #expect(glyphs.names == (0..<10).map(String.init) && glyphs.counts.reduce(0, +) == 10_000)
        // Ten equal shares: within five standard deviations of 1,000.
        #expect(glyphs.counts.allSatisfy { abs($0 - 1_000) < 150 })
        let ring = MixtureSource.ring(seed: 3, split: .test)
        #expect(ring.classes?.count == 8 && MixtureSource.grid(seed: 3, split: .test).classes?.count == 25)
        let fingerprint = ring.fingerprint
        #expect(fingerprint.description.hasPrefix(fingerprint.withoutClasses + ", 8 classes "))
        #expect(
            fingerprint.withoutClasses == "10000 samples, points in 2 dimensions, \(fingerprint.content)",
            "as checkpoints of earlier releases have it")
    }

    @Test("reading a sample tells its label, also through an adapted source")
    func labelOfASample() throws {
        let sources: [any SampleSource] = [
            GlyphSource(seed: 1), MixtureSource.grid(seed: 1),
            try DatasetSpecification.glyphs.open(shape: .image(height: 16, width: 20, channels: 3), seed: 1),
        ]
        for source in sources {
            for index in 0..<20 {
                var sample = [Float](repeating: 0, count: source.shape.elementCount)
                let label = try sample.withUnsafeMutableBufferPointer { try source.read(index, into: $0) }
                #expect(label == source.label(index))
            }
        }
        #expect(sources[2].classes == GlyphSource(seed: 1).classes)
        #expect(sources[2].fingerprint.classes == sources[0].fingerprint.classes)
    }

    @Test("a data set knows the shape of its samples; a folder's images have any")
    func naturalShapes() throws {
        let shapes: [(String, SampleShape?)] = [
            // Procedural ones are drawn for any size.
            ("glyphs", nil),
            ("mnist:x", .image(height: 28, width: 28, channels: 1)),
            ("fashion-mnist:x", .image(height: 28, width: 28, channels: 1)),
            ("stacked-mnist:x", .image(height: 28, width: 28, channels: 3)),
            ("cifar10:x", .image(height: 32, width: 32, channels: 3)), ("ring-2d", .vector(2)),
            ("grid-2d", .vector(2)), ("images:x", nil),
        ]
        for (text, shape) in shapes {
            #expect(try DatasetSpecification(parsing: text).naturalShape == shape)
        }
        #expect(MixtureSource.ring(seed: 0).shape == DatasetSpecification.ring2D.naturalShape)
    }
}
