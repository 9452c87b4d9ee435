import Foundation
import PackagePlugin

/// Before a target is built, writes `SourcesHash.swift` for it: a hash over all sources of its package.
///
/// It depends on the files' contents and on their paths within the package, and not on the machine, the folder or the time of
/// the build.
@main
struct HashSources: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let root = context.package.directoryURL
        let paths = Self.sources(of: root)
        let output = context.pluginWorkDirectoryURL.appending(path: "SourcesHash.swift")
        return [
            .buildCommand(
                displayName: "Hashing the sources", executable: try context.tool(named: "hash-sources").url,
                arguments: [output.path, root.path] + paths, inputFiles: paths.map { root.appending(path: $0) },
                outputFiles: [output])
        ]
    }

    /// `Package.swift` and every source file below `Sources`, as paths from the package's root, in the order of their bytes.
    private static func sources(of root: URL) -> [String] {
        let kinds: Set = ["swift", "c", "h", "modulemap", "proto"]
        let all = FileManager.default.enumerator(atPath: root.appending(path: "Sources").path)
        let files = (all?.compactMap { $0 as? String } ?? []).filter { path in
            // Not what editors and systems put beside them.
            kinds.contains((path as NSString).pathExtension)
                && !path.split(separator: "/").contains { $0.hasPrefix(".") }
        }
        return ["Package.swift"] + files.map { "Sources/\($0)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
