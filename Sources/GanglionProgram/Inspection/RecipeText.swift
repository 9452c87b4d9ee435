import Adversarial
import Runs

/// A recipe in a line.
enum RecipeText {
    static func line(_ recipe: Recipe) -> String {
        var parts = ["\(recipe.isRelativistic ? "relativistic " : "")\(recipe.loss.rawValue) loss"]
        if recipe.r1 > 0 { parts.append("R1 \(ReportText.short(recipe.r1))") }
        if recipe.r2 > 0 { parts.append("R2 \(ReportText.short(recipe.r2))") }
        if recipe.gradientPenalty > 0 { parts.append("gradient penalty \(ReportText.short(recipe.gradientPenalty))") }
        parts.append(recipe.updateOrder.rawValue)
        if recipe.discriminatorSteps > 1 { parts.append("\(recipe.discriminatorSteps) discriminator steps") }
        parts.append("batch \(recipe.shards) x \(recipe.shardBatch)")
        parts.append(
            "learning rates \(ReportText.short(recipe.generatorOptimizer.learningRate)) (G), "
                + "\(ReportText.short(recipe.discriminatorOptimizer.learningRate)) (D)")
        parts.append("seed \(recipe.seed)")
        return parts.joined(separator: ", ")
    }
}
