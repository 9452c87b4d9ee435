import Foundation
import Testing

/// Numbers that are wrong when they come to the coordinator, on messages that are right in all else.
@Suite struct WrongNumbersTests {
    /// A worker's every gradient has a NaN in it, from step 30 on: computed once more elsewhere, and it is cut off.
    @Test func notANumberFromOneWorker() throws {
        let cluster = try FaultCluster(steps: nil)
        let bad = Counter()
        let proxy = try cluster.proxy(2) { message in
            guard let contribution = message.contribution, contribution.round >= 60 else { return [.send(message.raw)] }
            bad.add()
            return [.send(message.altered { $0[$0.count / 2] = .nan })]
        }
        let broken = try cluster.startWorker(through: proxy)
        let steady = try cluster.proxy(3) {
            [.pause(seconds: $0.contribution == nil ? 0 : 0.002), .send($0.raw)]
        }
        let sound = try cluster.startWorker(through: steady)
        try cluster.cluster.wait(untilCoordinatorSays: " is cut off: it computed 3 shards wrongly")
        #expect(bad.value >= 3)
        broken.kill()
        try cluster.cluster.wait(untilJoined: sound)
        try cluster.cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped([sound])
        // Not of a shard that the other one was computing too, for it was late.
        #expect(cluster.timesCoordinatorSaid("is NaN or infinite; it is computed once more") >= 1)
        #expect(cluster.timesCoordinatorSaid("wrongly: another worker's numbers are right") == 3)
    }

    /// The run stops and says where; the checkpoint is good, and the state is that of a quiet run.
    @Test func notANumberFromAll() throws {
        let cluster = try FaultCluster(workers: 2)
        let workers = try [2, 3].map { place in
            let proxy = try cluster.proxy(place) { message in
                guard let contribution = message.contribution, contribution.round >= 90 else {
                    return [.send(message.raw)]
                }
                return [.send(message.altered { $0[0] = .infinity })]
            }
            return try cluster.startWorker(through: proxy)
        }
        #expect(try cluster.coordinator.wait() == .status(65), "\(cluster.coordinator)")
        let words =
            /error: training: step 46: shard \d: the (generator|discriminator)'s .* is NaN or infinite, computed twice/
        #expect(cluster.coordinator.standardError.contains(words), "\(cluster.coordinator)")
        for worker in workers { _ = try worker.wait() }
        let checkpoint = try cluster.cluster.run.newestCheckpoint()
        #expect(checkpoint.step == 45)
        let quiet = cluster.sandbox.run("quiet")
        try cluster.sandbox.complete(["train", "--workers", "1"] + cluster.task.arguments(quiet, steps: 45))
        #expect(try checkpoint.parametersSHA256 == quiet.stateSHA256(afterStep: 45))
    }

    /// Where the arithmetic itself overflows, the workers see it first and name the layer.
    @Test func arithmeticThatOverflows() throws {
        let sandbox = try Sandbox()
        let run = sandbox.run("run")
        let process = try sandbox.start(
            ["train", "--workers", "2"] + TrainingTask(preset: "lenet-28").arguments(run) + [
                // Images with infinite pixels.
                "--set", "normalization.mean=1e6", "--set", "normalization.deviation=1e-37",
            ])
        #expect(try process.wait() == .status(65), "\(process)")
        let words =
            /error: training: step 1: shard \d: the discriminator's gradient of '\w+\.(weight|bias)' is NaN or infinite, computed twice/
        #expect(process.standardError.contains(words), "\(process)")
        #expect(run.unfinishedFiles.isEmpty && sandbox.runtimeRemains.isEmpty)
    }

    /// With a tenth of the shards computed twice and compared; from some round on.
    @Test(arguments: [0, 21, 54, 87]) func flippedSigns(fromRound first: UInt64) throws {
        let cluster = try FaultCluster(steps: nil, workers: 2, options: ["--verify", "0.1"])
        let (watch, given) = (StepWatch(), Counter())
        let proxy = try cluster.proxy(2) { message in
            if let assignment = message.assignment, assignment.round.number >= first {
                given.add(assignment.shards.count)
            }
            guard let contribution = message.contribution, contribution.round >= first else {
                return [.send(message.raw)]
            }
            return [.send(message.altered { for index in $0.indices { $0[index].negate() } })]
        }
        let liar = try cluster.startWorker(through: proxy)
        let witness = try cluster.proxy(3, watch.handler)
        let honest = try [cluster.startWorker(through: witness), cluster.startWorker()]
        try cluster.cluster.wait(untilCoordinatorSays: "is not what the coordinator computes")
        #expect(given.value <= 50)
        #expect(cluster.timesCoordinatorSaid(" is cut off: ") == 1, "\(cluster.coordinator)")
        // The others go on without it.
        for worker in honest { try cluster.cluster.wait(untilJoined: worker) }
        try watch.wait(untilStep: watch.step + 20, of: cluster.coordinator)
        liar.kill()
        cluster.coordinator.send(SIGTERM)
        #expect(try cluster.coordinator.wait() == .status(0), "\(cluster.coordinator)")
        for worker in honest { #expect(try worker.wait() == .status(0), "\(worker)") }
        #expect(cluster.timesCoordinatorSaid(" is cut off: ") == 1, "\(cluster.coordinator)")
        print("measured: cut off after \(given.value) shards")
    }

    /// Where all shards are compared, not one wrong number gets in.
    @Test func flippedSignsWithAllShardsCompared() throws {
        let cluster = try FaultCluster(steps: nil, workers: 2, options: ["--verify", "1"])
        let proxy = try cluster.proxy(2) { message in
            guard message.contribution != nil else { return [.send(message.raw)] }
            return [.send(message.altered { for index in $0.indices { $0[index].negate() } })]
        }
        let liar = try cluster.startWorker(through: proxy)
        let honest = try [cluster.startWorker(), cluster.startWorker()]
        try cluster.cluster.wait(untilCoordinatorSays: "is not what the coordinator computes")
        liar.kill()
        for worker in honest { try cluster.cluster.wait(untilJoined: worker) }
        try cluster.cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped(honest)
    }
}
