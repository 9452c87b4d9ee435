import CKernels

/// One pass of a grouped convolution: windows slide over an image of `groups · inner` channels and give `groups · outer`
/// filters, those of group g from the channels of group g. What each slice of sixteen filters reads is packed first.
///
/// | form | image | windows |
/// | --- | --- | --- |
/// | forward | image | the convolution's |
/// | image gradient | outputs, with stride − 1 zeros between | reversed, with stride 1 |
/// | filter gradient | image | the convolution's |
///
/// Small images are packed side by side, and a vector's sums run over images at one place of each, so that no tap
/// outside of them is multiplied; large ones by rows, between zeros at their left and right.
struct GroupedPass {
    let batch: Int
    let groups: Int
    /// Channels and filters of a group.
    let inner: Int
    let outer: Int
    let height: Int
    let width: Int
    /// From one pixel to the next in the coordinates of the windows, with zeros between.
    let step: (rows: Int, columns: Int)
    let window: Window
    /// Channels and filters of groups of which several fill a vector; 0 for wide groups.
    let narrow: Int
    /// Neighbours in a row are computed together, not images.
    let isAlongRows: Bool
    /// The first packed column, and their number.
    private let columns: (first: Int, count: Int)

    static let lanes = 16
    /// Floats of a packed block, which stays in the second-level cache.
    static let blockFloats = 32 * 1024
    /// Images that are computed at once, and the width from which rows are long enough for it.
    static let (tile, wideRow) = (8, 16)

    /// Filters that are computed together, and the channels that they read.
    struct Slice {
        let channel: Int
        let channels: Int
        let filter: Int
        let filters: Int
        /// The channels are those of the slice before.
        let isPacked: Bool
    }

    /// Images and rows of outputs that are computed together.
    struct Block {
        let image: Int
        let images: Int
        let row: Int
        let rows: Int
    }

    /// - Parameters:
    ///   - window: slides over `image`, whose pixels lie `step` apart, with zeros between.
    ///   - isForFilter: whether the pass gives the filter's gradient, which needs no zeros at the edges.
    init(
        batch: Int, groups: Int, inner: Int, outer: Int, image: (height: Int, width: Int),
        step: (rows: Int, columns: Int) = (1, 1), window: Window, isForFilter: Bool = false
    ) {
        self.batch = batch
        self.groups = groups
        self.inner = inner
        self.outer = outer
        (height, width) = image
        self.step = step
        self.window = window
        narrow = inner == outer && [1, 2, 4, 8].contains(inner) ? inner : 0
        let spread = ((image.height - 1) * step.rows + 1, (image.width - 1) * step.columns + 1)
        let images = min(batch, Self.tile)
        let isSmall = images * spread.0 * spread.1 * (narrow > 0 ? Self.lanes : inner) <= 2 * Self.blockFloats
        isAlongRows = !isSmall || window.outWidth >= Self.wideRow || images < min(window.outWidth, Self.tile)
        columns =
            isAlongRows && !isForFilter
            ? (-window.paddingLeft, (window.outWidth - 1) * window.strideWidth + window.kernelWidth)
            : (0, spread.1)
    }

    var channels: Int { groups * inner }
    var filters: Int { groups * outer }

    /// Floats of a packed pixel.
    var pixel: Int { narrow > 0 ? Self.lanes : inner }
    /// Floats of a slice's filter.
    var tapCount: Int { window.taps * inner * Self.lanes }

    var slices: [Slice] {
        if narrow > 0 {
            return stride(from: 0, to: channels, by: Self.lanes).map { first in
                let count = min(Self.lanes, channels - first)
                return Slice(channel: first, channels: count, filter: first, filters: count, isPacked: false)
            }
        }
        return (0..<groups).flatMap { group in
            stride(from: 0, to: outer, by: Self.lanes).map { first in
                Slice(
                    channel: group * inner, channels: inner, filter: group * outer + first,
                    filters: min(Self.lanes, outer - first), isPacked: first > 0)
            }
        }
    }

    /// Extents of the image in the coordinates of the windows.
    private var spreadHeight: Int { (height - 1) * step.rows + 1 }
    private var spreadWidth: Int { (width - 1) * step.columns + 1 }

    /// The packed rows of a block: those that its windows see.
    private func rows(_ block: Block) -> Range<Int> {
        let first = block.row * window.strideHeight - window.paddingTop
        let last = first + (block.rows - 1) * window.strideHeight + window.kernelHeight
        let lower = min(max(first, 0), spreadHeight)
        return lower..<max(lower, min(last, spreadHeight))
    }

    var blocks: [Block] {
        var (images, outRows) = (1, window.outHeight)
        if isAlongRows {
            let row = columns.count * pixel
            let fitting = (Self.blockFloats / row - window.kernelHeight) / window.strideHeight + 1
            let count = min(max(1, fitting), window.outHeight)
            // Blocks of nearly the same size.
            let blocks = (window.outHeight + count - 1) / count
            outRows = (window.outHeight + blocks - 1) / blocks
        } else {
            let fitting = Self.blockFloats / (spreadHeight * spreadWidth * pixel) / Self.tile * Self.tile
            images = min(batch, max(Self.tile, fitting))
        }
        return stride(from: 0, to: batch, by: images).flatMap { image in
            stride(from: 0, to: window.outHeight, by: outRows).map { row in
                Block(
                    image: image, images: min(images, batch - image), row: row,
                    rows: min(outRows, window.outHeight - row))
            }
        }
    }

    /// Floats of the largest packed block.
    var packedCount: Int {
        let largest = blocks.map { $0.images * rows($0).count * columns.count * pixel }.max() ?? 0
        return MemoryPlanner.aligned(largest)
    }
    /// Floats of the outputs of the largest block, packed.
    var packedOutputCount: Int {
        MemoryPlanner.aligned((blocks.map { $0.images * $0.rows }.max() ?? 0) * window.outWidth * Self.lanes)
    }

    /// How a block's pixels are packed for a slice.
    func packing(_ block: Block, _ slice: Slice) -> ck_packing {
        let (rows, columns) = (rows(block), columns)
        return ck_packing(
            images: Int32(block.images), height: Int32(height), width: Int32(width), channels: Int32(channels),
            taken: Int32(slice.channels), inner: Int32(pixel), firstRow: Int32(rows.lowerBound),
            firstColumn: Int32(columns.first), rows: Int32(rows.count), columns: Int32(columns.count),
            rowStep: Int32(step.rows), columnStep: Int32(step.columns))
    }

    /// How the outputs that meet a block are packed for a slice.
    func outputPacking(_ block: Block, _ slice: Slice) -> ck_packing {
        ck_packing(
            images: Int32(block.images), height: Int32(window.outHeight), width: Int32(window.outWidth),
            channels: Int32(filters), taken: Int32(slice.filters), inner: Int32(Self.lanes),
            firstRow: Int32(block.row), firstColumn: 0, rows: Int32(block.rows), columns: Int32(window.outWidth),
            rowStep: 1, columnStep: 1)
    }

    func kernel(_ block: Block, _ slice: Slice) -> ck_groups {
        let rows = rows(block)
        var window = window
        window.height = rows.count
        window.width = columns.count
        window.channels = pixel
        window.paddingTop += rows.lowerBound - block.row * window.strideHeight
        window.paddingLeft += columns.first
        window.outHeight = block.rows
        return ck_groups(
            window: window.kernel, images: Int32(block.images), isAlongRows: isAlongRows ? 1 : 0,
            narrow: Int32(narrow), lanes: Int32(slice.filters), filters: filters,
            imageStride: self.window.positions * filters)
    }
}
