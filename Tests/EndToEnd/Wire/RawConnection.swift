import Foundation

/// A TCP connection to this machine that speaks as much of ZMTP (ZeroMQ RFC 23) as a test wants it to.
final class RawConnection {
    private let descriptor: Int32

    /// - Throws: `TestFailure` where nothing listens at the port.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, result == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw TestFailure("cannot connect to port \(port): \(reason)")
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// The port of an endpoint as a coordinator says it.
    static func port(of endpoint: String) throws -> UInt16 {
        guard let port = endpoint.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw TestFailure("\(endpoint) has no port")
        }
        return port
    }

    /// Sends what the other side takes within `seconds`; how many bytes it took before it closed or stopped.
    @discardableResult
    func send(_ bytes: [UInt8], seconds: Double = patience) -> Int {
        let limit = ContinuousClock.now + .seconds(seconds)
        var sent = 0
        while sent < bytes.count, ContinuousClock.now < limit {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN || errno == EINTR {
                usleep(500)
            } else {
                break
            }
        }
        return sent
    }

    /// Whether the other side has closed; what it had said is read and forgotten.
    var isClosed: Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
        }
    }

    /// How ZMTP 3.1 begins: the signature, the version, the mechanism.
    static func greeting(mechanism: String) -> [UInt8] {
        let name = Array(mechanism.utf8)
        return [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 1] + name
            + [UInt8](repeating: 0, count: 20 - name.count) + [UInt8](repeating: 0, count: 32)
    }

    /// The command by which a DEALER without keys becomes ready.
    static var ready: [UInt8] {
        let body = [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 6] + Array("DEALER".utf8)
        return [0x04, UInt8(body.count)] + body
    }

    /// The head of a long frame: 1 for more to come, 4 for a command.
    static func longHead(flags: UInt8, length: UInt64) -> [UInt8] {
        [flags | 0x02] + withUnsafeBytes(of: length.bigEndian) { Array($0) }
    }
}
