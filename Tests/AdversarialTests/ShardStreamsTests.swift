import Adversarial
import TensorCore
import Testing

/// Which random numbers a shard draws.
@Suite struct ShardStreamsTests {
    /// Also a pass with more than sixteen dropout layers, whose masks once met the next pass's.
    @Test func noTwoMasksShareAStream() {
        var streams: Set<RandomStream> = []
        var count = 0
        for shard in [0, 1, 15, 16, 255, 4095] {
            for pass in 0..<16 {
                for number in 0..<256 {
                    streams.insert(ShardStreams(seed: 3, batchIndex: 5, shard: shard).dropout(pass: pass, number))
                    count += 1
                }
            }
        }
        #expect(streams.count == count)
    }

    /// Real samples and fakes, in either network's round, are augmented by draws of their own.
    @Test func noTwoPassesShareTheDrawsOfTheirAugmentation() {
        let streams = [0, 1, 4095].flatMap { shard in
            (0..<16).map { ShardStreams(seed: 3, batchIndex: 5, shard: shard).augmentation(pass: $0) }
        }
        #expect(Set(streams).count == streams.count)
        #expect(streams.allSatisfy { $0.purpose == .augmentation })
    }

    /// Whose bits are in the checkpoints of old runs.
    @Test func theFirstSixteenMasksHaveTheStreamsThatTheyAlwaysHad() {
        for (shard, pass, number) in [(0, 0, 0), (3, 1, 15), (4095, 4, 7)] {
            let mask = ShardStreams(seed: 3, batchIndex: 5, shard: shard).dropout(pass: pass, number)
            #expect(
                mask
                    == RandomStream(
                        seed: 3, purpose: .dropout, step: 5, shard: UInt32(shard << 8 | pass << 4 | number)))
        }
    }
}
