import Testing

/// A command line that must be refused: with an exit code, and a sentence that holds some words.
struct Refusal: Sendable, CustomTestStringConvertible {
    var name: String
    var arguments: [String]
    var status: Int32
    var words: [String]

    init(_ name: String, _ arguments: [String], _ status: Int32, _ words: String...) {
        self.name = name
        self.arguments = arguments
        self.status = status
        self.words = words
    }

    var testDescription: String { name }

    /// Runs it in `sandbox`, where it must say one line, exit with the status and leave every file as it is.
    func check(in sandbox: Sandbox, launcher: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) throws {
        // Its own output is in the logs.
        let before = try FolderDigest(sandbox.path, except: ["logs"])
        let process = try sandbox.start(arguments, launcher: launcher)
        let exit = try process.wait()
        #expect(exit == .status(status), "\(name): \(exit): \(process)", sourceLocation: sourceLocation)
        let error = process.standardError
        #expect(error.hasPrefix("ganglion: error: "), "\(name): \(process)", sourceLocation: sourceLocation)
        #expect(
            error.hasSuffix("\n") && error.dropLast().allSatisfy { !$0.isNewline }, "\(name): \(process)",
            sourceLocation: sourceLocation)
        for word in words {
            #expect(error.contains(word), "\(name): '\(word)' is not in: \(error)", sourceLocation: sourceLocation)
        }
        #expect(process.standardOutput.isEmpty, "\(name): \(process)", sourceLocation: sourceLocation)
        #expect(try FolderDigest(sandbox.path, except: ["logs"]) == before, "\(name)", sourceLocation: sourceLocation)
    }
}
