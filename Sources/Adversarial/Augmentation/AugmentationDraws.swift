/// What a shard draws for the augmentation of one batch: how it lies in a program's input, and how it is made of uniform
/// numbers.
///
/// | section | elements | a sample that the transform leaves alone has |
/// | --- | --- | --- |
/// | brightness u − ½, saturation 2u − 1, contrast u − ½ | `[batch]` each | 0 |
/// | shift: rows down, columns to the right | `[batch, 2]` | 0 |
/// | mask of the cutout | `[batch, height, width]` | 1 |
///
/// Only the sections of the augmentation's transforms are there.
public struct AugmentationDraws: Sendable {
    /// Uniform numbers that each sample takes, whatever the transforms are: whether color, translation and cutout are
    /// applied; brightness, saturation, contrast; shift down and to the right; row and column of the cutout's centre.
    public static let uniformsPerSample = 10

    let augmentation: Augmentation
    let batch: Int
    let height: Int
    let width: Int

    /// - Parameters:
    ///   - height, width: of the images.
    public init(_ augmentation: Augmentation, batch: Int, height: Int, width: Int) {
        self.augmentation = augmentation
        self.batch = batch
        self.height = height
        self.width = width
    }

    /// Those of a recipe's shards.
    init(_ recipe: Recipe) {
        self.init(
            recipe.augmentation, batch: recipe.shardBatch, height: recipe.model.imageHeight,
            width: recipe.model.imageWidth)
    }

    func has(_ transform: Augmentation.Transform) -> Bool { augmentation.transforms.contains(transform) }

    // Where the sections begin.
    var brightness: Int { 0 }
    var saturation: Int { batch }
    var contrast: Int { 2 * batch }
    var shift: Int { has(.color) ? 3 * batch : 0 }
    var mask: Int { shift + (has(.translation) ? 2 * batch : 0) }
    /// Elements of all sections.
    public var count: Int { mask + (has(.cutout) ? batch * height * width : 0) }

    /// The most pixels by which a side is shifted: an eighth, rounded, as in the paper's program.
    static func mostShift(_ side: Int) -> Int { (side + 4) / 8 }

    /// Pixels of a cutout along a side: half of it, rounded up.
    static func cutoutSize(_ side: Int) -> Int { (side + 1) / 2 }

    /// Makes the draws.
    ///
    /// - Parameters:
    ///   - uniforms: in [0, 1): `[uniformsPerSample, batch]`.
    ///   - probability: with which each transform is applied to a sample.
    ///   - values: `count` elements, all of which are written.
    public func fill(
        _ values: UnsafeMutablePointer<Float>, uniforms: UnsafePointer<Float>, probability: Double
    ) {
        for sample in 0..<batch {
            func u(_ number: Int) -> Float { uniforms[number * batch + sample] }
            func applies(_ number: Int) -> Bool { Double(u(number)) < probability }
            if has(.color) {
                let applied = applies(0)
                values[brightness + sample] = applied ? u(3) - 0.5 : 0
                values[saturation + sample] = applied ? 2 * u(4) - 1 : 0
                values[contrast + sample] = applied ? u(5) - 0.5 : 0
            }
            if has(.translation) {
                let applied = applies(1)
                let (down, right) = (Self.mostShift(height), Self.mostShift(width))
                values[shift + 2 * sample] = applied ? Float(Self.integer(u(6), 2 * down + 1) - down) : 0
                values[shift + 2 * sample + 1] = applied ? Float(Self.integer(u(7), 2 * right + 1) - right) : 0
            }
            if has(.cutout) {
                fillMask(
                    values + mask + sample * height * width,
                    applies(2) ? (Self.cutoutRange(u(8), height), Self.cutoutRange(u(9), width)) : nil)
            }
        }
    }

    private func fillMask(_ mask: UnsafeMutablePointer<Float>, _ hole: (rows: Range<Int>, columns: Range<Int>)?) {
        mask.update(repeating: 1, count: height * width)
        guard let hole else { return }
        for row in hole.rows {
            (mask + row * width + hole.columns.lowerBound).update(repeating: 0, count: hole.columns.count)
        }
    }

    /// A whole number from 0 to `count` − 1: exact, since 24 bits times a count are exact in a `Double`.
    private static func integer(_ u: Float, _ count: Int) -> Int { Int(Double(u) * Double(count)) }

    /// What a cutout covers along a side: its centre is uniform over the side, and over one place more where its size is
    /// even; what would lie outside is left out.
    private static func cutoutRange(_ u: Float, _ side: Int) -> Range<Int> {
        let size = cutoutSize(side)
        let first = integer(u, side + 1 - size % 2) - size / 2
        return max(0, first)..<min(side, first + size)
    }
}
