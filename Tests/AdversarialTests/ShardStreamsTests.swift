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
