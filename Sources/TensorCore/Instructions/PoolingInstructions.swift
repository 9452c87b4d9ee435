import CKernels

/// Max- and sum-pooling and their adjoints, one image at a time.
final class Pooling: Instruction {
    enum Kind {
        case maxSelect, maxScatter, sum, sumTranspose
    }

    private let kind: Kind
    private let window: Window
    private let batch: Int
    private let a: Location
    private let b: Location
    private let result: Location

    init(_ kind: Kind, window: Window, batch: Int, _ a: Location, _ b: Location, result: Location) {
        self.kind = kind
        self.window = window
        self.batch = batch
        self.a = a
        self.b = b
        self.result = result
    }

    override var label: String {
        "Pooling \(kind) \(window.kernelHeight)×\(window.kernelWidth) on \(window.height)×\(window.width)×\(window.channels)"
    }

    override func run(_ memory: Memory) {
        var kernel = window.kernel
        let image = window.height * window.width * window.channels
        let outputs = window.positions * window.channels
        let (a, b, y) = (memory[a], memory[b], memory[result])
        for index in 0..<batch {
            switch kind {
            case .maxSelect:
                ck_max_pool_select(a + index * image, b + index * image, y + index * outputs, &kernel)
            case .maxScatter:
                ck_max_pool_scatter(a + index * image, b + index * outputs, y + index * image, &kernel)
            case .sum: ck_sum_pool(a + index * image, y + index * outputs, &kernel)
            case .sumTranspose: ck_sum_pool_transpose(a + index * outputs, y + index * image, &kernel)
            }
        }
    }
}

/// Bilinear upsampling of `image`, or its adjoint, one image at a time.
final class BilinearUpsampling: Instruction {
    private let image: Shape
    private let scale: Int
    private let isTranspose: Bool
    private let source: Location
    private let result: Location

    init(image: Shape, scale: Int, isTranspose: Bool, source: Location, result: Location) {
        self.image = image
        self.scale = scale
        self.isTranspose = isTranspose
        self.source = source
        self.result = result
    }

    override var label: String {
        "BilinearUpsampling ×\(scale)\(isTranspose ? ", transposed," : "") of \(image[1])×\(image[2])×\(image[3])"
    }

    override func run(_ memory: Memory) {
        let (height, width, channels) = (image[1], image[2], image[3])
        let small = height * width * channels
        let large = small * scale * scale
        let (x, y) = (memory[source], memory[result])
        for index in 0..<image[0] {
            if isTranspose {
                ck_upsample_bilinear_transpose(
                    x + index * large, y + index * small, height, width, channels, scale)
            } else {
                ck_upsample_bilinear(x + index * small, y + index * large, height, width, channels, scale)
            }
        }
    }
}
