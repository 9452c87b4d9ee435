// Pooling and upsampling of images [batch, height, width, channels].

extension Tensor {
    /// The greatest element of each window; of equals, the first in row-major order.
    public func maxPooled(kernel: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
        let window = Window(image: shape, kernel: (kernel, kernel), stride: stride ?? kernel, padding: padding)
        return maxPoolSelected(self, window)
    }

    /// The mean of each window.
    ///
    /// - Parameter countingPadding: whether what the padding adds counts as zeros, as in PyTorch by default, or not.
    public func averagePooled(
        kernel: Int, stride: Int? = nil, padding: Int = 0, countingPadding: Bool = true
    ) -> Tensor {
        let window = Window(image: shape, kernel: (kernel, kernel), stride: stride ?? kernel, padding: padding)
        if countingPadding || padding == 0 { return sumPooled(window) * (1 / Float(window.taps)) }
        let counts = graph.constant(1, shape: [1, shape[1], shape[2], shape[3]]).sumPooled(window)
        return sumPooled(window) / counts
    }

    /// Every pixel repeated `scale` times in both directions.
    public func upsampledNearest(scale: Int) -> Tensor {
        let image: Shape = [shape[0], shape[1] * scale, shape[2] * scale, shape[3]]
        return sumPoolTransposed(Window(image: image, kernel: (scale, scale), stride: scale, padding: 0))
    }

    /// Pixels between the image's by bilinear interpolation, `scale` times as many in both directions, corners not
    /// aligned: output o of an axis lies at (o + ½) / scale − ½, and beyond the outermost pixels takes those. PyTorch's
    /// `interpolate(scale_factor=scale, mode="bilinear", align_corners=False)`.
    ///
    /// `[batch, height, width, channels] → [batch, scale · height, scale · width, channels]`
    public func upsampledBilinear(scale: Int) -> Tensor {
        precondition((1...16).contains(scale), "bilinear upsampling takes a scale from 1 to 16, not \(scale)")
        precondition(shape.rank == 4, "upsampling: [batch, height, width, channels], not \(shape)")
        if scale == 1 { return self }
        return graph.record(
            .upsampleBilinear(scale: scale), [self], [shape[0], shape[1] * scale, shape[2] * scale, shape[3]])
    }

    /// The adjoint of `upsampledBilinear`: each pixel's share of all that it was interpolated to.
    func bilinearlyCollected(scale: Int) -> Tensor {
        graph.record(
            .upsampleBilinearTranspose(scale: scale), [self],
            [shape[0], shape[1] / scale, shape[2] / scale, shape[3]])
    }

    func maxPoolSelected(_ values: Tensor, _ window: Window) -> Tensor {
        graph.record(
            .maxPoolSelect(window), [self, values], window.outputShape(batch: shape[0], channels: shape[3]))
    }

    func maxPoolScattered(_ outputs: Tensor, _ window: Window) -> Tensor {
        graph.record(.maxPoolScatter(window), [self, outputs], shape)
    }

    func sumPooled(_ window: Window) -> Tensor {
        graph.record(.sumPool(window), [self], window.outputShape(batch: shape[0], channels: shape[3]))
    }

    func sumPoolTransposed(_ window: Window) -> Tensor {
        graph.record(.sumPoolTranspose(window), [self], window.imageShape(batch: shape[0]))
    }
}
