import Synchronization

/// The models that can be trained, by name. Register a model of your own before anything else is done with configurations.
public enum ModelRegistry {
    fileprivate static let library: [Model] = [.dcgan, .resnet, .perceptron, .lenet, .points]
    private static let models = Mutex<[Model]>(library)

    /// All models, in the order of their registration: this library's first.
    public static var all: [Model] { models.withLock { $0 } }

    public static func model(named name: String) -> Model? {
        models.withLock { $0.first { $0.name == name } }
    }

    /// - Precondition: no model has the name yet.
    public static func register(_ model: Model) {
        models.withLock { models in
            precondition(!models.contains { $0.name == model.name }, "there is a model '\(model.name)' already")
            models.append(model)
        }
    }
}

extension Model {
    /// Whether the model is one of this library's.
    public var isOfLibrary: Bool { ModelRegistry.library.contains { $0.name == name } }
}
