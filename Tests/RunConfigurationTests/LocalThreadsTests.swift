import RunConfiguration
import Testing

/// How many compute threads the workers of `train` get.
@Suite struct LocalThreadsTests {
    @Test(
        arguments: [
            // One worker: a thread a core, but no more than there are shards.
            (1, nil, 4, 2, 2), (1, nil, 4, 8, 4), (1, nil, 1, 8, 1), (1, nil, 4, 1, 1),
            // Several: each its part of the cores, at least one, but no more than its part of the shards.
            (2, nil, 4, 8, 2), (2, nil, 8, 8, 4), (4, nil, 4, 2, 1), (3, nil, 16, 8, 2), (2, nil, 3, 8, 2),
            // A number is taken as it is.
            (1, 1, 4, 8, 1), (1, 16, 4, 2, 16), (4, 2, 4, 2, 2),
        ] as [(Int, Int?, Int, Int, Int)])
    func eachWorkerHasItsPart(workers: Int, threads: Int?, shards: Int, processors: Int, expected: Int) {
        var cluster = Configuration(preset: .dcgan28).cluster
        cluster.workers = workers
        cluster.threads = threads
        #expect(cluster.threads(forShards: shards, processors: processors) == expected)
    }

    @Test func theDefaultIsAutoAndIsWrittenSo() throws {
        let configuration = Configuration(preset: .dcgan28)
        #expect(configuration.cluster.workers == 1)
        #expect(configuration.cluster.threads == nil)
        #expect(configuration.resolvedYAML(comments: false).contains("\n  threads: auto\n"))
    }

    @Test(arguments: [("auto", nil), ("\"auto\"", nil), ("3", 3), ("1024", 1024)] as [(String, Int?)])
    func aFileSaysANumberOrAuto(text: String, expected: Int?) throws {
        let configuration = try Configuration(yaml: "preset: dcgan-28\ncluster: {threads: \(text)}\n")
        #expect(configuration.cluster.threads == expected)
        #expect(try Configuration(yaml: configuration.resolvedYAML()) == configuration)
    }

    @Test(arguments: ["0", "-1", "1025", "Auto", "aut", "1.5", "\"2\"", "''"])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: RunError.self) {
            try Configuration(yaml: "preset: dcgan-28\ncluster: {threads: \(text)}\n")
        }
        #expect(error?.line.contains("expected a whole number from 1 to 1024, or auto") == true)
    }
}
