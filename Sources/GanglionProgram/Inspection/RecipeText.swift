import Adversarial
import Runs

/// A recipe in a line.
enum RecipeText {
    static func line(_ recipe: Recipe) -> String {
        var parts = ["\(recipe.isRelativistic ? "relativistic " : "")\(recipe.loss.rawValue) loss"]
        if recipe.r1.isPositive { parts.append("R1 \(text(recipe.r1))") }
        if recipe.r2.isPositive { parts.append("R2 \(text(recipe.r2))") }
        if recipe.gradientPenalty.isPositive { parts.append("gradient penalty \(text(recipe.gradientPenalty))") }
        if recipe.hasPenalty, recipe.penaltyEvery > 1 { parts.append("every \(recipe.penaltyEvery) updates") }
        parts.append(recipe.updateOrder.rawValue)
        if recipe.discriminatorSteps > 1 { parts.append("\(recipe.discriminatorSteps) discriminator steps") }
        parts.append("batch \(recipe.shards) x \(recipe.shardBatch)")
        parts.append(
            "learning rates \(text(recipe.generatorOptimizer.learningRate)) (G), "
                + "\(text(recipe.discriminatorOptimizer.learningRate)) (D)")
        parts.append("seed \(recipe.seed)")
        return parts.joined(separator: ", ")
    }

    /// "0.001", or "0.001 to 0.0001 (cosine)"
    private static func text(_ schedule: Schedule) -> String {
        let start = ReportText.short(schedule.start)
        return schedule.isConstant
            ? start : "\(start) to \(ReportText.short(schedule.end)) (\(schedule.shape.rawValue))"
    }
}
