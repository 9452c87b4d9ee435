import CKernels
import Foundation
import Testing

@Suite("Random numbers")
struct RandomTests {
    /// Known answers for philox4x32-10, from `kat_vectors` of the Random123 library.
    static let knownAnswers: [(counter: [UInt32], key: [UInt32], words: [UInt32])] = [
        ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        (
            [.max, .max, .max, .max], [.max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        ),
        (
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        ),
    ]

    @Test("Philox4x32-10 gives the published words", arguments: knownAnswers.indices)
    func knownAnswer(index: Int) {
        let (counter, key, words) = Self.knownAnswers[index]
        var stream = ck_philox(
            key0: key[0], key1: key[1], counter1: counter[1], counter2: counter[2], counter3: counter[3])
        var y = [UInt32](repeating: 0, count: 4)
        ck_philox_bits(&stream, counter[0], &y, 4)
        #expect(y == words)
    }

    private static let stream = ck_philox(key0: 7, key1: 8, counter1: 9, counter2: 10, counter3: 11)

    private func floats(_ n: Int, _ fill: (UnsafePointer<ck_philox>, UnsafeMutablePointer<Float>?, Int) -> Void)
        -> [Float]
    {
        var y = [Float](repeating: .nan, count: n)
        withUnsafePointer(to: Self.stream) { fill($0, &y, n) }
        return y
    }

    @Test("Block i follows block i - 1, whatever the block to begin with; the counter wraps")
    func blocks() {
        var stream = Self.stream
        var whole = [UInt32](repeating: 0, count: 1200)
        ck_philox_bits(&stream, .max - 100, &whole, whole.count)
        for block in [0, 1, 100, 101, 299] {
            var part = [UInt32](repeating: 0, count: 4)
            ck_philox_bits(&stream, (UInt32.max - 100) &+ UInt32(block), &part, 4)
            #expect(part == Array(whole[4 * block..<4 * block + 4]))
        }
    }

    @Test("The numbers asked for are a prefix of any more numbers")
    func prefixes() {
        let draws: [(Int) -> [Float]] = [
            { n in self.floats(n) { ck_random_uniform($0, -1, 3, $1, $2) } },
            { n in self.floats(n) { ck_random_normal($0, 1, 2, $1, $2) } },
            { n in self.floats(n) { ck_random_dropout($0, 0.5, $1, $2) } },
        ]
        for batchIndex in draws {
            let whole = batchIndex(3000)
            for n in awkwardLengths { #expect(batchIndex(n) == Array(whole.prefix(n))) }
        }
    }

    @Test("Uniform numbers are the top 24 bits, scaled, and never reach the upper bound")
    func uniform() {
        var stream = Self.stream
        var bits = [UInt32](repeating: 0, count: 10_000)
        ck_philox_bits(&stream, 0, &bits, bits.count)
        #expect(floats(10_000) { ck_random_uniform($0, 0, 1, $1, $2) } == bits.map { Float($0 >> 8) / 16_777_216 })
        let tight = floats(10_000) { ck_random_uniform($0, 1, 1 + 4 * Float.ulpOfOne, $1, $2) }
        #expect(tight.allSatisfy { $0 >= 1 && $0 < 1 + 4 * Float.ulpOfOne })
        let negative = floats(10_000) { ck_random_uniform($0, -1, -1 + 2 * Float.ulpOfOne, $1, $2) }
        #expect(negative.allSatisfy { $0 >= -1 && $0 < -1 + 2 * Float.ulpOfOne })
        #expect(floats(100) { ck_random_uniform($0, 3, 3, $1, $2) }.allSatisfy { $0 == 3 })
    }

    @Test("Normal numbers are Box and Muller's of the words, in double to 1e-5")
    func boxMuller() {
        var stream = Self.stream
        let n = 20_000
        var bits = [UInt32](repeating: 0, count: n)
        ck_philox_bits(&stream, 0, &bits, n)
        let z = floats(n) { ck_random_normal($0, 0.5, 2, $1, $2) }
        for i in stride(from: 0, to: n, by: 2) {
            let radius = (-2 * log((Double(bits[i]) + 1) * 0x1p-32)).squareRoot()
            let angle = 2 * Double.pi * Double(bits[i + 1]) * 0x1p-32
            #expect(abs(Double(z[i]) - (0.5 + 2 * radius * cos(angle))) < 1e-5)
            #expect(abs(Double(z[i + 1]) - (0.5 + 2 * radius * sin(angle))) < 1e-5)
        }
    }

    @Test("Moments, tails and independence of a million normal numbers")
    func moments() {
        let n = 1_000_000
        let z = floats(n) { ck_random_normal($0, 0, 1, $1, $2) }.map(Double.init)
        let moment = { (k: Int) in z.reduce(0.0) { $0 + pow($1, Double(k)) } / Double(n) }
        // Standard errors: 1/1000, sqrt(2)/1000, sqrt(15)/1000, sqrt(96)/1000; five of them allowed.
        #expect(abs(moment(1)) < 0.005)
        #expect(abs(moment(2) - 1) < 0.008)
        #expect(abs(moment(3)) < 0.02)
        #expect(abs(moment(4) - 3) < 0.05)
        let beyond3 = Double(z.count { abs($0) > 3 }) / Double(n)
        #expect(abs(beyond3 - 0.0027) < 0.0003)
        let correlation = zip(z, z.dropFirst()).reduce(0.0) { $0 + $1.0 * $1.1 } / Double(n)
        #expect(abs(correlation) < 0.005)
    }

    @Test("Dropout keeps the stated share and divides by it", arguments: [Float(0.1), 0.5, 0.8, 1])
    func dropout(keep: Float) {
        let n = 200_000
        let mask = floats(n) { ck_random_dropout($0, keep, $1, $2) }
        #expect(mask.allSatisfy { $0 == 0 || $0 == 1 / keep })
        #expect(abs(Float(mask.count { $0 != 0 }) / Float(n) - keep) < 0.006)
    }
}
