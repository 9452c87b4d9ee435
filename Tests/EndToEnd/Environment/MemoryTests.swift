import Foundation
import Testing

/// What memory a run needs is said before anything is started; what no machine has is refused.
@Suite struct MemoryTests {
    @Test func tooLargeAShardBatchIsRefusedWithAWayOn() throws {
        let sandbox = try Sandbox()
        try Refusal(
            "some terabytes",
            [
                "train", "--preset", "dcgan-64", "--run", sandbox.file("run"), "--set", "batch.shardBatch=5000",
                "--set", "batch.shards=1", "--set", "cluster.threads=1024",
            ], 78, "memory: the run needs more than there is; expected at most ", ", got about ",
            "1 worker of 1024 threads", "take --set batch.shardBatch="
        ).check(in: sandbox)
    }

    @Test func trainAndItsPartsSayWhatTheyNeed() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let small = ["--preset", "ring-2d", "--sample-every", "0", "--steps", "3"]
        let train = try sandbox.complete(["train", "--workers", "2", "--threads", "1", "--run", run.path] + small)
        let sentence =
            /memory: each of 2 workers needs about .+ MB \(1 thread of .+ kB, 2 shards of .+ kB\), the coordinator .+ MB/
        #expect(train.standardError.contains(sentence), "\(train)")
        #expect(run.log.contains(sentence), "\(run.log)")

        let address = "ipc://\(sandbox.file("socket"))"
        let coordinator = try sandbox.start(
            ["coordinator", "--bind", address, "--run", sandbox.file("second")] + small)
        let worker = try sandbox.start(["worker", "--connect", address])
        #expect(try coordinator.wait() == .status(0), "\(coordinator)")
        #expect(try worker.wait() == .status(0), "\(worker)")
        #expect(
            coordinator.standardError.contains(
                /memory: this process needs about .+ MB, a worker .+ MB with one thread/),
            "\(coordinator)")
        #expect(
            worker.standardError.contains(/memory: needs about .+ MB \(1 thread of .+, 4 shards of .+\)/), "\(worker)")
    }
}
