import SampleQuality
import Testing

/// When training images may be mirrored.
struct MirrorSymmetryTests {
    private func images(_ images: [[Float]], labels: [Int]? = nil, channels: Int = 3) -> LabelledImages {
        LabelledImages(
            images.flatMap { $0 }, labels: labels ?? images.map { _ in 0 }, height: 2, width: 2, channels: channels,
            classNames: ["a", "b"])
    }

    /// White on one side.
    private let left: [Float] = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]
    private let right: [Float] = [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]

    @Test("images that all point one way explain all of their asymmetry")
    func oneWay() {
        let one = images(Array(repeating: left, count: 30))
        #expect(abs(MirrorSymmetry.greatestShare(one)! - 1) < 1e-12)
        #expect(!MirrorSymmetry.mayMirror(one))
    }

    /// With n images, half of each way, the mean is symmetric: (0 − v) / ((n − 1) v) = −1 / (n − 1).
    @Test("images of which half point the other way explain nothing")
    func bothWays() {
        let both = images((0..<30).map { $0 % 2 == 0 ? left : right })
        #expect(abs(MirrorSymmetry.greatestShare(both)! + 1.0 / 29) < 1e-12)
        #expect(MirrorSymmetry.mayMirror(both))
    }

    @Test("one class that points one way is enough, for mirrored it would be another")
    func oneClassOfTwo() {
        let symmetric = (0..<30).map { $0 % 2 == 0 ? left : right }
        let mixed = images(
            symmetric + Array(repeating: left, count: 30), labels: (0..<60).map { $0 < 30 ? 0 : 1 })
        #expect(!MirrorSymmetry.mayMirror(mixed))
    }

    @Test("few images say nothing, and gray ones are not mirrored")
    func otherwise() {
        #expect(MirrorSymmetry.greatestShare(images(Array(repeating: left, count: 19))) == nil)
        let gray: [[Float]] = (0..<30).map { $0 % 2 == 0 ? [1, 0, 1, 0] : [0, 1, 0, 1] }
        #expect(!MirrorSymmetry.mayMirror(images(gray, channels: 1)))
    }

    @Test("images without asymmetry have none to explain")
    func flat() {
        let flat = images(Array(repeating: [Float](repeating: 0.5, count: 12), count: 30))
        #expect(MirrorSymmetry.greatestShare(flat) == 0)
        #expect(MirrorSymmetry.mayMirror(flat))
    }
}
