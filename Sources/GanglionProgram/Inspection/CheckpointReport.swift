import NeuralNetworks
import RunConfiguration
import Runs

/// A checkpoint in words.
struct CheckpointReport {
    let text: String

    /// - Throws: `RunError` if the tensors are not those of the configuration's networks.
    init(_ loaded: LoadedCheckpoint) throws {
        let (checkpoint, configuration) = (loaded.checkpoint, loaded.configuration)
        // A checkpoint that could not be sampled from is not shown as one.
        _ = try loaded.trainingState()
        let recipe = configuration.recipe
        var report = ReportText()
        report.add(
            line: "\(loaded.path): \(configuration.preset.rawValue) after step \(checkpoint.step) of \(recipe.steps)")
        report.add("checksum", "right; every value is finite")
        report.add("state", "SHA-256 \(checkpoint.parametersSHA256)")
        report.add("run", checkpoint.run)
        report.add("data", configuration.data.source)
        report.add("recipe", RecipeText.line(recipe))
        let counters = checkpoint.counters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        report.add("counters", counters.joined(separator: ", "))
        for network in ["generator", "generator_ema", "discriminator"] {
            Self.add(network, of: checkpoint, to: &report)
        }
        text = report.text
    }

    private static func add(_ network: String, of checkpoint: Checkpoint, to report: inout ReportText) {
        let tensors = checkpoint.tensors.filter { $0.name.hasPrefix(network + ".") }
        let statistics = ["running_mean", "running_var", "num_batches_tracked"]
        let parameters = tensors.filter { tensor in !statistics.contains { tensor.name.hasSuffix("." + $0) } }
        let count = parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        report.add(line: "")
        report.add(
            line: "\(network): \(ReportText.grouped(count)) parameters in \(parameters.count) tensors"
                + ", norm \(ReportText.short(norm(parameters)))")
        for moment in ["exp_avg", "exp_avg_sq"] {
            let moments = checkpoint.tensors.filter { $0.name.hasPrefix("adam.\(network).\(moment).") }
            if !moments.isEmpty { report.add("adam \(moment)", "norm \(ReportText.short(norm(moments)))") }
        }
        report.add(
            table: tensors.map { tensor in
                let name = String(tensor.name.dropFirst(network.count + 1))
                switch tensor.values {
                case .float32: return [name, "\(tensor.shape)", "norm \(ReportText.short(norm([tensor])))"]
                case .int64(let values):
                    return [name, "\(tensor.shape)", values.map(String.init).joined(separator: " ")]
                }
            })
    }

    /// The Euclidean norm of all values together.
    private static func norm(_ tensors: [NamedTensor]) -> Double {
        tensors.reduce(0.0) { sum, tensor in
            guard case .float32(let values) = tensor.values else { return sum }
            return values.reduce(sum) { $0 + Double($1) * Double($1) }
        }.squareRoot()
    }
}
