import Coordination
import TestSupport
import Testing

/// The sum has one order, whatever the number of shards, the subtrees in which it comes and the order of arrival.
struct ReductionTests {
    private func leaf(_ shard: Int, _ length: Int) -> [Float] {
        // Magnitudes far apart: another order of the sum gives other bits.
        (0..<length).map { Float(($0 &* 7919 &+ shard &* 104_729) % 2003) * (shard % 3 == 0 ? 1e-3 : 1e3) + 0.1 }
    }

    @Test(arguments: 1...17)
    func everyNumberOfShardsAndEveryOrder(shards: Int) {
        let shape = ReductionShape(shards: shards)
        let layout = ChunkLayout(length: 11, chunkLength: 4)
        let leaves = (0..<shards).map { leaf($0, layout.length) }
        let expected = SyntheticTraining.sum(leaves)
        let tree = ReductionTree(shape: shape)
        var random = SeededRandom(seed: UInt64(shards))
        var progress = ReductionProgress(shape: shape, chunks: layout.count)
        for _ in 0..<40 {
            tree.reset(length: layout.length)
            progress.reset(chunks: layout.count)
            // A random split of the shards among workers, each sending the sums of its complete subtrees.
            let workers = Int.random(in: 1...4, using: &random)
            let owner = (0..<shards).map { _ in Int.random(in: 0..<workers, using: &random) }
            var messages: [(ReductionNode, Int)] = []
            for worker in 0..<workers {
                for node in shape.maximalNodes(within: (0..<shards).filter { owner[$0] == worker }) {
                    messages += (0..<layout.count).map { (node, $0) }
                }
            }
            messages += messages.prefix(3)  // some come twice
            messages.shuffle(using: &random)
            for (node, chunk) in messages {
                guard let levels = progress.insert(node, chunk: chunk) else { continue }
                let range = layout.range(of: chunk)
                let value = subtree(node, shape, leaves)
                insert(Array(value[range]), tree, node, range, levels, shift: Int.random(in: 0...3, using: &random))
            }
            #expect(progress.isComplete)
            #expect(Array(tree.sum).map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    /// A node's sum, by the same rule over its own leaves.
    private func subtree(_ node: ReductionNode, _ shape: ReductionShape, _ leaves: [[Float]]) -> [Float] {
        SyntheticTraining.sum(Array(leaves[shape.leaves(below: node)]))
    }

    /// Inserts from memory that is shifted by so many bytes, as frames are.
    private func insert(
        _ values: [Float], _ tree: ReductionTree, _ node: ReductionNode, _ range: Range<Int>, _ levels: Int, shift: Int
    ) {
        withUnsafeTemporaryAllocation(byteCount: values.count * 4 + 8, alignment: 8) { buffer in
            let shifted = UnsafeMutableRawBufferPointer(rebasing: buffer[shift..<shift + values.count * 4])
            values.withUnsafeBytes { shifted.copyMemory(from: $0) }
            tree.insert(UnsafeRawBufferPointer(shifted), node: node, range: range, levels: levels)
        }
    }

    @Test func maximalNodesOfSevenShards() {
        let shape = ReductionShape(shards: 7)
        #expect(shape.height == 3)
        #expect(shape.maximalNodes(within: 0..<7) == [shape.root])
        #expect(
            shape.maximalNodes(within: [1, 2, 3, 6]) == [
                ReductionNode(level: 0, index: 1), ReductionNode(level: 1, index: 1), ReductionNode(level: 1, index: 3),
            ])
        #expect(shape.sibling(of: ReductionNode(level: 0, index: 6)) == nil)
        #expect(shape.leaves(below: ReductionNode(level: 2, index: 1)) == 4..<7)
        #expect(!shape.contains(ReductionNode(level: 4, index: 0)))
    }

    @Test func aSumCoversItsPartsAndReplacesThem() {
        let shape = ReductionShape(shards: 4)
        var progress = ReductionProgress(shape: shape, chunks: 2)
        #expect(progress.insert(ReductionNode(shard: 0), chunk: 0) == 0)
        #expect(progress.insert(ReductionNode(level: 1, index: 0), chunk: 0) == 0)
        #expect(progress.insert(ReductionNode(shard: 1), chunk: 0) == nil)
        #expect(progress.isCovered(ReductionNode(shard: 1), chunk: 0))
        #expect(!progress.isCovered(shard: 1))  // its second chunk is missing
        #expect(progress.insert(ReductionNode(level: 1, index: 1), chunk: 0) == 1)
        #expect(!progress.isComplete)
        #expect(progress.insert(shape.root, chunk: 1) == 0)
        #expect(progress.isComplete)
    }
}
