import Foundation
import Testing

/// A wire that damages, breaks and delays. What is damaged is recognised and sent again; the bits are the quiet run's.
@Suite struct DamagedWireTests {
    /// One bit of every 2 MB or so in either direction, wherever it falls: parameters, gradients, headers, ZeroMQ's own
    /// sizes. (The table asks for one in 10 MB.)
    @Test func flippedBits() throws {
        let cluster = try FaultCluster(steps: 200, workers: 2)
        let (bytes, flips) = (Counter(), Counter())
        let handler: WireProxy.Handler = { message in
            let before = bytes.add(message.raw.count)
            var raw = message.raw
            if before / 2_000_000 != (before + raw.count) / 2_000_000 {
                raw[Int.random(in: raw.indices)] ^= 1 << UInt8.random(in: 0..<8)
                flips.add()
            }
            return [.send(raw)]
        }
        let workers = try [2, 3].map { place in
            let proxy = try cluster.proxy(place, handler)
            return (proxy, try cluster.startWorker(through: proxy))
        }
        try cluster.expectQuietEnd(of: workers.map(\.1))
        #expect(flips.value >= 10)
        print("measured: \(flips.value) bits flipped in \(bytes.value / 1_000_000) MB")
    }

    @Test func connectionsThatAreResetEverySecond() throws {
        let cluster = try FaultCluster(steps: nil, workers: 2)
        let slow: WireProxy.Handler = { [.pause(seconds: $0.contribution == nil ? 0 : 0.005), .send($0.raw)] }
        let proxies = try [2, 3].map { try cluster.proxy($0, slow) }
        let workers = try proxies.map { try cluster.startWorker(through: $0) }
        try cluster.cluster.wait(untilStep: 10)
        for _ in 0..<5 {
            usleep(1_000_000)
            let before = proxies.map(\.connections)
            for proxy in proxies { proxy.reset() }
            for (proxy, before) in zip(proxies, before) {
                try waitFor("control and parameters again", while: cluster.coordinator) {
                    proxy.connections >= before + 2 ? true : nil
                }
            }
        }
        // Still at work.
        let step = try cluster.cluster.run.newestCheckpoint().step
        try cluster.cluster.wait(untilStep: Int(step) + 20)
        try cluster.expectQuietStateWhenStopped(workers)
    }

    /// Cut in the middle of a message: half of it has arrived.
    @Test func gradientsThatBreakOffInTheMiddle() throws {
        let cluster = try FaultCluster(steps: 100, workers: 2)
        let cuts = Counter()
        let proxy = try cluster.proxy(2) { message in
            // It need not have a shard in every round.
            guard let contribution = message.contribution, contribution.round >= 20 * (cuts.value + 1) else {
                return [.send(message.raw)]
            }
            cuts.add()
            return [.send(Array(message.raw.prefix(message.raw.count / 2))), .reset]
        }
        let workers = try [cluster.startWorker(through: proxy), cluster.startWorker()]
        try cluster.expectQuietEnd(of: workers)
        #expect(cuts.value > 0)
    }

    @Test func delaysOfTensOfMilliseconds() throws {
        let cluster = try FaultCluster(steps: 60, workers: 2)
        let handler: WireProxy.Handler = { [.pause(seconds: .random(in: 0...0.02)), .send($0.raw)] }
        let proxies = try [2, 3].map { try cluster.proxy($0, handler) }
        let workers = try proxies.map { try cluster.startWorker(through: $0) }
        try cluster.expectQuietEnd(of: workers)
        #expect(!cluster.coordinator.standardError.contains("nothing heard"), "\(cluster.coordinator)")
    }
}
