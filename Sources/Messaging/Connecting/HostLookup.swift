import Foundation
import Synchronization

/// Finds the addresses of a host by name, as the system's tools do (`getaddrinfo`: hosts file, DNS, mDNS).
///
/// libzmq would take the first address alone, and only names that begin with a letter or a digit.
package enum HostLookup {
    /// Why a name has no address.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// How long an answer is waited for. The resolver's own limit is many seconds for each name server.
    static let patience = 2.0

    /// The address that `text` writes in numbers, with its interface where it names one.
    package static func numeric(_ text: String) -> HostAddress? {
        (try? addresses(text, flags: AI_NUMERICHOST))?.first
    }

    /// Every address of a name, in the order in which the system prefers them, none twice.
    ///
    /// - Throws: `Fault`.
    package static func addresses(of host: String) throws -> [HostAddress] {
        if let address = numeric(host) { return [address] }
        // On a thread of its own, which ends when the resolver gives up.
        let lookup = Lookup()
        Thread.detachNewThread {
            let found: Result<[HostAddress], Fault>
            do throws(Fault) { found = .success(try addresses(host, flags: 0)) } catch { found = .failure(error) }
            lookup.finish(found)
        }
        let found = try lookup.wait(seconds: patience).get()
        if Endpoint.isLoopbackName(host), !found.allSatisfy({ $0.isLoopback }) {
            throw Fault(
                description: "this machine's hosts file gives the name \(found.first { !$0.isLoopback }!), which is not"
                    + " this machine alone")
        }
        return found
    }

    private final class Lookup: Sendable {
        private let result = Mutex<Result<[HostAddress], Fault>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func finish(_ found: Result<[HostAddress], Fault>) {
            result.withLock { $0 = found }
            done.signal()
        }

        func wait(seconds: Double) -> Result<[HostAddress], Fault> {
            _ = done.wait(timeout: .now() + seconds)
            return result.withLock { $0 } ?? .failure(Fault(description: "no name server answers"))
        }
    }

    private static func addresses(_ host: String, flags: Int32) throws(Fault) -> [HostAddress] {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_socktype = streamType
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason =
                code == EAI_SYSTEM ? String(cString: strerror(errno)) : String(cString: gai_strerror(code))
            throw Fault(description: reason.lowercasedFirst)
        }
        defer { freeaddrinfo(list) }
        var found: [HostAddress] = []
        var entry = list
        while let current = entry {
            if let address = HostAddress(current.pointee.ai_addr), !found.contains(address) { found.append(address) }
            entry = current.pointee.ai_next
        }
        guard !found.isEmpty else { throw Fault(description: "neither an IPv4 nor an IPv6 address") }
        return found
    }

    #if canImport(Glibc)
        static let streamType = Int32(SOCK_STREAM.rawValue)
    #else
        static let streamType = SOCK_STREAM
    #endif
}

extension String {
    /// System messages begin with a capital, and stand within a sentence here.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
