import Coordination
import Foundation
import Testing

/// Workers that fill a machine have each their own of its processors.
@Suite struct ProcessorShareTests {
    private func share(_ text: String) throws -> ProcessorShare { try #require(ProcessorShare(text)) }

    @Test func partsAreNeighboursWhereTheWorkersFillTheMachine() throws {
        #expect(try share("1/2").processors(of: [0, 1, 4, 5], threads: 2) == [0, 1])
        #expect(try share("2/2").processors(of: [0, 1, 4, 5], threads: 2) == [4, 5])
        #expect(try share("3/4").processors(of: [0, 1, 4, 5], threads: 1) == [4])
    }

    @Test func noneIsBoundElsewhere() throws {
        #expect(try share("1/3").processors(of: [0, 1, 4, 5], threads: 1).isEmpty)
        #expect(try share("1/3").processors(of: [0, 1, 4, 5], threads: 2).isEmpty)
        #expect(try share("1/1").processors(of: [], threads: 1).isEmpty)
        #expect(try share("1/1").processors(of: [0], threads: .max).isEmpty)
        #expect(try share("1/\(Int.max)").processors(of: [0], threads: .max).isEmpty)
    }

    @Test(arguments: ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/ 2", "99999999999999999999/2"])
    func textThatNamesNoWorker(_ text: String) { #expect(ProcessorShare(text) == nil) }

    @Test func aThreadRunsWhereItIsBound() async {
        let before = ProcessorShare.allowedProcessors
        let (bound, inherited) = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                ProcessorShare(index: before.count - 1, count: max(1, before.count))?.bindThread(threads: 1)
                let bound = ProcessorShare.allowedProcessors
                Thread.detachNewThread { continuation.resume(returning: (bound, ProcessorShare.allowedProcessors)) }
            }
        }
        #expect(bound == before.suffix(1))
        #expect(inherited == before.suffix(1))
        #expect(ProcessorShare.allowedProcessors == before)
    }
}
