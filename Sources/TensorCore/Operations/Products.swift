// Matrix products and convolutions.

extension Tensor {
    /// op(A) · op(B), where op transposes on demand. `[m, k] · [k, n] → [m, n]`
    public func matmul(_ other: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
        precondition(
            shape.rank == 2 && other.shape.rank == 2, "matrix product: matrices, not \(shape) and \(other.shape)")
        let (rows, inner) = transposeA ? (shape[1], shape[0]) : (shape[0], shape[1])
        let (innerB, columns) = transposeB ? (other.shape[1], other.shape[0]) : (other.shape[0], other.shape[1])
        precondition(inner == innerB, "matrix product: \(shape) and \(other.shape) do not fit")
        return graph.record(
            .matmul(transposeA: transposeA, transposeB: transposeB), [self, other], [rows, columns])
    }

    /// Two-dimensional convolution (cross-correlation, as PyTorch's `conv2d`):
    /// y[n, i, j, f] = Σ x[n, i·s − p + a, j·s − p + b, c] · w[a, b, c, f].
    ///
    /// With `groups` G, channels C and filters F are cut into G equal parts, and the filters of part g read the channels
    /// of part g alone, g · C/G ..< (g + 1) · C/G.
    ///
    /// - Parameter filter: `[kernelHeight, kernelWidth, channels / groups, filters]`
    /// - Returns: `[batch, outHeight, outWidth, filters]`
    public func convolved(with filter: Tensor, stride: Int = 1, padding: Int = 0, groups: Int = 1) -> Tensor {
        precondition(
            filter.shape.rank == 4 && shape.rank == 4 && filter.shape[2] * groups == shape[3]
                && filter.shape[3] % groups == 0,
            "convolution: filter \(filter.shape) on image \(shape) in \(groups) groups")
        let window = Window(
            image: shape, kernel: (filter.shape[0], filter.shape[1]), stride: stride, padding: padding,
            groups: groups)
        return convolved(with: filter, window)
    }

    /// Transposed convolution, as PyTorch's `conv_transpose2d`: the adjoint of the convolution that maps an image of
    /// the output's shape to one of this shape. out = (in − 1) · stride − 2 · padding + kernel.
    ///
    /// - Parameter filter: `[kernelHeight, kernelWidth, outChannels, inChannels]`
    /// - Returns: `[batch, outHeight, outWidth, outChannels]`
    public func transposedConvolved(with filter: Tensor, stride: Int = 1, padding: Int = 0) -> Tensor {
        precondition(
            filter.shape.rank == 4 && shape.rank == 4 && filter.shape[3] == shape[3],
            "transposed convolution: filter \(filter.shape) on image \(shape)")
        let image: Shape = [
            shape[0], (shape[1] - 1) * stride - 2 * padding + filter.shape[0],
            (shape[2] - 1) * stride - 2 * padding + filter.shape[1], filter.shape[2],
        ]
        let window = Window(
            image: image, kernel: (filter.shape[0], filter.shape[1]), stride: stride, padding: padding)
        return imageGradient(with: filter, window)
    }

    func convolved(with filter: Tensor, _ window: Window) -> Tensor {
        graph.record(
            .convolution(window), [self, filter], window.outputShape(batch: shape[0], channels: filter.shape[3]))
    }

    func imageGradient(with filter: Tensor, _ window: Window) -> Tensor {
        graph.record(.convolutionImageGradient(window), [self, filter], window.imageShape(batch: shape[0]))
    }

    func filterGradient(outputs: Tensor, _ window: Window) -> Tensor {
        graph.record(
            .convolutionFilterGradient(window), [self, outputs],
            [window.kernelHeight, window.kernelWidth, window.channels / window.groups, outputs.shape[3]])
    }
}
