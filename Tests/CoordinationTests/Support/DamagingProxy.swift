import Foundation
import TestSupport

/// A TCP proxy that flips a bit now and then, in both directions, and resets connections: what a bad cable does behind
/// a checksum of sixteen bits.
final class DamagingProxy: @unchecked Sendable {  // its state is behind the lock, its descriptors are its threads'
    let port: UInt16
    private let target: UInt16
    private let listener: Int32
    private let bytesPerFlip: Int
    private let lock = NSLock()
    private var random: SeededRandom
    private var flipped = 0
    private var isEnding = false
    private var open: [Int32] = []

    /// - Parameters:
    ///   - target: the port on this machine that it stands before.
    ///   - bytesPerFlip: how many bytes go through unharmed on average.
    init(target: UInt16, bytesPerFlip: Int, seed: UInt64) throws {
        self.target = target
        self.bytesPerFlip = bytesPerFlip
        random = SeededRandom(seed: seed)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = DamagingProxy.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileReadUnknown) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    /// Bits flipped so far.
    var flips: Int { lock.withLock { flipped } }

    /// Breaks all connections, without a word to either side.
    func reset() {
        lock.withLock {
            for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    func end() {
        lock.withLock { isEnding = true }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        reset()
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func accept() {
        while !lock.withLock({ isEnding }) {
            let near = Foundation.accept(listener, nil, nil)
            guard near >= 0 else { return }
            let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = DamagingProxy.address(target)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else {
                close(near)
                close(far)
                continue
            }
            lock.withLock { open += [near, far] }
            Thread.detachNewThread { [self] in
                let other = Thread { self.pump(from: far, to: near) }
                other.start()
                pump(from: near, to: far)
                while !other.isFinished { usleep(1000) }
                lock.withLock { open.removeAll { $0 == near || $0 == far } }
                close(near)
                close(far)
            }
        }
    }

    private func pump(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            lock.withLock {
                guard Double.random(in: 0..<1, using: &random) < Double(count) / Double(bytesPerFlip) else { return }
                buffer[Int.random(in: 0..<count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                flipped += 1
            }
            var sent = 0
            while sent < count {
                let part = buffer.withUnsafeBytes {
                    send(target, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard part > 0 else { break }
                sent += part
            }
            guard sent == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }
}
