#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address; of a link-local one also the interface through which it is reached.
package struct HostAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes, the first of the text first.
    package let bytes: [UInt8]
    /// The interface's number; 0 for none.
    let scope: UInt32

    package init(bytes: [UInt8], scope: UInt32 = 0) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
        self.bytes = bytes
        self.scope = scope
    }

    /// Every IPv4 address of this machine, and every address.
    static let anyIPv4 = HostAddress(bytes: [0, 0, 0, 0])
    static let any = HostAddress(bytes: [UInt8](repeating: 0, count: 16))

    /// The address in a socket's, where it is one of the two families.
    init?(_ address: UnsafePointer<sockaddr>?) {
        guard let address else { return nil }
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            self.init(
                bytes: UnsafeRawPointer(address).load(as: sockaddr_in.self).sin_addr.bigEndianBytes)
        case AF_INET6:
            let address = UnsafeRawPointer(address).load(as: sockaddr_in6.self)
            self.init(
                bytes: withUnsafeBytes(of: address.sin6_addr) { Array($0) }, scope: address.sin6_scope_id)
        default: return nil
        }
    }

    package var isIPv6: Bool { bytes.count == 16 }

    /// Whether only this machine reaches it: 127.0.0.0/8, ::1, and the first as IPv6 writes it.
    package var isLoopback: Bool {
        if !isIPv6 { return bytes[0] == 127 }
        if bytes == [UInt8](repeating: 0, count: 15) + [1] { return true }
        return bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] && bytes[12] == 127
    }

    package var isWildcard: Bool { bytes.allSatisfy { $0 == 0 } }

    /// fe80::/10: the same address may be behind every interface.
    package var isLinkLocal: Bool { isIPv6 && bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = bytes.withUnsafeBytes {
            inet_ntop(isIPv6 ? AF_INET6 : AF_INET, $0.baseAddress!, &text, socklen_t(text.count))
        }
        let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard scope != 0 else { return address }
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE) + 1)
        guard if_indextoname(scope, &name) != nil else { return "\(address)%\(scope)" }
        return "\(address)%" + String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Calls `body` with the address as the system's functions take it.
    func withSocketAddress<Result>(
        port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) rethrows -> Result {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            return try withUnsafePointer(to: address) {
                try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    try body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
        return try withUnsafePointer(to: address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

extension in_addr {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}
