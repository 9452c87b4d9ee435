import CKernels

/// What the three forms of a convolution share. With x the image `[batch, height, width, channels]`, w the filter
/// `[kernel, channels, filters]` and y the outputs `[batch, outHeight, outWidth, filters]`:
///
/// | form | computes | by default | reversed |
/// | --- | --- | --- | --- |
/// | forward | y | gather windows of x, × w | x × wʳ, scatter into y |
/// | image gradient | x | y × wᵀ, scatter into x | gather windows of y, × wʳᵀ |
/// | filter gradient | w | (windows of x)ᵀ × y | xᵀ × (windows of y), back to w's order |
///
/// The reversed way is taken for stride 1 where there are far fewer filters than channels (16 → 1): the windows of y
/// are then far smaller than those of x. wʳ is w as `[channels, reversed taps, filters]`.
///
/// Images are taken a few at a time, so that their windows stay in the second-level cache. How many follows from the
/// shapes alone.
struct ConvolutionPlan {
    let window: Window
    let batch: Int
    let filters: Int
    let isReversed: Bool
    /// The windows that are gathered or scattered.
    let gathered: Window
    let imagesPerBlock: Int

    /// The windows of a block fit the second-level cache, but for the deep layers with few positions and large filters:
    /// there a product needs so many rows, or else packing the filter takes longer than the product.
    static let blockFloats = 128 * 1024
    static let blockRows = 256

    init(window: Window, batch: Int, filters: Int) {
        self.window = window
        self.batch = batch
        self.filters = filters
        let direct = window.positions * window.elements
        let reversed = window.height * window.width * window.taps * filters
        isReversed =
            window.strideHeight == 1 && window.strideWidth == 1 && window.taps > 1 && !window.isIdentity
            && window.paddingTop < window.kernelHeight && window.paddingLeft < window.kernelWidth
            && 2 * reversed < direct
        gathered = isReversed ? window.reversed(channels: filters) : window
        let rows = gathered.positions
        imagesPerBlock = min(
            batch, max(Self.blockFloats / (rows * gathered.elements), (Self.blockRows + rows - 1) / rows))
    }

    var imageCount: Int { window.height * window.width * window.channels }
    var outputCount: Int { window.positions * filters }
    var filterCount: Int { window.elements * filters }
    var windowsPerImage: Int { gathered.positions * gathered.elements }

    /// Scratch for the windows of a block, and after them for the filter in another order.
    var windowsCount: Int { window.isIdentity ? 0 : MemoryPlanner.aligned(imagesPerBlock * windowsPerImage) }
    var forwardScratch: Int { windowsCount + (isReversed ? MemoryPlanner.aligned(filterCount) : 0) }
    var imageGradientScratch: Int {
        windowsCount + (isReversed || multipliesTransposed ? MemoryPlanner.aligned(filterCount) : 0)
    }
    var filterGradientScratch: Int {
        windowsCount
            + (isReversed ? MemoryPlanner.aligned(filterCount) : 0)
            + (gathersTransposed ? 2 * MemoryPlanner.aligned(filterCount) : 0)
    }

    /// For the image gradient, the filter is transposed once instead of by every product: a few percent faster where it
    /// stays in the second-level cache.
    var multipliesTransposed: Bool { !isReversed && filters >= 64 && filterCount <= 1 << 18 }
    /// The filter gradient is computed transposed, yᵀ × windows, and put in order at the end: up to a tenth faster, while
    /// the filter is small enough for that to cost little; and a third where filters do not fill vectors of 16.
    var gathersTransposed: Bool {
        let isLarge = filters >= 64 && window.elements >= 256
        let isRagged = filters < 64 && filters % 16 != 0 && window.elements >= 2 * filters
        return !isReversed && (isLarge || isRagged) && filterCount <= 1 << 20
    }

    /// wʳ [channels, reversed taps, filters] ← w [taps, channels, filters]
    func reverse(_ filter: UnsafePointer<Float>, into reversed: UnsafeMutablePointer<Float>) {
        let taps = window.taps
        for tap in 0..<taps {
            ck_copy_rows(
                filter + tap * window.channels * filters, filters, reversed + (taps - 1 - tap) * filters,
                taps * filters, filters, window.channels)
        }
    }

    /// w [taps, channels, filters] ← wʳ [channels, reversed taps, filters]
    func restore(_ reversed: UnsafePointer<Float>, into filter: UnsafeMutablePointer<Float>) {
        let taps = window.taps
        for tap in 0..<taps {
            ck_copy_rows(
                reversed + (taps - 1 - tap) * filters, taps * filters, filter + tap * window.channels * filters,
                filters, filters, window.channels)
        }
    }

    func forEachBlock(_ body: (_ first: Int, _ count: Int) -> Void) {
        var first = 0
        while first < batch {
            let count = min(imagesPerBlock, batch - first)
            body(first, count)
            first += count
        }
    }

    func gather(_ image: UnsafePointer<Float>, _ count: Int, stride: Int, into windows: UnsafeMutablePointer<Float>) {
        var kernel = gathered.kernel
        for index in 0..<count {
            ck_gather_windows(image + index * stride, windows + index * windowsPerImage, &kernel)
        }
    }

    /// The windows of `count` images: gathered into `windows`, or the images themselves where those are their windows.
    func imageWindows(
        _ images: UnsafeMutablePointer<Float>, _ count: Int, into windows: UnsafeMutablePointer<Float>
    ) -> UnsafeMutablePointer<Float> {
        if window.isIdentity { return images }
        gather(images, count, stride: imageCount, into: windows)
        return windows
    }

    func scatter(_ windows: UnsafePointer<Float>, _ count: Int, stride: Int, into image: UnsafeMutablePointer<Float>) {
        var kernel = gathered.kernel
        for index in 0..<count {
            ck_scatter_windows(windows + index * windowsPerImage, image + index * stride, &kernel)
        }
    }
}

class WindowConvolutionInstruction: ConvolutionInstruction {
    let plan: ConvolutionPlan

    init(_ plan: ConvolutionPlan, _ operands: ConvolutionOperands) {
        self.plan = plan
        super.init(operands)
    }

    override var label: String {
        let window = plan.window
        return "\(Self.self) \(window.channels)→\(plan.filters) \(window.kernelHeight)×\(window.kernelWidth)"
            + " stride \(window.strideHeight) on \(window.height)×\(window.width)\(plan.isReversed ? ", reversed" : "")"
    }
}

/// (image, filter) → outputs
final class ConvolutionForward: WindowConvolutionInstruction {
    override func run(_ memory: Memory) {
        let (image, filter, outputs, windows) = places(memory)
        let plan = plan
        let window = plan.window
        if plan.isReversed {
            let reversed = windows + plan.windowsCount
            plan.reverse(filter, into: reversed)
            let columns = window.taps * plan.filters
            let pixels = window.height * window.width
            plan.forEachBlock { first, count in
                sgemm(
                    false, false, rows: count * pixels, columns: columns, inner: window.channels,
                    image + first * plan.imageCount, window.channels, reversed, columns, windows, columns)
                plan.scatter(windows, count, stride: plan.outputCount, into: outputs + first * plan.outputCount)
            }
        } else {
            plan.forEachBlock { first, count in
                let source = plan.imageWindows(image + first * plan.imageCount, count, into: windows)
                sgemm(
                    false, false, rows: count * window.positions, columns: plan.filters, inner: window.elements,
                    source, window.elements, filter, plan.filters, outputs + first * plan.outputCount, plan.filters)
            }
        }
    }
}

/// (outputs, filter) → image
final class ConvolutionImageGradient: WindowConvolutionInstruction {
    override func run(_ memory: Memory) {
        let (outputs, filter, image, windows) = places(memory)
        let plan = plan
        let window = plan.window
        if plan.isReversed {
            let reversed = windows + plan.windowsCount
            plan.reverse(filter, into: reversed)
            let inner = window.taps * plan.filters
            let pixels = window.height * window.width
            plan.forEachBlock { first, count in
                plan.gather(outputs + first * plan.outputCount, count, stride: plan.outputCount, into: windows)
                sgemm(
                    false, true, rows: count * pixels, columns: window.channels, inner: inner, windows, inner,
                    reversed, inner, image + first * plan.imageCount, window.channels)
            }
        } else {
            let transposed = windows + plan.windowsCount
            if plan.multipliesTransposed { ck_transpose(filter, transposed, window.elements, plan.filters) }
            plan.forEachBlock { first, count in
                let target = image + first * plan.imageCount
                sgemm(
                    false, !plan.multipliesTransposed, rows: count * window.positions, columns: window.elements,
                    inner: plan.filters, outputs + first * plan.outputCount, plan.filters,
                    plan.multipliesTransposed ? transposed : filter,
                    plan.multipliesTransposed ? window.elements : plan.filters, window.isIdentity ? target : windows,
                    window.elements)
                if !window.isIdentity { plan.scatter(windows, count, stride: plan.imageCount, into: target) }
            }
        }
    }
}

/// (image, outputs) → filter, or added to the filter
final class ConvolutionFilterGradient: WindowConvolutionInstruction {
    private let accumulates: Bool

    init(_ plan: ConvolutionPlan, _ operands: ConvolutionOperands, accumulates: Bool) {
        precondition(!accumulates || !plan.isReversed, "a reversed filter gradient is not added to another")
        self.accumulates = accumulates
        super.init(plan, operands)
    }

    override func run(_ memory: Memory) {
        let (image, outputs, filter, windows) = places(memory)
        let plan = plan
        let window = plan.window
        if plan.isReversed {
            let reversed = windows + plan.windowsCount
            let columns = window.taps * plan.filters
            let pixels = window.height * window.width
            plan.forEachBlock { first, count in
                plan.gather(outputs + first * plan.outputCount, count, stride: plan.outputCount, into: windows)
                sgemm(
                    true, false, rows: window.channels, columns: columns, inner: count * pixels,
                    image + first * plan.imageCount, window.channels, windows, columns, beta: first == 0 ? 0 : 1,
                    reversed, columns)
            }
            plan.restore(reversed, into: filter)
        } else if plan.gathersTransposed {
            let transposed = windows + plan.windowsCount
            plan.forEachBlock { first, count in
                let source = plan.imageWindows(image + first * plan.imageCount, count, into: windows)
                sgemm(
                    true, false, rows: plan.filters, columns: window.elements, inner: count * window.positions,
                    outputs + first * plan.outputCount, plan.filters, source, window.elements,
                    beta: first == 0 ? 0 : 1, transposed, window.elements)
            }
            if accumulates {
                let ordered = transposed + MemoryPlanner.aligned(plan.filterCount)
                ck_transpose(transposed, ordered, plan.filters, window.elements)
                ck_add(filter, ordered, filter, plan.filterCount)
            } else {
                ck_transpose(transposed, filter, plan.filters, window.elements)
            }
        } else {
            plan.forEachBlock { first, count in
                let source = plan.imageWindows(image + first * plan.imageCount, count, into: windows)
                sgemm(
                    true, false, rows: window.elements, columns: plan.filters, inner: count * window.positions, source,
                    window.elements, outputs + first * plan.outputCount, plan.filters,
                    beta: first == 0 && !accumulates ? 0 : 1,
                    filter, plan.filters)
            }
        }
    }
}
