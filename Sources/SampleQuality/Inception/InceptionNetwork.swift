import TensorCore

/// Inception-v3 as the Fréchet inception distance has it (Szegedy et al., "Rethinking the inception architecture for computer
/// vision", 2016; Heusel et al., 2017): TensorFlow's network of 2015-12-05, in which averages inside the blocks do not count the
/// padding and the last block takes maxima. scripts/pytorch_inception.py is the same network in PyTorch.
///
/// A unit is a convolution, a batch norm in inference and a ReLU; with the norm folded into it, a filter
/// `[kernelHeight, kernelWidth, inputs, outputs]` and a bias.
struct InceptionNetwork {
    /// The sides of the images that it takes.
    static let side = 299
    static let features = 2048
    static let epsilon: Float = 0.001

    /// A unit: its name in the state dict, and its shape.
    struct Unit: Hashable, Sendable {
        var name: String
        var kernelHeight: Int
        var kernelWidth: Int
        var inputs: Int
        var outputs: Int

        var filterCount: Int { kernelHeight * kernelWidth * inputs * outputs }
    }

    /// The units in the order in which they are applied; each one's filter and bias lie one after the other in the parameters' input.
    private(set) var units: [Unit] = []
    private(set) var parameterCount = 0
    private let graph: Graph
    private let parameterSlot: Int
    private(set) var output: Tensor

    /// - Parameter images: `[batch, 299, 299, 3]`, values in [−1, 1].
    init(_ images: Tensor, graph: Graph, parameterSlot: Int) {
        self.graph = graph
        self.parameterSlot = parameterSlot
        output = images
        output = stem(images)
        output = blockA("5b", output, pooled: 32)
        output = blockA("5c", output, pooled: 64)
        output = blockA("5d", output, pooled: 64)
        output = blockB("6a", output)
        output = blockC("6b", output, width: 128)
        output = blockC("6c", output, width: 160)
        output = blockC("6d", output, width: 160)
        output = blockC("6e", output, width: 192)
        output = blockD("7a", output)
        output = blockE("7b", output, pool: Self.averaged)
        output = blockE("7c", output) { $0.maxPooled(kernel: 3, stride: 1, padding: 1) }
        output = output.mean(axes: [1, 2])
    }

    /// - Parameter kernel: height and width.
    private mutating func unit(
        _ name: String, _ x: Tensor, _ outputs: Int, _ kernel: (Int, Int) = (1, 1), stride: Int = 1,
        padding: (Int, Int) = (0, 0)
    ) -> Tensor {
        let unit = Unit(
            name: name, kernelHeight: kernel.0, kernelWidth: kernel.1, inputs: x.shape[3], outputs: outputs)
        units.append(unit)
        let filter = graph.input(
            slot: parameterSlot, offset: parameterCount, shape: [kernel.0, kernel.1, unit.inputs, outputs])
        let bias = graph.input(slot: parameterSlot, offset: parameterCount + unit.filterCount, shape: [outputs])
        parameterCount += unit.filterCount + outputs
        // Kernels of 1×7 need zeros on two sides only.
        let isSquare = padding.0 == padding.1
        let image =
            isSquare
            ? x
            : x.padded(
                at: [0, padding.0, padding.1, 0],
                in: [x.shape[0], x.shape[1] + 2 * padding.0, x.shape[2] + 2 * padding.1, x.shape[3]])
        return (image.convolved(with: filter, stride: stride, padding: isSquare ? padding.0 : 0) + bias).relu()
    }

    private static func averaged(_ x: Tensor) -> Tensor {
        x.averagePooled(kernel: 3, stride: 1, padding: 1, countingPadding: false)
    }

    private mutating func stem(_ images: Tensor) -> Tensor {
        var x = unit("Conv2d_1a_3x3", images, 32, (3, 3), stride: 2)
        x = unit("Conv2d_2a_3x3", x, 32, (3, 3))
        x = unit("Conv2d_2b_3x3", x, 64, (3, 3), padding: (1, 1)).maxPooled(kernel: 3, stride: 2)
        x = unit("Conv2d_3b_1x1", x, 80)
        return unit("Conv2d_4a_3x3", x, 192, (3, 3)).maxPooled(kernel: 3, stride: 2)
    }

    private mutating func blockA(_ block: String, _ x: Tensor, pooled: Int) -> Tensor {
        let name = "Mixed_\(block)."
        let single = unit(name + "branch1x1", x, 64)
        var five = unit(name + "branch5x5_1", x, 48)
        five = unit(name + "branch5x5_2", five, 64, (5, 5), padding: (2, 2))
        var three = unit(name + "branch3x3dbl_1", x, 64)
        three = unit(name + "branch3x3dbl_2", three, 96, (3, 3), padding: (1, 1))
        three = unit(name + "branch3x3dbl_3", three, 96, (3, 3), padding: (1, 1))
        let pool = unit(name + "branch_pool", Self.averaged(x), pooled)
        return .concatenated([single, five, three, pool], axis: 3)
    }

    private mutating func blockB(_ block: String, _ x: Tensor) -> Tensor {
        let name = "Mixed_\(block)."
        let three = unit(name + "branch3x3", x, 384, (3, 3), stride: 2)
        var double = unit(name + "branch3x3dbl_1", x, 64)
        double = unit(name + "branch3x3dbl_2", double, 96, (3, 3), padding: (1, 1))
        double = unit(name + "branch3x3dbl_3", double, 96, (3, 3), stride: 2)
        return .concatenated([three, double, x.maxPooled(kernel: 3, stride: 2)], axis: 3)
    }

    private mutating func blockC(_ block: String, _ x: Tensor, width: Int) -> Tensor {
        let name = "Mixed_\(block)."
        let single = unit(name + "branch1x1", x, 192)
        var seven = unit(name + "branch7x7_1", x, width)
        seven = row(name + "branch7x7_2", seven, width)
        seven = column(name + "branch7x7_3", seven, 192)
        var double = unit(name + "branch7x7dbl_1", x, width)
        double = column(name + "branch7x7dbl_2", double, width)
        double = row(name + "branch7x7dbl_3", double, width)
        double = column(name + "branch7x7dbl_4", double, width)
        double = row(name + "branch7x7dbl_5", double, 192)
        let pool = unit(name + "branch_pool", Self.averaged(x), 192)
        return .concatenated([single, seven, double, pool], axis: 3)
    }

    private mutating func blockD(_ block: String, _ x: Tensor) -> Tensor {
        let name = "Mixed_\(block)."
        var three = unit(name + "branch3x3_1", x, 192)
        three = unit(name + "branch3x3_2", three, 320, (3, 3), stride: 2)
        var seven = unit(name + "branch7x7x3_1", x, 192)
        seven = row(name + "branch7x7x3_2", seven, 192)
        seven = column(name + "branch7x7x3_3", seven, 192)
        seven = unit(name + "branch7x7x3_4", seven, 192, (3, 3), stride: 2)
        return .concatenated([three, seven, x.maxPooled(kernel: 3, stride: 2)], axis: 3)
    }

    private mutating func blockE(_ block: String, _ x: Tensor, pool: (Tensor) -> Tensor) -> Tensor {
        let name = "Mixed_\(block)."
        let single = unit(name + "branch1x1", x, 320)
        let three = unit(name + "branch3x3_1", x, 384)
        let threeRow = unit(name + "branch3x3_2a", three, 384, (1, 3), padding: (0, 1))
        let threeColumn = unit(name + "branch3x3_2b", three, 384, (3, 1), padding: (1, 0))
        var double = unit(name + "branch3x3dbl_1", x, 448)
        double = unit(name + "branch3x3dbl_2", double, 384, (3, 3), padding: (1, 1))
        let doubleRow = unit(name + "branch3x3dbl_3a", double, 384, (1, 3), padding: (0, 1))
        let doubleColumn = unit(name + "branch3x3dbl_3b", double, 384, (3, 1), padding: (1, 0))
        let pooled = unit(name + "branch_pool", pool(x), 192)
        return .concatenated([single, threeRow, threeColumn, doubleRow, doubleColumn, pooled], axis: 3)
    }

    private mutating func row(_ name: String, _ x: Tensor, _ outputs: Int) -> Tensor {
        unit(name, x, outputs, (1, 7), padding: (0, 3))
    }

    private mutating func column(_ name: String, _ x: Tensor, _ outputs: Int) -> Tensor {
        unit(name, x, outputs, (7, 1), padding: (3, 0))
    }
}
