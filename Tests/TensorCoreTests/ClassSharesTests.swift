import TensorCore
import Testing

@Suite("Drawing classes by their shares")
struct ClassSharesTests {
    @Test(
        "evenly spaced numbers give each class exactly its count",
        arguments: [[200, 199, 201], [1], [0, 5, 0, 0, 3, 0], [5_923, 6_742, 5_958, 6_131, 5_842, 5_421]])
    func exactShares(counts: [Int]) {
        let shares = ClassShares(counts: counts)
        let total = counts.reduce(0, +)
        var drawn = [Int](repeating: 0, count: counts.count)
        // The middle of each of total · 3 equal parts of [0, 1).
        for part in 0..<total * 3 { drawn[shares.label(for: (Double(part) + 0.5) / Double(total * 3))] += 1 }
        #expect(drawn == counts.map { $0 * 3 })
        #expect(shares.count == counts.count)
    }

    @Test("classes without samples are never drawn, at the ends of the range neither")
    func emptyClasses() {
        let shares = ClassShares(counts: [0, 0, 2, 0, 1, 0])
        #expect(shares.label(for: 0.0) == 2 && shares.label(for: -1.0) == 2)
        #expect(shares.label(for: 1.0.nextDown) == 4 && shares.label(for: 1.0) == 4 && shares.label(for: 2.0) == 4)
        #expect(shares.label(for: Float(1).nextDown) == 4 && shares.label(for: Float(0)) == 2)
        // The border between the second and the third of three samples.
        #expect(shares.label(for: (2.0 / 3).nextDown) == 2 && shares.label(for: (2.0 / 3).nextUp) == 4)
    }

    @Test("a stream draws whole numbers, the same each time, as often as the shares say")
    func drawnFromAStream() {
        let counts = [10, 0, 30, 60]
        let number = 100_000
        let stream = RandomStream(seed: 5, purpose: .sample, step: 3)
        var labels = [Float](repeating: .nan, count: number)
        labels.withUnsafeMutableBufferPointer { ClassShares(counts: counts).fill($0, from: stream) }
        var again = [Float](repeating: .nan, count: number)
        again.withUnsafeMutableBufferPointer { ClassShares(counts: counts).fill($0, from: stream) }
        #expect(labels == again)
        for (label, count) in counts.enumerated() {
            let share = Double(count) / 100
            let drawn = Double(labels.count { $0 == Float(label) })
            // Binomial: within five standard deviations.
            let deviation = (Double(number) * share * (1 - share)).squareRoot()
            #expect(abs(drawn - Double(number) * share) <= 5 * deviation)
        }
        #expect(labels.allSatisfy { counts.indices.contains(Int($0)) && $0 == $0.rounded() })
    }
}
