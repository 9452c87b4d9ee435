/// A network's parameters at one version, as they are sent: memory that does not change while anybody holds this.
///
/// Frames that libzmq still has to send hold it too, so its owner learns by its release, on any thread, that the memory
/// may be used again.
package final class PublishedParameters: @unchecked Sendable {  // what it points at is immutable while it lives
    package let floats: UnsafeBufferPointer<Float>
    package let version: UInt64
    private let owner: AnyObject

    /// - Parameters:
    ///   - floats: the parameters [length].
    ///   - version: how often the network has been updated.
    ///   - owner: keeps the memory alive and unchanged until it is released.
    package init(_ floats: UnsafeBufferPointer<Float>, version: UInt64, owner: AnyObject) {
        self.floats = floats
        self.version = version
        self.owner = owner
    }
}
