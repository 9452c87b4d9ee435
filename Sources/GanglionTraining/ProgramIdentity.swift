import Adversarial
import FileFormats
import Foundation
import Identity

/// Which program this is, for processes of a run to be of the same: the build of Ganglion and, in a program with models of its own,
/// the file of the program, whose models may compute anything.
package enum ProgramIdentity {
    package static let text: String = {
        let models = ModelRegistry.all.filter { !$0.isOfLibrary }.map(\.name)
        guard !models.isEmpty else { return BuildVersion.text }
        let names = models.joined(separator: ", ")
        guard let path = Bundle.main.executablePath, let bytes = try? InputFile.bytes(of: path, limit: 1 << 32) else {
            return "\(BuildVersion.text) with \(names)"
        }
        return "\(BuildVersion.text) with \(names) \(bytes.withUnsafeBytes(SHA256.hex).prefix(16))"
    }()
}
