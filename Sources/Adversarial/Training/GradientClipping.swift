extension AdamSettings {
    /// The factor of a gradient's sum that gives the mean gradient g, clipped: `scale` · min(1, c / (‖g‖ + 10⁻⁶)) with
    /// c = `clipNorm`, as `torch.nn.utils.clip_grad_norm_` has it; `scale` itself without clipping.
    ///
    /// - Parameter norm: ‖g‖, over all of the network's parameters.
    func clipped(_ scale: Float, norm: Double) -> Float {
        let factor = clipNorm / (norm + 1e-6)
        return clipNorm > 0 && factor < 1 ? Float(Double(scale) * factor) : scale
    }
}
