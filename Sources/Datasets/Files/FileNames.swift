import FileFormats

/// What the name of a file or a folder tells about it.
enum FileNames {
    /// The endings of images, in lower case: PNG (and animated PNG), JPEG in all its spellings, WebP.
    static let imageEndings: Set<String> = [
        "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jfi", "jif", "pjpeg", "pjp", "webp",
    ]

    /// For messages.
    static let imageEndingsText = ".png, .jpg, .jpeg, .jpe, .jfif or .webp"

    static func isImage(_ name: FilePath) -> Bool { ending(of: name).map { imageEndings.contains($0) } ?? false }

    static func isHidden(_ name: FilePath) -> Bool { name.bytes.first == UInt8(ascii: ".") }

    /// What follows the last dot, in lower case; nil where that is no ending: 1 to 10 letters, digits, `_`, `-`, `+` or `~`.
    static func ending(of name: FilePath) -> String? {
        guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return nil }
        let bytes = name.bytes[(dot + 1)...]
        guard (1...10).contains(bytes.count) else { return nil }
        var lower: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): lower.append(byte + 32)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "~"):
                lower.append(byte)
            default: return nil
            }
        }
        return String(decoding: lower, as: UTF8.self)
    }

    /// The name under which something is known that a desktop, a camera or a file server leaves in folders: thumbnails,
    /// waste baskets, snapshots, notes. nil for anything else. Whatever it holds, it is no data.
    ///
    /// Such names with a dot at the beginning (`.AppleDouble`, `.@__thumb`) are hidden anyway.
    static func knownLeaving(_ name: FilePath) -> String? {
        guard let text = name.text else { return nil }
        if exactLeavings.contains(text) { return text }
        let lower = text.lowercased()
        if let known = leavings[lower] { return known }
        if lower.hasSuffix(":zone.identifier") { return "Zone.Identifier" }
        if lower.hasPrefix("found."), lower.dropFirst(6).count == 3, lower.dropFirst(6).allSatisfy(\.isNumber) {
            return "FOUND.000"
        }
        if lower.hasPrefix("ehthumbs"), lower.hasSuffix(".db") { return "ehthumbs.db" }
        if lower.hasSuffix(".lrdata") { return ".lrdata" }
        return nil
    }

    /// Those that are words otherwise: a class may be called "recycled". Older Windows, Sony's cameras, Capture One.
    private static let exactLeavings: Set<String> = ["RECYCLER", "RECYCLED", "THMBNL", "CaptureOne"]

    private static let leavings: [String: String] = {
        let names = [
            // Synology, QNAP, Asustor
            "@eaDir", "#recycle", "#snapshot", "@tmp", "@sharebin", "@Recycle", "@Recently-Snapshot", "@__thumb",
            // Windows
            "$RECYCLE.BIN", "System Volume Information", "Thumbs.db", "desktop.ini",
            // macOS and its file sharing
            "__MACOSX", "Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder", "TheFindByContentFolder",
            "Icon\r", "iPod Photo Cache",
            // Linux, NetApp, GoodSync, Syncthing
            "lost+found", "~snapshot", "_gsdata_", "~syncthing~",
            // Photo programs
            "Picasa.ini", "ZbThumbnail.info", "pspbrwse.jbf", "digikam4.db", "thumbnails-digikam.db",
            // Python
            "__pycache__",
        ]
        return Dictionary(uniqueKeysWithValues: names.map { ($0.lowercased(), $0 == "Icon\r" ? "Icon" : $0) })
    }()
}
