import ArgumentParser
import Foundation
import Messaging
import RunConfiguration
import Runs
import UserErrors

struct KeysNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Makes a pair of keys: NAME.key, secret, and NAME.pub, public.",
        discussion: """
            For this machine, by its host name, or under a name of your choice:

              \(ProgramName.current) keys new
              \(ProgramName.current) keys new --out keys node-a

            NAME.key stays on its machine, readable by you alone. NAME.pub is one line for
            the coordinator's list of who may connect. Nothing is overwritten.
            """)

    @Argument(help: "The files' name, and the name in the list; by default this host's.")
    var name: String?

    @Option(name: .customLong("out"), help: ArgumentHelp("The folder for the two files.", valueName: "dir"))
    var folder = "."

    func run() throws {
        let name = name ?? ProcessInfo.processInfo.hostName
        guard Self.isFileName(name) else {
            throw RunError(
                .usage, at: "NAME", "cannot name a file and a key",
                expected: "up to 64 letters, digits, dots, dashes or underscores, the first a letter or a digit",
                found: "'\(name.prefix(80))'")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            let isForbidden = (error as? CocoaError)?.code == .fileWriteNoPermission
            throw RunError(
                isForbidden ? .permission : .cannotCreate, at: folder, "cannot be made a folder",
                expected: "a folder to write to",
                advice: "choose another with --out")
        }
        let pair = try CurveKeyPair.generate()
        let paths = try KeyFile.create(pair, name: name, in: folder)
        print("\(paths.secret)  secret: stays here, readable by you alone")
        print("\(paths.public)  public: a line for the coordinator's list, or what workers know the coordinator by")
        print(pair.publicKey)
    }

    private static func isFileName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count), let first = name.utf8.first else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return isAlphanumeric(first) && name.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }
}
