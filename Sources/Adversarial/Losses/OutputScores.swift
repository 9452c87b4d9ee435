import TensorCore

extension Recipe {
    /// The metrics of a step, of any number of a discriminator's outputs: losses without penalties, and scores, by name.
    ///
    /// - Parameters:
    ///   - real: the discriminator's outputs (logits, or scores) for samples of the data.
    ///   - fake: the same for generated samples; as many.
    /// - Precondition: there is at least one of each.
    public func scores(real: [Float], fake: [Float]) -> [String: Double] {
        precondition(!real.isEmpty && real.count == fake.count, "as many real as fake samples, and at least one")
        let graph = Graph()
        let loss = adversarialLoss
        let outputs = (
            real: graph.input(slot: 0, shape: [real.count, 1]), fake: graph.input(slot: 1, shape: [fake.count, 1])
        )
        let tensors = StepTensors(
            real: outputs.real, fake: outputs.fake,
            discriminatorLoss: loss.discriminatorLoss(real: outputs.real, fake: outputs.fake),
            generatorLoss: loss.generatorLoss(real: outputs.real, fake: outputs.fake), penalties: nil)
        let metrics = StepMetric.all.filter { $0.isReported(self) && !$0.isOfPenalty }
        let values = graph.evaluate(metrics.map { $0.tensor(tensors, loss) }, [real, fake])
        return Dictionary(uniqueKeysWithValues: zip(metrics.map(\.name), values.map { Double($0[0]) }))
    }
}
