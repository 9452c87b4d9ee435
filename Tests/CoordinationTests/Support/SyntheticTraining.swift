import Adversarial
import Coordination
import FileFormats
import TensorCore

/// A stand-in for training whose result depends on every value that it is given: on the parameters of both networks at
/// the right versions, on each shard once, and on the order of the sum.
enum SyntheticTraining {
    static func contributionLength(_ kind: RoundKind, _ lengths: [Network: Int]) -> Int {
        kind.networks.map { lengths[$0]! }.reduce(0, +) + 3
    }

    static func compute(
        _ round: Round, shard: Int, generator: UnsafeBufferPointer<Float>, discriminator: UnsafeBufferPointer<Float>,
        into y: UnsafeMutableBufferPointer<Float>
    ) {
        var hash = UInt32(truncatingIfNeeded: round.batchIndex) &* 2_654_435_761 ^ UInt32(shard) &* 1_315_423_911
        hash ^= UInt32(round.kind.rawValue) << 13 ^ UInt32(round.augmentationProbability * 1_000_000)
        for index in y.indices {
            hash = hash &* 1_664_525 &+ 1_013_904_223
            let noise = Float(Int32(bitPattern: hash) >> 8) / 8_388_608
            y[index] =
                noise + 0.25 * generator[index % generator.count]
                - 0.5 * discriminator[(index &* 3) % discriminator.count]
        }
    }

    /// What must come out: one process, one shard after another, the sum by recursion.
    static func reference(shards: Int, lengths: [Network: Int], steps: Int, updateOrder: UpdateOrder, run: Int = 0)
        -> SyntheticState
    {
        var state = SyntheticState(lengths: lengths, updateOrder: updateOrder, run: run)
        while let round = state.round(of: steps) {
            let length = contributionLength(round.kind, lengths)
            let leaves = (0..<shards).map { shard in
                [Float](unsafeUninitializedCapacity: length) { buffer, count in
                    state.generator.withUnsafeBufferPointer { generator in
                        state.discriminator.withUnsafeBufferPointer { discriminator in
                            compute(
                                round, shard: shard, generator: generator, discriminator: discriminator, into: buffer)
                        }
                    }
                    count = length
                }
            }
            sum(leaves).withUnsafeBufferPointer { state.apply(round, sum: $0, shards: shards) }
        }
        return state
    }

    /// The sum by the rule of the tree, level by level.
    static func sum(_ leaves: [[Float]]) -> [Float] {
        var level = leaves
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { left in
                left + 1 < level.count ? zip(level[left], level[left + 1]).map { $0 + $1 } : level[left]
            }
        }
        return level[0]
    }
}

/// The state of a synthetic run: two vectors, and where the run is.
struct SyntheticState: Equatable {
    var generator: [Float]
    var discriminator: [Float]
    var versions: [Network: UInt64] = [.generator: 0, .discriminator: 0]
    var number: UInt64 = 0
    let updateOrder: UpdateOrder

    /// Where a run begins; other runs begin with other parameters.
    init(lengths: [Network: Int], updateOrder: UpdateOrder, run: Int = 0) {
        generator = (0..<lengths[.generator]!).map { Float($0 % 17) * 0.1 + Float(run) }
        discriminator = (0..<lengths[.discriminator]!).map { Float($0 % 13) * -0.1 }
        self.updateOrder = updateOrder
    }

    /// The next round; nil when all steps are done.
    func round(of steps: Int) -> Round? {
        let perStep: UInt64 = updateOrder == .alternating ? 2 : 1
        let step = number / perStep
        guard step < UInt64(steps) else { return nil }
        let kind: RoundKind =
            updateOrder == .simultaneous ? .simultaneous : number % 2 == 0 ? .discriminator : .generator
        return Round(
            number: number, step: step, kind: kind, batchIndex: step, generatorVersion: versions[.generator]!,
            discriminatorVersion: versions[.discriminator]!, augmentationProbability: Double(step % 8) / 7)
    }

    mutating func apply(_ round: Round, sum: UnsafeBufferPointer<Float>, shards: Int) {
        precondition(round.number == number, "rounds come in order")
        var offset = 0
        for network in round.kind.networks {
            let rate = 0.05 / Float(shards)
            if network == .generator {
                for index in generator.indices { generator[index] -= rate * sum[offset + index] }
                offset += generator.count
            } else {
                for index in discriminator.indices { discriminator[index] -= rate * sum[offset + index] }
                offset += discriminator.count
            }
            versions[network]! += 1
        }
        number += 1
    }
}

/// A `RoundSource` over a synthetic state, which remembers what it was told.
final class SyntheticSource: RoundSource {
    let shards: Int
    let lengths: [Network: Int]
    let steps: Int
    var state: SyntheticState
    private(set) var events: [String] = []
    private(set) var workers: [Int] = []
    /// Called after each round.
    var onComplete: (Round) throws -> Void = { _ in }
    /// What the run knows of files.
    var files = TestFiles()
    private var published: [Network: PublishedParameters] = [:]

    init(shards: Int, lengths: [Network: Int], steps: Int, updateOrder: UpdateOrder = .alternating) {
        self.shards = shards
        self.lengths = lengths
        self.steps = steps
        state = SyntheticState(lengths: lengths, updateOrder: updateOrder)
    }

    func parameterLength(of network: Network) -> Int { lengths[network]! }
    func contributionLength(of kind: RoundKind) -> Int { SyntheticTraining.contributionLength(kind, lengths) }
    func nextRound() -> Round? { state.round(of: steps) }

    func parameters(of network: Network) -> PublishedParameters {
        let version = state.versions[network]!
        if let known = published[network], known.version == version { return known }
        let values = network == .generator ? state.generator : state.discriminator
        let vector = AlignedVector(values)
        let parameters = PublishedParameters(vector.floats, version: version, owner: vector)
        published[network] = parameters
        return parameters
    }

    /// Takes over another state: the same version may have other values there.
    func begin(_ state: SyntheticState) {
        self.state = state
        published = [:]
    }

    func recompute(_ round: Round, shard: Int, into contribution: UnsafeMutableBufferPointer<Float>) {
        state.generator.withUnsafeBufferPointer { generator in
            state.discriminator.withUnsafeBufferPointer { discriminator in
                SyntheticTraining.compute(
                    round, shard: shard, generator: generator, discriminator: discriminator, into: contribution)
            }
        }
    }

    func check(_ readings: [FileReading], of worker: String) throws -> String? { files.check(readings) }

    func examine(_ fault: FileFault, reason: String, of worker: String) throws { try files.examine(fault, reason) }

    func apply(_ round: Round, sum: UnsafeBufferPointer<Float>) throws {
        state.apply(round, sum: sum, shards: shards)
        try onComplete(round)
    }

    func membershipChanged(workers: Int) { self.workers.append(workers) }
    func event(_ text: String) { events.append(text) }
}
