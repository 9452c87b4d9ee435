import Adversarial
import Coordination
import Testing

/// Without sockets the same bits come out, with any number of compute threads.
struct InProcessTrainerTests {
    @Test(arguments: [1, 2, 3])
    func anyNumberOfThreads(threads: Int) throws {
        let lengths: [Network: Int] = [.generator: 40, .discriminator: 30]
        let source = SyntheticSource(shards: 5, lengths: lengths, steps: 20)
        let trainer = InProcessTrainer(
            source: source, computer: SyntheticComputer(lengths: lengths), computeThreads: threads)
        #expect(try trainer.run())
        #expect(
            source.state
                == SyntheticTraining.reference(shards: 5, lengths: lengths, steps: 20, updateOrder: .alternating))
    }

    @Test func aFailureAndAStop() throws {
        struct Broken: Error {}
        let lengths: [Network: Int] = [.generator: 4, .discriminator: 3]
        let source = SyntheticSource(shards: 2, lengths: lengths, steps: 20)
        let broken = SyntheticComputer(lengths: lengths) { round, shard in
            if round.number == 3, shard == 1 { throw Broken() }
        }
        #expect(throws: Broken.self) { try InProcessTrainer(source: source, computer: broken).run() }
        #expect(source.state.number == 3)
        let trainer = InProcessTrainer(source: source, computer: SyntheticComputer(lengths: lengths))
        #expect(try !trainer.run { source.state.number == 7 })
        #expect(source.state.number == 7)
    }
}
