import CKernels

/// One group of a plan's tiles: the transformations of a block of images, and the products at its points.
private struct WinogradPass {
    let plan: WinogradPlan
    let tiles: Int
    let points: Int
    let imageStride: Int
    let outputStride: Int
    /// Of its U among those of all groups.
    let filterOffset: Int
    let kernel: ck_winograd

    init(_ plan: WinogradPlan, _ group: WinogradPlan.Group, filterOffset: Int) {
        self.plan = plan
        self.filterOffset = filterOffset
        tiles = group.tiles
        points = group.points
        imageStride = plan.imageStride(group)
        outputStride = plan.outputStride(group)
        kernel = plan.kernel(group)
    }

    /// V ← images
    func transformImages(
        _ images: UnsafePointer<Float>, first: Int, count: Int, into points: UnsafeMutablePointer<Float>
    ) {
        var kernel = kernel
        for index in 0..<count {
            ck_winograd_image_to_points(
                images + (first + index) * plan.imageCount, points + index * tiles * plan.inner, imageStride, &kernel)
        }
    }

    /// Z ← outputs
    func transformOutputs(
        _ outputs: UnsafePointer<Float>, first: Int, count: Int, into points: UnsafeMutablePointer<Float>
    ) {
        var kernel = kernel
        for index in 0..<count {
            ck_winograd_outputs_to_points(
                outputs + (first + index) * plan.outputCount, points + index * tiles * plan.filters, outputStride,
                &kernel)
        }
    }
}

class WinogradInstruction: ConvolutionInstruction {
    let plan: WinogradPlan
    fileprivate let passes: [WinogradPass]

    init(_ plan: WinogradPlan, _ operands: ConvolutionOperands) {
        self.plan = plan
        var points = 0
        passes = plan.groups.map { group in
            defer { points += group.points }
            return WinogradPass(plan, group, filterOffset: points * plan.filterStride)
        }
        super.init(operands)
    }

    override var label: String {
        let window = plan.window
        let tiles = plan.groups.map { "\($0.tiles) of \($0.tileHeight)×\($0.tileWidth)" }.joined(separator: ", ")
        return "\(Self.self) \(window.channels)→\(plan.filters) on \(window.height)×\(window.width), tiles: \(tiles)"
    }

    /// U, V and Z.
    fileprivate func points(
        _ scratch: UnsafeMutablePointer<Float>
    ) -> (filter: UnsafeMutablePointer<Float>, image: UnsafeMutablePointer<Float>, outputs: UnsafeMutablePointer<Float>)
    {
        let image = scratch + plan.filterPoints
        return (scratch, image, image + plan.imagePoints)
    }

    /// U ← filter, for all groups.
    fileprivate func transformFilter(_ filter: UnsafePointer<Float>, into points: UnsafeMutablePointer<Float>) {
        for pass in passes {
            var kernel = pass.kernel
            ck_winograd_filter_to_points(filter, points + pass.filterOffset, &kernel)
        }
    }

    fileprivate func forEachBlock(_ body: (_ first: Int, _ count: Int) -> Void) {
        for first in stride(from: 0, to: plan.batch, by: plan.imagesPerBlock) {
            body(first, min(plan.imagesPerBlock, plan.batch - first))
        }
    }
}

/// (image, filter) → outputs
final class WinogradForward: WinogradInstruction {
    override func run(_ memory: Memory) {
        let (image, filter, outputs, scratch) = places(memory)
        let (filterPoints, imagePoints, outputPoints) = points(scratch)
        let plan = plan
        transformFilter(filter, into: filterPoints)
        forEachBlock { first, count in
            for pass in passes {
                pass.transformImages(image, first: first, count: count, into: imagePoints)
                for point in 0..<pass.points {
                    sgemm(
                        false, false, rows: count * pass.tiles, columns: plan.filters, inner: plan.inner,
                        imagePoints + point * pass.imageStride, plan.inner,
                        filterPoints + pass.filterOffset + point * plan.filterStride, plan.filters,
                        outputPoints + point * pass.outputStride, plan.filters)
                }
                var kernel = pass.kernel
                for index in 0..<count {
                    ck_winograd_points_to_outputs(
                        outputPoints + index * pass.tiles * plan.filters, pass.outputStride,
                        outputs + (first + index) * plan.outputCount, &kernel)
                }
            }
        }
    }
}

/// (outputs, filter) → image
final class WinogradImageGradient: WinogradInstruction {
    override func run(_ memory: Memory) {
        let (outputs, filter, image, scratch) = places(memory)
        let (filterPoints, imagePoints, outputPoints) = points(scratch)
        let plan = plan
        transformFilter(filter, into: filterPoints)
        forEachBlock { first, count in
            ck_fill(0, image + first * plan.imageCount, count * plan.imageCount)
            for pass in passes {
                pass.transformOutputs(outputs, first: first, count: count, into: outputPoints)
                for point in 0..<pass.points {
                    sgemm(
                        false, true, rows: count * pass.tiles, columns: plan.inner, inner: plan.filters,
                        outputPoints + point * pass.outputStride, plan.filters,
                        filterPoints + pass.filterOffset + point * plan.filterStride, plan.filters,
                        imagePoints + point * pass.imageStride, plan.inner)
                }
                var kernel = pass.kernel
                for index in 0..<count {
                    ck_winograd_add_points_to_image(
                        imagePoints + index * pass.tiles * plan.inner, pass.imageStride,
                        image + (first + index) * plan.imageCount, &kernel)
                }
            }
        }
    }
}

/// (image, outputs) → filter, or added to the filter
final class WinogradFilterGradient: WinogradInstruction {
    private let accumulates: Bool

    init(_ plan: WinogradPlan, _ operands: ConvolutionOperands, accumulates: Bool) {
        self.accumulates = accumulates
        super.init(plan, operands)
    }

    override func run(_ memory: Memory) {
        let (image, outputs, filter, scratch) = places(memory)
        let (filterPoints, imagePoints, outputPoints) = points(scratch)
        let plan = plan
        forEachBlock { first, count in
            for pass in passes {
                pass.transformImages(image, first: first, count: count, into: imagePoints)
                pass.transformOutputs(outputs, first: first, count: count, into: outputPoints)
                for point in 0..<pass.points {
                    sgemm(
                        true, false, rows: plan.inner, columns: plan.filters, inner: count * pass.tiles,
                        imagePoints + point * pass.imageStride, plan.inner, outputPoints + point * pass.outputStride,
                        plan.filters, beta: first == 0 ? 0 : 1,
                        filterPoints + pass.filterOffset + point * plan.filterStride, plan.filters)
                }
            }
        }
        var adds = accumulates
        for pass in passes {
            var kernel = pass.kernel
            ck_winograd_points_to_filter(filterPoints + pass.filterOffset, filter, adds ? 1 : 0, &kernel)
            adds = true
        }
    }
}
