import CKernels

/// Convolutions 4×4 with stride 2, as DCGANs are made of, by minimal filtering: about half of the multiplications that
/// windows take are left.
///
/// Such a convolution is the sum of four convolutions 2×2 with stride 1, one on each phase (every second row and column)
/// of the image. A tile of their outputs is Aᵀ [(G w Gᵀ) ⊙ (Bᵀ x B)] A (Winograd, 1980; Lavin and Gray, Fast Algorithms
/// for Convolutional Neural Networks, 2016): an r × c tile takes (r + 1)(c + 1) multiplications instead of 4 r c. With
/// V = Bᵀ x B `[tiles, 4 · channels]`, U = G w Gᵀ `[4 · channels, filters]` and Z = A y Aᵀ `[tiles, filters]`, at each of
/// these points there is one matrix product:
///
/// | form | computes |
/// | --- | --- |
/// | forward | y = Aᵀ (V U) A |
/// | image gradient | x = Σ B (Z Uᵀ) Bᵀ, tiles overlapping by one row and column of each phase |
/// | filter gradient | w = Gᵀ (Vᵀ Z) G |
///
/// Tiles are two or three outputs high and wide: the matrices then hold 0, ±1 and ½ only, and in float32 an output's
/// root-mean-square error is at most twice that of the plain sum. (Tiles of four would save another fifth and have six
/// times the error.)
struct WinogradPlan {
    /// Tiles of one size, side by side.
    struct Group {
        let tileHeight: Int
        let tileWidth: Int
        let firstRow: Int
        let firstColumn: Int
        let tileRows: Int
        let tileColumns: Int

        var points: Int { (tileHeight + 1) * (tileWidth + 1) }
        var tiles: Int { tileRows * tileColumns }
    }

    let window: Window
    let batch: Int
    let filters: Int
    let groups: [Group]

    /// Images of which a group's tiles are the rows of one product.
    let imagesPerBlock: Int

    /// Multiplications in the time that one element takes through a transformation.
    static let transformationCost = 16
    /// Rows of a product that keep the multiplier busy while the points stay near the processor: of the only group, and
    /// of the smallest of several.
    static let (blockRows, smallestBlockRows) = (128, 64)

    /// Nothing, where windows are the better way.
    init?(window: Window, batch: Int, filters: Int) {
        guard window.kernelHeight == 4, window.kernelWidth == 4, window.strideHeight == 2, window.strideWidth == 2,
            window.channels % 16 == 0, filters % 16 == 0, window.outHeight >= 2, window.outWidth >= 2
        else { return nil }
        self.window = window
        self.batch = batch
        self.filters = filters
        let inner = 4 * window.channels
        func cost(_ groups: [Group]) -> Int {
            groups.reduce(0) { sum, group in
                let row = inner * filters + Self.transformationCost * (inner + filters)
                return sum + group.points * (batch * group.tiles * row + Self.transformationCost * inner * filters)
            }
        }
        let equal = Self.groups(Self.equal(window.outHeight), Self.equal(window.outWidth))
        let mixed = Self.groups(Self.mixed(window.outHeight), Self.mixed(window.outWidth))
        // Several groups must save something: each has its own filters to transform and smaller products.
        groups = 6 * cost(mixed) < 5 * cost(equal) ? mixed : equal
        guard cost(groups) < batch * window.positions * window.elements * filters else { return nil }
        let rows = groups.count == 1 ? Self.blockRows : Self.smallestBlockRows
        let tiles = groups.map(\.tiles).min()!
        imagesPerBlock = min(batch, (rows + tiles - 1) / tiles)
    }

    /// Tiles along one axis: their size, where they begin, how many there are.
    private typealias Run = (size: Int, first: Int, count: Int)

    /// Tiles of two; the last one may reach beyond the outputs.
    private static func equal(_ outputs: Int) -> [Run] { [(2, 0, (outputs + 1) / 2)] }

    /// As many tiles of three as leave a rest for tiles of two.
    private static func mixed(_ outputs: Int) -> [Run] {
        let twos = [0, 2, 1][outputs % 3]
        let threes = (outputs - 2 * twos) / 3
        return [(3, 0, threes), (2, 3 * threes, twos)].filter { $0.2 > 0 }
    }

    private static func groups(_ rows: [Run], _ columns: [Run]) -> [Group] {
        rows.flatMap { row in
            columns.map { column in
                Group(
                    tileHeight: row.size, tileWidth: column.size, firstRow: row.first, firstColumn: column.first,
                    tileRows: row.count, tileColumns: column.count)
            }
        }
    }

    /// Phases and channels.
    var inner: Int { 4 * window.channels }
    var imageCount: Int { window.height * window.width * window.channels }
    var outputCount: Int { window.positions * filters }

    // From one point to the next: a cache line more than the rows take, else all points would fall into one cache set.
    func imageStride(_ group: Group) -> Int { imagesPerBlock * group.tiles * inner + 16 }
    func outputStride(_ group: Group) -> Int { imagesPerBlock * group.tiles * filters + 16 }
    var filterStride: Int { inner * filters }

    /// U of all groups, then V and Z of one group's block.
    var filterPoints: Int { MemoryPlanner.aligned(groups.map(\.points).reduce(0, +) * filterStride) }
    var imagePoints: Int { largest { $0.points * imageStride($0) } }
    var scratch: Int { filterPoints + imagePoints + largest { $0.points * outputStride($0) } }

    private func largest(_ count: (Group) -> Int) -> Int {
        MemoryPlanner.aligned(groups.map(count).max() ?? 0)
    }

    func kernel(_ group: Group) -> ck_winograd {
        ck_winograd(
            window: window.kernel, filters: Int32(filters), tileHeight: Int32(group.tileHeight),
            tileWidth: Int32(group.tileWidth), firstRow: Int32(group.firstRow), firstColumn: Int32(group.firstColumn),
            tileRows: Int32(group.tileRows), tileColumns: Int32(group.tileColumns))
    }
}
