import CKernels

/// A convolution with one channel on one side, in terms of a plane `[height, width]` and features
/// `[outHeight, outWidth, features]`:
///
/// | channels → filters | plane | features | taps |
/// | --- | --- | --- | --- |
/// | 1 → n | image | outputs | as in the filter |
/// | n → 1, stride 1 | outputs | image | reversed |
///
/// A matrix product would have one column, or windows that are larger than the image; here vectors run over the
/// features, and nothing is copied.
struct PlaneConvolution {
    /// The windows over the plane, whose outputs are the features.
    let window: Window
    let features: Int
    let isReversed: Bool

    /// Nil where the kernels do not serve the shape.
    init?(window: Window, filters: Int) {
        if window.channels == 1 {
            self.window = window
            features = filters
            isReversed = false
        } else if filters == 1 {
            self.window = window.reversed(channels: 1)
            features = window.channels
            isReversed = true
        } else {
            return nil
        }
        var kernel = self.window.kernel
        let isStepping = window.strideHeight > 1 || window.strideWidth > 1
        if isStepping || ck_plane_fits(&kernel, features) == 0 { return nil }
    }

    var planeCount: Int { window.height * window.width }
    var featuresCount: Int { window.positions * features }
    /// Room for the filter with its taps reversed.
    var scratchCount: Int { isReversed ? MemoryPlanner.aligned(window.taps * features) : 0 }

    /// The taps in the plane's order: `filter` itself, or reversed in `scratch`.
    func taps(_ filter: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>)
        -> UnsafeMutablePointer<Float>
    {
        guard isReversed else { return filter }
        reverse(filter, into: scratch)
        return scratch
    }

    func reverse(_ filter: UnsafePointer<Float>, into reversed: UnsafeMutablePointer<Float>) {
        for tap in 0..<window.taps {
            ck_copy(filter + tap * features, reversed + (window.taps - 1 - tap) * features, features)
        }
    }
}

/// Any of the three forms of a plane's convolution, one image at a time.
final class PlaneConvolutionInstruction: ConvolutionInstruction {
    enum Form {
        /// (image, filter) → outputs
        case forward
        /// (outputs, filter) → image
        case imageGradient
        /// (image, outputs) → filter, or added to the filter
        case filterGradient(accumulates: Bool)
    }

    private let form: Form
    private let convolution: PlaneConvolution
    private let batch: Int

    init(_ form: Form, _ convolution: PlaneConvolution, batch: Int, _ operands: ConvolutionOperands) {
        self.form = form
        self.convolution = convolution
        self.batch = batch
        super.init(operands)
    }

    override var label: String {
        let window = convolution.window
        return
            "PlaneConvolution \(form), \(convolution.features) features, \(window.kernelHeight)×\(window.kernelWidth)"
            + " on \(window.height)×\(window.width)\(convolution.isReversed ? ", reversed" : "")"
    }

    override func run(_ memory: Memory) {
        let (a, b, result, scratch) = places(memory)
        switch (form, convolution.isReversed) {
        case (.forward, false), (.imageGradient, true):
            toFeatures(plane: a, taps: convolution.taps(b, scratch: scratch), features: result)
        case (.forward, true), (.imageGradient, false):
            toPlane(features: a, taps: convolution.taps(b, scratch: scratch), plane: result)
        case (.filterGradient(let accumulates), false):
            addFilterGradient(plane: a, features: b, to: result, accumulates: accumulates)
        case (.filterGradient(let accumulates), true):
            if accumulates { convolution.reverse(result, into: scratch) }
            addFilterGradient(plane: b, features: a, to: scratch, accumulates: accumulates)
            convolution.reverse(scratch, into: result)
        }
    }

    private func toFeatures(
        plane: UnsafePointer<Float>, taps: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>
    ) {
        var kernel = convolution.window.kernel
        for index in 0..<batch {
            ck_plane_to_features(
                plane + index * convolution.planeCount, taps, features + index * convolution.featuresCount,
                convolution.features, &kernel)
        }
    }

    private func toPlane(
        features: UnsafePointer<Float>, taps: UnsafePointer<Float>, plane: UnsafeMutablePointer<Float>
    ) {
        var kernel = convolution.window.kernel
        for index in 0..<batch {
            ck_features_to_plane(
                features + index * convolution.featuresCount, taps, plane + index * convolution.planeCount,
                convolution.features, &kernel)
        }
    }

    private func addFilterGradient(
        plane: UnsafePointer<Float>, features: UnsafePointer<Float>, to taps: UnsafeMutablePointer<Float>,
        accumulates: Bool
    ) {
        var kernel = convolution.window.kernel
        if !accumulates { ck_fill(0, taps, convolution.window.taps * convolution.features) }
        for index in 0..<batch {
            ck_plane_filter_gradient(
                plane + index * convolution.planeCount, features + index * convolution.featuresCount, taps,
                convolution.features, &kernel)
        }
    }
}
