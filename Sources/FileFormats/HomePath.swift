import Foundation

/// `~` at the beginning of a path, as a shell expands it where it stands in front of a word. In `--run=~/r` and
/// `images:~/photos` no shell does.
package enum HomePath {
    /// `path` with `~` or `~/` as the home folder (`HOME`, else the user's entry in the system's list of users), and
    /// `~NAME` or `~NAME/` as that user's.
    ///
    /// - Throws: `FileFormatError` (missing) where there is no such user or no home folder is known, instead of making a
    ///   folder called `~`.
    package static func expanding(
        _ path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> String {
        guard path.hasPrefix("~") else { return path }
        let user = String(path.dropFirst().prefix { $0 != "/" })
        let rest = String(path.dropFirst(1 + user.count))
        let home: String?
        if user.isEmpty {
            let variable = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
            home = variable ?? folder(of: getpwuid(getuid()))
        } else {
            home = folder(of: getpwnam(user))
        }
        guard let home else {
            throw FileFormatError(
                .missing, file: path,
                user.isEmpty
                    ? "the home folder is not known" : "there is no user '\(user)', whose home folder ~\(user) is",
                advice: user.isEmpty ? "set HOME, or give the whole path" : "a file of that name is ./\(path)")
        }
        // The root's own home folder may be "/".
        return (home.hasSuffix("/") && !rest.isEmpty ? String(home.dropLast()) : home) + rest
    }

    private static func folder(of entry: UnsafeMutablePointer<passwd>?) -> String? {
        guard let name = entry?.pointee.pw_dir else { return nil }
        let folder = String(cString: name)
        return folder.isEmpty ? nil : folder
    }
}
