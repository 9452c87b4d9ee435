/// What is done to the samples that the discriminator sees, real and fake alike (Zhao et al., "Differentiable augmentation
/// for data-efficient GAN training", 2020), and how often (Karras et al., "Training generative adversarial networks with
/// limited data", 2020).
public struct Augmentation: Sendable, Hashable {
    /// One of DiffAugment's transforms. They are applied in the order of the cases.
    public enum Transform: String, Sendable, CaseIterable, Hashable {
        /// Brightness, saturation, contrast.
        case color
        /// A shift by up to an eighth of each side; zeros come in.
        case translation
        /// A square of half the sides becomes zero.
        case cutout
    }

    /// With which probability each transform is applied to a sample.
    public enum Probability: Sendable, Hashable {
        case fixed(Double)
        /// ADA: the coordinator adapts it to how much the discriminator overfits.
        case adaptive
    }

    public var transforms: Set<Transform>
    public var probability = Probability.fixed(1)
    /// ADA: real images in which the probability could go from 0 to 1.
    public var adaptiveImages = 500_000

    public init(_ transforms: Set<Transform> = []) { self.transforms = transforms }

    public static let none = Augmentation()
    public static let diffAugment = Augmentation(Set(Transform.allCases))

    public var isNone: Bool { transforms.isEmpty }
    /// Whether the probability is part of the training state.
    public var isAdaptive: Bool { !isNone && probability == .adaptive }

    /// The probability of rounds where it does not change; 0 without transforms.
    var fixedProbability: Double {
        guard !isNone, case .fixed(let probability) = probability else { return 0 }
        return probability
    }

    /// `none`, `diffaugment`, or the transforms' names with commas between: DiffAugment's `policy`.
    public var policy: String {
        switch transforms.count {
        case 0: "none"
        case Transform.allCases.count: "diffaugment"
        default: Transform.allCases.filter(transforms.contains).map(\.rawValue).joined(separator: ",")
        }
    }

    /// The transforms of a policy; nil if it is none. A transform must not be named twice.
    public static func transforms(policy: String) -> Set<Transform>? {
        switch policy {
        case "none": return []
        case "diffaugment": return diffAugment.transforms
        default:
            let names = policy.split(separator: ",", omittingEmptySubsequences: false)
            let transforms = names.compactMap { name in
                Transform(rawValue: String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
            }
            return transforms.count == names.count && Set(transforms).count == names.count ? Set(transforms) : nil
        }
    }
}
