import Adversarial
import Coordination
import GanglionTraining
import NeuralNetworks
import RunConfiguration
import Testing
import UserErrors

/// What a run's processes are said to need, part by part, and what becomes of a run that needs too much.
@Suite struct MemoryEstimateTests {
    private func configuration(_ overrides: [(String, String)] = []) throws -> Configuration {
        try Configuration.resolve(
            overrides: ([("preset", "dcgan-28")] + overrides).map {
                ConfigurationOverride(key: $0.0, value: $0.1, origin: "--set")
            })
    }

    private func estimate(_ overrides: [(String, String)] = [], data: Int = 0) throws -> MemoryEstimate {
        MemoryEstimate(try configuration(overrides), dataBytes: data)
    }

    /// dcgan-28 at width 64: 771,969 and 138,689 parameters (README).
    @Test func partsAreThoseOfTheNetworks() throws {
        let parts = try estimate().parts
        #expect((parts.generator, parts.discriminator) == (771_969 * 4, 138_689 * 4))
        // 32 images of 28 x 28, and 32 labels.
        #expect(parts.batch == 32 * (784 + 1) * 4)
        // The generator's gradient, what the discriminator's batch norms report, the metrics.
        #expect(parts.contribution > 771_969 * 4 && parts.contribution < 780_000 * 4)
        // At the least noise, real samples, fakes, and one of the generator's hidden images: 32 x 14 x 14 x 64.
        #expect(parts.shard > parts.batch + 32 * (100 + 784 + 14 * 14 * 64) * 4)
        #expect(parts.thread > 0 && parts.sample > 0)
    }

    @Test func aBothSidedRoundCarriesBothGradients() throws {
        let parts = try estimate([("updateOrder", "simultaneous")]).parts
        #expect(parts.contribution > (771_969 + 138_689) * 4)
    }

    @Test func whatIsHeldGrowsWithTheBatch() throws {
        let (one, two) = (
            try estimate([("batch.shardBatch", "32")]).parts, try estimate([("batch.shardBatch", "64")]).parts
        )
        #expect(two.batch == 2 * one.batch)
        // All but the batch norms' reports.
        #expect(abs(two.shard - 2 * one.shard) < one.shard / 20)
        #expect(two.contribution == one.contribution)
    }

    @Test func workersDivideShardsAndShareNothingElse() throws {
        let estimate = try estimate([("batch.shards", "8")])
        let parts = estimate.parts
        let perShard = parts.shard + parts.contribution + parts.batch
        #expect(estimate.worker(threads: 1, of: 1) - estimate.worker(threads: 1, of: 2) == 4 * perShard)
        #expect(estimate.worker(threads: 1, of: 3) - estimate.worker(threads: 1, of: 4) == perShard)
        let thread = estimate.worker(threads: 3, of: 1) - estimate.worker(threads: 2, of: 1)
        #expect(thread > parts.thread && thread < parts.thread + parts.batch + 8 << 20)
        #expect(
            estimate.total(workers: 2, threads: 1)
                == estimate.coordinator(workers: 2) + 2 * estimate.worker(threads: 1, of: 2))
    }

    @Test func everyProcessKeepsTheData() throws {
        let (none, some) = (try estimate(), try estimate(data: 47_000_000))
        #expect(some.total(workers: 3, threads: 1) - none.total(workers: 3, threads: 1) == 4 * 47_000_000)
    }

    @Test func classesCount() throws {
        let (plain, conditional) = (try estimate(), try estimate([("preset", "digits")]))
        #expect(conditional.parts.generator > plain.parts.generator)
    }

    // MARK: What does not fit

    private func refusal(
        _ overrides: [(String, String)], megabytes: Int, workers: Int = 1, threads: Int = 1, resumes: Bool = false,
        isOfControlGroup: Bool = false
    ) throws -> RunError? {
        let configuration = try configuration(overrides)
        let check = MemoryCheck(
            configuration, estimate: MemoryEstimate(configuration, dataBytes: 0), dataBytes: 0, resumes: resumes)
        do {
            try check.require(
                workers: workers, threads: threads,
                available: AvailableMemory(bytes: megabytes * 1_000_000, isOfControlGroup: isOfControlGroup))
            return nil
        } catch let error as RunError {
            return error
        }
    }

    @Test func whatFitsIsNoError() throws {
        #expect(try refusal([], megabytes: 1000) == nil)
        let (configuration, estimate) = (try configuration(), try estimate())
        try MemoryCheck(configuration, estimate: estimate, dataBytes: 0, resumes: false)
            .require(workers: 1, threads: 64, available: nil)
    }

    /// The advice is the largest of the halved batches that fits: with it there is no error.
    @Test func aSmallerBatchThatFitsIsAdvised() throws {
        let large = [("batch.shardBatch", "2048")]
        let error = try #require(try refusal(large, megabytes: 1000))
        #expect(error.exitCode == 78)
        #expect(error.expected == "at most 1.0 GB, what is free on this machine")
        let advice = try #require(error.advice?.wholeMatch(of: /take --set batch.shardBatch=(\d+)/), "\(error)")
        let batch = try #require(Int(advice.1))
        #expect(try refusal([("batch.shardBatch", "\(batch)")], megabytes: 1000) == nil)
        #expect(try refusal([("batch.shardBatch", "\(2 * batch)")], megabytes: 1000) != nil)
    }

    @Test func fewerThreadsAndWorkersAreAdvised() throws {
        let threads = try #require(try refusal([], megabytes: 700, threads: 64))
        #expect(threads.advice?.contains("batch.shardBatch=") == true, "\(threads)")
        let fewer = try #require(threads.advice?.firstMatch(of: /--set cluster.threads=(\d+)/), "\(threads)")
        let count = try #require(Int(fewer.1))
        #expect(try refusal([], megabytes: 700, threads: count) == nil)
        #expect(try refusal([], megabytes: 700, threads: count + 1) != nil)
        let workers = try #require(try refusal([], megabytes: 400, workers: 8))
        #expect(workers.advice?.contains("--set cluster.workers=") == true, "\(workers)")
        #expect(workers.found?.contains("8 workers of 1 thread, ") == true, "\(workers)")
    }

    @Test func aRunThatGoesOnKeepsItsBatch() throws {
        let error = try #require(try refusal([], megabytes: 400, threads: 64, resumes: true))
        #expect(error.advice?.contains("shardBatch") == false, "\(error)")
        #expect(error.advice?.hasPrefix("take --set cluster.threads=") == true, "\(error)")
    }

    @Test func whereNothingHelpsThatIsSaid() throws {
        let error = try #require(try refusal([], megabytes: 10, isOfControlGroup: true))
        #expect(error.expected == "at most 10.0 MB, what the control group of this process leaves")
        #expect(error.advice == "take smaller networks or images, or a machine with more memory")
    }
}
