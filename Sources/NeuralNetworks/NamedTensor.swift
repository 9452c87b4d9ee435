/// A tensor as a checkpoint holds it: its state-dict name, and its values in PyTorch's shape and order.
public struct NamedTensor: Sendable, Hashable {
    public enum Values: Sendable, Hashable {
        case float32([Float])
        case int64([Int64])
    }

    public var name: String
    public var shape: [Int]
    public var values: Values

    public init(name: String, shape: [Int], values: Values) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}
