import Adversarial
import Foundation
import Testing

/// A coordinator that is killed, and one too many.
@Suite struct CoordinatorDeathTests {
    /// In the generator's round of a step: one network of the step is updated already, the other is not.
    @Test func killedInMidStep() throws {
        let cluster = try FaultCluster(workers: 2)
        let (watch, victim) = (StepWatch(), Victim())
        victim.choose(cluster.coordinator)
        let proxy = try cluster.proxy(2) { message in
            watch.note(message)
            if let round = message.assignment?.round, round.kind == .generator, round.step == 47 {
                return [.run { victim.hit(SIGKILL) }, .send(message.raw)]
            }
            return [.send(message.raw)]
        }
        let workers = try [cluster.startWorker(through: proxy), cluster.startWorker()]
        #expect(try cluster.coordinator.wait() == .signal(SIGKILL))
        let reached = watch.step
        let restarted = ContinuousClock.now
        let next = try cluster.sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:\(cluster.port)", "--run", cluster.cluster.run.path, "--resume"])
        try next.wait(until: "it goes on") { next.standardError.contains(" joined (") }
        Measured.note("coordinator restarted, a worker back", restarted.duration(to: .now) / .seconds(1))
        try cluster.expectQuietEnd(of: workers, coordinator: next)
        let from = try #require(
            next.standardError.firstMatch(of: /going on from step (\d+) of/).flatMap { UInt64($0.1) })
        #expect(from <= reached)
        #expect(reached - from <= 10, "one checkpoint interval")
    }

    /// It begins anew, as the same run: its workers need not be started again.
    @Test func killedBeforeItsFirstCheckpoint() throws {
        let cluster = try FaultCluster()
        let victim = Victim()
        victim.choose(cluster.coordinator)
        let proxy = try cluster.proxy(2) { message in
            if let round = message.assignment?.round, round.step == 5 { victim.hit(SIGKILL) }
            return [.send(message.raw)]
        }
        let worker = try cluster.startWorker(through: proxy)
        #expect(try cluster.coordinator.wait() == .signal(SIGKILL))
        #expect(!cluster.cluster.run.hasReached(10))
        let next = try cluster.sandbox.start(
            ["coordinator", "--bind", "tcp://127.0.0.1:\(cluster.port)", "--run", cluster.cluster.run.path, "--resume"])
        try cluster.expectQuietEnd(of: [worker], coordinator: next)
    }

    /// Whatever its address; the run that is there is not touched.
    @Test func aSecondOneOnTheSameRunDirectoryIsRefused() throws {
        let cluster = try FaultCluster()
        let run = cluster.cluster.run
        let port = try TCPSocket.freePortPair()
        for arguments in [["--resume"], cluster.task.arguments(run)] {
            let second = try cluster.sandbox.start(
                ["coordinator", "--bind", "tcp://127.0.0.1:\(port)", "--run", run.path] + arguments)
            #expect(try second.wait() == .status(73), "\(second)")
            #expect(second.standardError.contains(run.path), "\(second)")
        }
        let workers = try cluster.startWorkers(1)
        try cluster.expectQuietEnd(of: workers)
    }
}
