import Datasets
import FileFormats
import Foundation
import SampleQuality
import TestSupport
import Testing

/// Where the judge of a data set comes from.
struct JudgeLookupTests {
    private let folder: TemporaryFolder
    private let cache: JudgeCache
    private let images = ListedImages.colour(40, height: 12, width: 8)
    private let trainer = JudgeTrainer(epochs: 2, threads: 1)

    init() throws {
        folder = try TemporaryFolder()
        cache = JudgeCache(folder: folder.file("ganglion/judges"))
    }

    private func find(
        _ source: any SampleSource, cache: JudgeCache?
    ) throws -> (found: FoundJudge?, lines: [String]) {
        var lines: [String] = []
        let found = try Judge.forData(
            source, heldOut: nil, cache: cache, trainer: trainer, say: { lines.append($0) })
        return (found, lines)
    }

    @Test("a first judge is trained, which is said, and kept; the second time it is there")
    func trainedOnce() throws {
        let (first, lines) = try find(images, cache: cache)
        let path = cache.path(for: images)
        #expect(first?.origin == .trained(path))
        #expect(lines.count == 2)
        #expect(lines[0] == "listed images has no judge yet: a small classifier is trained first")
        #expect(lines[1].hasSuffix("% of 4 test images, kept in \(path)"))
        let (second, silence) = try find(images, cache: cache)
        #expect(second?.origin == .cached(path) && silence.isEmpty)
        #expect(second?.judge.identity == first?.judge.identity)
        #expect(second?.judge.provenance == first?.judge.provenance)
    }

    @Test("other data have another judge")
    func otherData() throws {
        var others = images
        others.labels.swapAt(0, 1)
        #expect(cache.path(for: others) != cache.path(for: images))
        var otherShape = images
        otherShape.shape = .image(height: 8, width: 12, channels: 3)
        #expect(cache.path(for: otherShape) != cache.path(for: images))
    }

    @Test("a damaged judge in the cache is named, and trained again")
    func damagedCache() throws {
        _ = try find(images, cache: cache)
        let path = cache.path(for: images)
        try Data("no judge".utf8).write(to: URL(fileURLWithPath: path))
        let (found, lines) = try find(images, cache: cache)
        #expect(found?.origin == .trained(path))
        #expect(lines.first?.hasPrefix("a judge in the cache is not used: \(path): ") == true)
        #expect(try cache.judge(for: images)?.identity == found?.judge.identity)
    }

    @Test("the judge of other data under this name is not used")
    func exchangedCache() throws {
        var others = images
        others.labels.swapAt(0, 1)
        let path = try cache.store(trainer(images, heldOut: nil), for: images)
        try FileManager.default.moveItem(atPath: path, toPath: cache.path(for: others))
        let error = try #require(throws: (any Error).self) { try cache.judge(for: others) }
        #expect("\(error)".contains("is the judge of other data: listed images"))
    }

    @Test("a cache that cannot be written is said, and stops nothing")
    func unwritableCache() throws {
        let file = try folder.file("file", holding: [0])
        let (found, lines) = try find(images, cache: JudgeCache(folder: file + "/judges"))
        #expect(found?.origin == .trained(nil))
        #expect(lines.count == 3 && lines[1].hasPrefix("the judge is not kept: \(file)/judges: cannot make the folder"))
    }

    @Test("points and images of one class have no judge, and nothing is trained for them")
    func noJudge() throws {
        for source: any SampleSource in [
            MixtureSource.ring(seed: 0),
            {
                var one = images; one.names = []; return one
            }(),
        ] {
            let (found, lines) = try find(source, cache: cache)
            #expect(found == nil && lines.isEmpty)
        }
    }

    @Test("the cache's folder is that of the XDG specification")
    func folderOfTheUser() throws {
        #expect(try JudgeCache(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]).folder == "/c/ganglion/judges")
        #expect(try JudgeCache(environment: ["HOME": "/h"]).folder == "/h/.cache/ganglion/judges")
        // A relative path is to be ignored.
        #expect(
            try JudgeCache(environment: ["XDG_CACHE_HOME": "c", "HOME": "/h"]).folder == "/h/.cache/ganglion/judges")
    }
}
