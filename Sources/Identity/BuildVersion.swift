/// Which Ganglion this is. Processes of one run must be of the same build, for another may compute other numbers or mean
/// something else by a message.
package enum BuildVersion {
    /// The release, by semantic versioning.
    package static let number = "0.1.0"

    /// A hash over the sources that this program was built from, 16 hexadecimal digits: equal in builds of one commit wherever
    /// they were made, another with every change of a source.
    package static var sources: String { sourcesHash }

    /// Both, as processes compare them: `0.1.0 (build 0123456789abcdef)`.
    package static var text: String { "\(number) (build \(sources))" }
}
