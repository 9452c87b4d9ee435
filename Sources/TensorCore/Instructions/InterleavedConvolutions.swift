import CKernels

/// A convolution of sixteen images at once, element by element side by side in a vector.
///
/// For few channels and filters, such as LeNet's 1 → 10 and 10 → 20: in a matrix product they would leave a good part of
/// each vector empty, and their windows take as long to gather as to multiply.
struct InterleavedConvolution {
    let window: Window
    let batch: Int
    let filters: Int

    /// Images in one vector.
    static let images = 16
    /// The images and the outputs of a block stay in the second-level cache.
    static let blockFloats = 128 * 1024

    /// Nil where another way is faster, or the kernels do not serve the shape.
    init?(window: Window, batch: Int, filters: Int) {
        self.window = window
        self.batch = batch
        self.filters = filters
        let isPlain =
            window.strideHeight == 1 && window.strideWidth == 1 && window.paddingTop == 0 && window.paddingLeft == 0
            && window.outHeight + window.kernelHeight == window.height + 1
            && window.outWidth + window.kernelWidth == window.width + 1
        // Beyond that size a matrix product's vectors are full but for a small rest.
        let isRagged = filters % 16 != 0 && filters < 64 && window.channels < 64 && window.taps > 1
        let isSmall = Self.images * (imageCount + outputCount) <= Self.blockFloats
        guard isPlain && isRagged && isSmall && batch % Self.images == 0 else { return nil }
    }

    /// The image gradient keeps one sum for each channel: it takes several to fill the processor.
    var servesImageGradient: Bool { window.channels >= 4 }

    var imageCount: Int { window.height * window.width * window.channels }
    var outputCount: Int { window.positions * filters }
    /// The interleaved images, and after them the outputs.
    var interleavedImageCount: Int { MemoryPlanner.aligned(Self.images * imageCount) }
    var scratchCount: Int { interleavedImageCount + MemoryPlanner.aligned(Self.images * outputCount) }
}

/// (image, filter) → outputs, or (outputs, filter) → image
final class InterleavedConvolutionInstruction: ConvolutionInstruction {
    enum Form {
        case forward, imageGradient
    }

    private let form: Form
    private let convolution: InterleavedConvolution

    init(_ form: Form, _ convolution: InterleavedConvolution, _ operands: ConvolutionOperands) {
        self.form = form
        self.convolution = convolution
        super.init(operands)
    }

    override var label: String {
        let window = convolution.window
        return "InterleavedConvolution \(form), \(window.channels)→\(convolution.filters)"
            + " \(window.kernelHeight)×\(window.kernelWidth) on \(window.height)×\(window.width)"
    }

    override func run(_ memory: Memory) {
        let (a, filter, result, images) = places(memory)
        let outputs = images + convolution.interleavedImageCount
        let (imageCount, outputCount) = (convolution.imageCount, convolution.outputCount)
        let lanes = InterleavedConvolution.images
        var kernel = convolution.window.kernel
        for first in stride(from: 0, to: convolution.batch, by: lanes) {
            switch form {
            case .forward:
                ck_transpose(a + first * imageCount, images, lanes, imageCount)
                ck_convolve_interleaved(images, filter, outputs, convolution.filters, &kernel)
                ck_transpose(outputs, result + first * outputCount, outputCount, lanes)
            case .imageGradient:
                ck_transpose(a + first * outputCount, outputs, lanes, outputCount)
                ck_image_gradient_interleaved(outputs, filter, images, convolution.filters, &kernel)
                ck_transpose(images, result + first * imageCount, imageCount, lanes)
            }
        }
    }
}
