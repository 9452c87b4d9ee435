import FileFormats

/// What is done with an image file that is in the list and cannot be decoded.
package enum BrokenFilePolicy: String, Hashable, Sendable, CaseIterable {
    /// The run stops, and names it.
    case stop
    /// The next readable file of the list stands in for it, the same one everywhere.
    case skip
}

/// How the images of a folder become samples. Another value gives other samples.
package struct ImageSettings: Hashable, Sendable {
    package var onBroken: BrokenFilePolicy
    /// What shows through transparency.
    package var ground: RGBColour

    package init(onBroken: BrokenFilePolicy = .stop, ground: RGBColour = .white) {
        self.onBroken = onBroken
        self.ground = ground
    }
}
