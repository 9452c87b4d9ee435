import CKernels

/// A convolution whose filters read only the channels of their own group, by loops in C: a matrix product for each group
/// would be too small to be fast.
struct GroupedConvolution {
    let window: Window
    let batch: Int
    let filters: Int

    private var channelsPerGroup: Int { window.channels / window.groups }
    private var filtersPerGroup: Int { filters / window.groups }
    var filterCount: Int { window.taps * channelsPerGroup * filters }

    var forwardPass: GroupedPass { pass(isForFilter: false) }
    var filterPass: GroupedPass { pass(isForFilter: true) }

    private func pass(isForFilter: Bool) -> GroupedPass {
        GroupedPass(
            batch: batch, groups: window.groups, inner: channelsPerGroup, outer: filtersPerGroup,
            image: (window.height, window.width), window: window, isForFilter: isForFilter)
    }

    /// Every input pixel is a window over the outputs, which lie a stride apart.
    var imagePass: GroupedPass {
        var reversed = window.reversed(channels: filters)
        reversed.height = (window.outHeight - 1) * window.strideHeight + 1
        reversed.width = (window.outWidth - 1) * window.strideWidth + 1
        (reversed.strideHeight, reversed.strideWidth) = (1, 1)
        return GroupedPass(
            batch: batch, groups: window.groups, inner: filtersPerGroup, outer: channelsPerGroup,
            image: (window.outHeight, window.outWidth), step: (window.strideHeight, window.strideWidth),
            window: reversed)
    }

    /// Floats of scratch: the slices' filters, a packed block, and what a form has besides.
    var forwardScratch: Int { scratch(forwardPass) }
    var imageGradientScratch: Int { scratch(imagePass) + MemoryPlanner.aligned(filterCount) }
    var filterGradientScratch: Int { scratch(filterPass) + filterPass.packedOutputCount }

    private func scratch(_ pass: GroupedPass) -> Int { pass.slices.count * pass.tapCount + pass.packedCount }

    func label(_ form: String) -> String {
        "GroupedConvolution \(form), \(window.channels)→\(filters) in \(window.groups) groups"
            + " \(window.kernelHeight)×\(window.kernelWidth) stride \(window.strideHeight) on \(window.height)×\(window.width)"
    }
}

/// (image, filter) → outputs, or (outputs, filter) → image
final class GroupedConvolutionInstruction: ConvolutionInstruction {
    enum Form {
        case forward, imageGradient
    }

    private let form: Form
    private let convolution: GroupedConvolution
    private let pass: GroupedPass
    private let slices: [GroupedPass.Slice]
    private let blocks: [GroupedPass.Block]
    private let packedOffset: Int
    private let reversedOffset: Int

    init(_ form: Form, _ convolution: GroupedConvolution, _ operands: ConvolutionOperands) {
        self.form = form
        self.convolution = convolution
        pass = form == .forward ? convolution.forwardPass : convolution.imagePass
        slices = pass.slices
        blocks = pass.blocks
        packedOffset = slices.count * pass.tapCount
        reversedOffset = packedOffset + pass.packedCount
        super.init(operands)
    }

    override var label: String { convolution.label("\(form)") }

    override func run(_ memory: Memory) {
        let (source, filter, result, taps) = places(memory)
        let (pass, packed) = (pass, taps + packedOffset)
        if form == .forward {
            pass.cut(filter, slices, into: taps)
        } else {
            let reversed = taps + reversedOffset
            ck_reverse_group_taps(filter, reversed, pass.window.taps, pass.outer, pass.inner, pass.groups)
            pass.cut(reversed, slices, into: taps)
        }
        for block in blocks {
            let image = source + block.image * pass.height * pass.width * pass.channels
            let output =
                result + (block.image * pass.window.outHeight + block.row) * pass.window.outWidth * pass.filters
            for (index, slice) in slices.enumerated() {
                if !slice.isPacked {
                    var packing = pass.packing(block, slice)
                    ck_pack_pixels(image + slice.channel, packed, &packing)
                }
                var kernel = pass.kernel(block, slice)
                ck_convolve_groups(packed, taps + index * pass.tapCount, output + slice.filter, &kernel)
            }
        }
    }
}

/// (image, outputs) → filter, or added to the filter
final class GroupedFilterGradientInstruction: ConvolutionInstruction {
    private let convolution: GroupedConvolution
    private let accumulates: Bool
    private let pass: GroupedPass
    private let slices: [GroupedPass.Slice]
    private let blocks: [GroupedPass.Block]
    private let packedOffset: Int
    private let outputsOffset: Int

    init(_ convolution: GroupedConvolution, _ operands: ConvolutionOperands, accumulates: Bool) {
        self.convolution = convolution
        self.accumulates = accumulates
        pass = convolution.filterPass
        slices = pass.slices
        blocks = pass.blocks
        packedOffset = slices.count * pass.tapCount
        outputsOffset = packedOffset + pass.packedCount
        super.init(operands)
    }

    override var label: String { convolution.label("filterGradient") }

    override func run(_ memory: Memory) {
        let (image, outputs, filter, taps) = places(memory)
        let (pass, packed, packedOutputs) = (pass, taps + packedOffset, taps + outputsOffset)
        if accumulates {
            pass.cut(filter, slices, into: taps)
        } else {
            ck_fill(0, taps, slices.count * pass.tapCount)
        }
        for block in blocks {
            let image = image + block.image * pass.height * pass.width * pass.channels
            let outputs = outputs + block.image * pass.window.positions * pass.filters
            for (index, slice) in slices.enumerated() {
                if !slice.isPacked {
                    var packing = pass.packing(block, slice)
                    ck_pack_pixels(image + slice.channel, packed, &packing)
                }
                var packing = pass.outputPacking(block, slice)
                ck_pack_pixels(outputs + slice.filter, packedOutputs, &packing)
                var kernel = pass.kernel(block, slice)
                ck_groups_filter_gradient(packed, packedOutputs, taps + index * pass.tapCount, &kernel)
            }
        }
        pass.join(taps, slices, into: filter)
    }
}

extension GroupedPass {
    /// The slices' filters, one after the other: of each a column `[taps · inner, 16]` of the whole filter.
    fileprivate func cut(
        _ filter: UnsafePointer<Float>, _ slices: [Slice], into taps: UnsafeMutablePointer<Float>
    ) {
        for (index, slice) in slices.enumerated() {
            let column = taps + index * tapCount
            if slice.filters < Self.lanes { ck_fill(0, column, tapCount) }
            ck_copy_rows(
                filter + slice.filter, filters, column, Self.lanes, slice.filters, window.taps * inner)
        }
    }

    /// The whole filter from its slices'.
    fileprivate func join(
        _ taps: UnsafePointer<Float>, _ slices: [Slice], into filter: UnsafeMutablePointer<Float>
    ) {
        for (index, slice) in slices.enumerated() {
            ck_copy_rows(
                taps + index * tapCount, Self.lanes, filter + slice.filter, filters, slice.filters,
                window.taps * inner)
        }
    }
}
