import Foundation

/// An HTTP server on 127.0.0.1 for one test: it answers GET with bytes, honours `Range`, and misbehaves as told.
///
/// `@unchecked Sendable`: all that changes is read and written under the lock.
final class LoopbackServer: @unchecked Sendable {
    struct Resource {
        var body: [UInt8]
        var status = 200
        var honoursRange = true
        /// Closes the connection after so many bytes of a body, the first time.
        var cutAfter: Int?
    }

    let port: UInt16
    private let descriptor: Int32
    private let lock = NSLock()
    private var resources: [String: Resource] = [:]
    private var log: [String] = []

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard bound else { throw CocoaError(.fileReadUnknown) }
        port = UInt16(bigEndian: address.sin_port)
        self.descriptor = descriptor
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0, let server = self else { break }
                server.answer(connection)
                close(connection)
            }
            // Closed here alone: a number closed elsewhere could by now be another test's socket.
            close(descriptor)
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

    /// Puts `resource` at `path`.
    func serve(_ path: String, _ resource: Resource) {
        lock.withLock { resources["/\(path)"] = resource }
    }

    /// "path range" of each request so far.
    var requests: [String] { lock.withLock { log } }

    private func answer(_ connection: Int32) {
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let lines = request.components(separatedBy: "\r\n")
        let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
            .flatMap { Int($0.dropFirst("range: bytes=".count).prefix { $0 != "-" }) }
        let resource = lock.withLock { () -> Resource? in
            log.append("\(path) \(range.map(String.init) ?? "-")")
            let resource = resources[path]
            resources[path]?.cutAfter = nil
            return resource
        }
        guard let resource else { return send(connection, "HTTP/1.1 404 Not Found\r\n", []) }
        guard resource.status == 200 else { return send(connection, "HTTP/1.1 \(resource.status) No\r\n", []) }
        if let range, resource.honoursRange {
            guard range < resource.body.count else { return send(connection, "HTTP/1.1 416 No\r\n", []) }
            send(
                connection,
                "HTTP/1.1 206 Partial Content\r\n"
                    + "Content-Range: bytes \(range)-\(resource.body.count - 1)/\(resource.body.count)\r\n",
                Array(resource.body[range...]), cutAfter: resource.cutAfter)
        } else {
            send(connection, "HTTP/1.1 200 OK\r\n", resource.body, cutAfter: resource.cutAfter)
        }
    }

    private func send(_ connection: Int32, _ head: String, _ body: [UInt8], cutAfter: Int? = nil) {
        let header = "\(head)Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let bytes = Array(header.utf8) + (cutAfter.map { Array(body.prefix($0)) } ?? body)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }
}
