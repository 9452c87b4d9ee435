import UserErrors

/// What can go wrong in the arithmetic of a run. The description is a sentence for the user.
public enum AdversarialError: UserError, Sendable {
    /// A mean gradient, loss or batch statistic that is NaN or infinite.
    case notFinite(step: UInt64, NonfiniteValue)
    /// A mean gradient whose square exceeds float32.
    case tooLarge(step: UInt64, network: Network, norm: Double)
    /// A checkpoint that does not fit the recipe.
    case state(String)

    public var category: ErrorCategory { .data }

    public var description: String {
        switch self {
        case .notFinite(let step, let value):
            "training: step \(step): \(value.description) is NaN or infinite; the parameters are as they were before; lower"
                + " the learning rate, or look at the data"
        case .tooLarge(let step, let network, let norm):
            "training: step \(step): the \(network)'s gradient has norm \(norm); the parameters are as they were before;"
                + " lower the learning rate, or look at the data"
        case .state(let sentence): sentence
        }
    }
}
