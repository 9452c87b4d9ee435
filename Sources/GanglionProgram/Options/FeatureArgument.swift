import ArgumentParser
import SampleQuality

/// The name of features as options take it.
enum FeatureArgument {
    /// - Throws: `ValidationError` that says the names.
    static func choice(_ text: String, flag: String) throws -> FeatureChoice {
        guard let choice = FeatureChoice(rawValue: text) else {
            throw ValidationError(
                "\(flag) \(text) is not known; expected "
                    + FeatureChoice.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
        return choice
    }
}
