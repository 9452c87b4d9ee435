import Coordination
import Foundation
import Messaging
import Testing

/// Gradients that come twice, later again, or from somebody else: none is applied twice.
@Suite struct RepeatedGradientTests {
    @Test func everyMessageOfAWorkerTwice() throws {
        let cluster = try FaultCluster(workers: 2)
        let twice = try cluster.proxy(2) { message in
            guard message.worker != nil else { return [.send(message.raw)] }
            return [.send(message.raw), .send(message.raw)]
        }
        let workers = try [cluster.startWorker(through: twice), cluster.startWorker()]
        try cluster.expectQuietEnd(of: workers)
    }

    /// On the worker's own connection, so with its identity: each gradient once more together with the next ones.
    @Test func replayedOnTheSameConnection() throws {
        let cluster = try FaultCluster(workers: 2)
        let recorder = Recorder()
        let proxy = try cluster.proxy(2) { message in
            guard message.contribution != nil else { return [.send(message.raw)] }
            let old = recorder.recent(3)
            recorder.record(message)
            return old.map { .send($0.raw) } + [.send(message.raw)]
        }
        let workers = try [cluster.startWorker(through: proxy), cluster.startWorker()]
        try cluster.expectQuietEnd(of: workers)
        #expect(recorder.count > 100)
    }

    /// A stranger sends what it has overheard: first as nobody, then as a member that has said hello.
    @Test(arguments: [false, true]) func replayedByAnother(isMember: Bool) throws {
        let cluster = try FaultCluster(steps: nil)
        let recorder = Recorder()
        let proxy = try cluster.proxy(2) { message in
            if message.worker != nil { recorder.record(message) }
            return [.pause(seconds: message.contribution == nil ? 0 : 0.002), .send(message.raw)]
        }
        let worker = try cluster.startWorker(through: proxy)
        try waitFor("gradients to replay", while: cluster.coordinator) { recorder.count > 20 ? true : nil }
        let thief = try DealerSocket(try Context(), identity: .random())
        try thief.connect(Endpoint(cluster.cluster.endpoint))
        var replayed = 0
        while replayed < 500 {
            try #require(cluster.coordinator.poll() == nil, "\(cluster.coordinator)")
            // The oldest is its hello.
            for message in (isMember ? recorder.oldest(2) : []) + recorder.recent(5) {
                guard isMember || message.contribution != nil else { continue }
                let payload = message.frames.count > 1 ? try Frame(Array(message.frames[1])) : nil
                _ = try thief.send(header: Frame(Array(message.frames[0])), payload: payload)
                replayed += 1
            }
            usleep(5000)
        }
        try cluster.cluster.wait(steps: 20)
        try cluster.expectQuietStateWhenStopped([worker])
    }
}

/// Keeps what has passed.
private final class Recorder: @unchecked Sendable {  // the messages are behind the lock
    private let lock = NSLock()
    private var messages: [PassingMessage] = []

    func record(_ message: PassingMessage) { lock.withLock { messages.append(message) } }
    var count: Int { lock.withLock { messages.count } }
    func oldest(_ count: Int) -> [PassingMessage] { lock.withLock { Array(messages.prefix(count)) } }
    func recent(_ count: Int) -> [PassingMessage] { lock.withLock { Array(messages.suffix(count)) } }
}
