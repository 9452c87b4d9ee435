import CKernels

/// How windows slide over an image: shared by convolutions and pooling.
///
/// Output `o` of an axis reads the inputs `o · stride − padding ..< o · stride − padding + kernel`; what lies outside
/// the image counts as zero (pooling: as absent for a maximum).
public struct Window: Hashable, Sendable {
    /// Extents of the image that the windows slide over.
    public var height: Int
    public var width: Int
    public var channels: Int
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideHeight: Int
    public var strideWidth: Int
    public var paddingTop: Int
    public var paddingLeft: Int
    public var outHeight: Int
    public var outWidth: Int
    /// Of a convolution: filters read the channels of their own group only.
    public var groups: Int

    /// Square windows with the same stride and padding on all sides; the outputs are as many as fit:
    /// out = ⌊(in + 2 · padding − kernel) / stride⌋ + 1.
    public init(image: Shape, kernel: (height: Int, width: Int), stride: Int, padding: Int, groups: Int = 1) {
        precondition(image.rank == 4, "a window slides over [batch, height, width, channels], not \(image)")
        height = image[1]
        width = image[2]
        channels = image[3]
        kernelHeight = kernel.height
        kernelWidth = kernel.width
        strideHeight = stride
        strideWidth = stride
        paddingTop = padding
        paddingLeft = padding
        self.groups = groups
        outHeight = (height + 2 * padding - kernel.height) / stride + 1
        outWidth = (width + 2 * padding - kernel.width) / stride + 1
        precondition(
            height + 2 * padding >= kernel.height && width + 2 * padding >= kernel.width,
            "a window of \(kernel) is larger than the padded image \(image)")
    }

    /// Number of outputs of one image.
    var positions: Int { outHeight * outWidth }
    /// Elements of one window.
    var elements: Int { kernelHeight * kernelWidth * channels }
    var taps: Int { kernelHeight * kernelWidth }

    /// Multiplications and additions of a convolution, and of either gradient, as the formula has them: 2 for each tap,
    /// channel and filter of each output. (Minimal filtering does with fewer, and so may be faster than the peak.)
    func floatingPointOperations(batch: Int, filters: Int) -> Int {
        2 * batch * positions * elements * filters / groups
    }

    func imageShape(batch: Int) -> Shape { [batch, height, width, channels] }
    func outputShape(batch: Int, channels: Int) -> Shape { [batch, outHeight, outWidth, channels] }

    /// The windows are the image itself: nothing needs to be gathered.
    var isIdentity: Bool {
        let pointwise =
            taps == 1 && strideHeight == 1 && strideWidth == 1 && paddingTop == 0 && paddingLeft == 0
            && outHeight == height && outWidth == width
        let whole =
            kernelHeight == height && kernelWidth == width && paddingTop == 0 && paddingLeft == 0 && positions == 1
        return pointwise || whole
    }

    /// For stride 1: the windows by which the *outputs*, an image of `channels`, are read from each input pixel.
    ///
    /// y[o] = Σₜ x[o − p + t] w[t] means that input i meets output i + p − t, which is tap t′ = k − 1 − t of a window
    /// over y with padding k − 1 − p.
    func reversed(channels: Int) -> Window {
        var window = self
        window.height = outHeight
        window.width = outWidth
        window.channels = channels
        window.paddingTop = kernelHeight - 1 - paddingTop
        window.paddingLeft = kernelWidth - 1 - paddingLeft
        window.outHeight = height
        window.outWidth = width
        return window
    }

    var kernel: ck_window {
        ck_window(
            height: Int32(height), width: Int32(width), channels: Int32(channels), kernelHeight: Int32(kernelHeight),
            kernelWidth: Int32(kernelWidth), strideHeight: Int32(strideHeight), strideWidth: Int32(strideWidth),
            padTop: Int32(paddingTop), padLeft: Int32(paddingLeft), outHeight: Int32(outHeight),
            outWidth: Int32(outWidth))
    }
}
