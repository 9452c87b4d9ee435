import Foundation
import Testing

/// Ports that are taken, and places where nothing can be written.
@Suite struct BadPlaceTests {
    @Test func aPortThatIsInUse() throws {
        let sandbox = try Sandbox()
        let port = try ListeningPort()
        let address = "tcp://127.0.0.1:\(port.number)"
        try Refusal(
            "in use", ["coordinator", "--bind", address, "--preset", "ring-2d", "--run", sandbox.file("run")], 73,
            address,
            "in use"
        ).check(in: sandbox)
    }

    /// In its own words, with standard output on a full device.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full"))
    func standardOutputThatIsFull() throws {
        let sandbox = try Sandbox()
        for arguments in [["config", "show"], ["--help"], ["--version"]] {
            let process = try sandbox.start(
                arguments, launcher: ["/bin/sh", "-c", "exec \"$0\" \"$@\" > /dev/full"])
            #expect(try process.wait() == .status(74), "\(process)")
            #expect(process.standardError.hasPrefix("ganglion: error: standard output: cannot be written"))
        }
    }

    /// A name of one character, a link, and what is no file at all.
    @Test func placesForPictures() throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.folder("f")
        let file = try sandbox.file("file", holding: [1])
        symlink(file, "\(folder)/link")
        for place in ["x", "link", "/dev/null"] {
            try sandbox.complete(
                ["data", "grid", "--data", "ring-2d", "--count", "64", "--out", place],
                launcher: ["/bin/sh", "-c", "cd \(folder) && exec \"$0\" \"$@\""])
        }
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == ["x", "link"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/link") == file)
        let picture = FileManager.default.contents(atPath: "\(folder)/x")
        #expect(picture?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
        #expect(FileManager.default.contents(atPath: file) == picture)
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    /// Nobody, not even root, makes a folder in /proc.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "no /proc"))
    func aPlaceWhereNoFolderCanBeMade() throws {
        let sandbox = try Sandbox()
        try Refusal(
            "/proc", ["train", "--preset", "ring-2d", "--run", "/proc/run"], 73, "/proc/run", "cannot be created"
        )
        .check(in: sandbox)
    }
}

/// A port of this machine on which somebody listens already.
private final class ListeningPort {
    let number: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw TestFailure("no port can be bound: \(String(cString: strerror(errno)))") }
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
