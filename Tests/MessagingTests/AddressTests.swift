import Foundation
import Messaging
import Testing

/// Hosts are bound and connected to by what they stand for.
struct AddressTests {
    /// RFC 4291, RFC 5735: what is loopback, wildcard, link-local, and how it is written.
    @Test func kinds() throws {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(try #require(HostLookup.numeric(text)).isLoopback, "\(text)")
        }
        for text in ["10.0.0.1", "128.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1", "::"] {
            #expect(try !#require(HostLookup.numeric(text)).isLoopback, "\(text)")
        }
        for text in ["0.0.0.0", "::"] { #expect(try #require(HostLookup.numeric(text)).isWildcard) }
        for text in ["fe80::1", "febf::1"] { #expect(try #require(HostLookup.numeric(text)).isLinkLocal) }
        for text in ["fec0::1", "fe00::1", "169.254.0.1"] {
            #expect(try !#require(HostLookup.numeric(text)).isLinkLocal)
        }
        for text in ["1.2.3.4", "::1", "fd77::1:2"] { #expect(HostLookup.numeric(text)?.description == text) }
        for text in ["localhost", "::g", "1.2.3.256", ""] { #expect(HostLookup.numeric(text) == nil, "\(text)") }
    }

    /// The interface `lo` has the loopback addresses, and keeps its name in a link-local one.
    @Test func interfaces() throws {
        let own = LocalAddresses.all().filter { $0.interface == "lo" }.map { "\($0.address)" }
        #expect(own.contains("127.0.0.1"))
        let address = try #require(HostLookup.numeric("fe80::1%lo"))
        #expect(address.description == "fe80::1%lo")
    }

    @Test(arguments: ["localhost", "127.0.0.1", "*", "lo", "0.0.0.0"]) func bindsToWhatANameStandsFor(host: String)
        throws
    {
        let context = try Context()
        let router = try RouterSocket(context)
        let binding = try router.handle.listen(at: .tcp(host: host, port: 0))
        guard case .tcp(host, let port) = binding.endpoint, port != 0 else {
            Issue.record("\(binding)")
            return
        }
        let addresses = host == "*" || host == "0.0.0.0" ? [HostAddress(bytes: [127, 0, 0, 1])] : binding.addresses
        #expect(!addresses.isEmpty)
        for address in addresses {
            let dealer = try DealerSocket(context, identity: .random())
            try dealer.connect(.tcp(host: address.description, port: port))
            _ = try dealer.send(header: Frame([1]))
            let arrived = try eventually {
                guard case .message = try router.receive() else { return false }
                return true
            }
            #expect(arrived, "\(address)")
        }
        // It can rest, and listen again at the same places.
        var again = binding
        router.handle.stopListening(at: again)
        #expect(eventually { router.handle.listenAgain(at: &again) })
        #expect(again.endpoint == binding.endpoint && again.addresses == binding.addresses)
    }

    @Test func whatCannotBeBoundIsExplained() throws {
        let router = try RouterSocket(try Context())
        func failure(_ host: String) -> MessagingError? {
            #expect(throws: MessagingError.self) { try router.bind(.tcp(host: host, port: 0)) }
        }
        let foreign = failure("203.0.113.9")?.description ?? ""
        #expect(foreign.contains("no such address; it has ") && foreign.contains("127.0.0.1"), "\(foreign)")
        #expect(failure("nobody.invalid")?.description.contains("no interface of this machine") == true)
        #expect(failure("fe80::1")?.description.contains("comes with its interface") == true)
        for host in ["203.0.113.9", "nobody.invalid", "fe80::1"] { #expect(failure(host)?.code == EADDRNOTAVAIL) }
    }

    @Test func descriptorsAreCounted() {
        #expect(throws: Never.self) {
            try DescriptorLimit.require(workers: 8, found: DescriptorLimit.needed(workers: 8))
        }
        let needed = DescriptorLimit.needed(workers: 8)
        let error = #expect(throws: MessagingError.self) { try DescriptorLimit.require(workers: 8, found: needed - 1) }
        #expect(error?.code == EMFILE)
        #expect(error?.description.contains("the limit is \(needed - 1)") == true)
        #expect(error?.description.contains("needs \(needed)") == true)
        // What the shell has left open is not there to be had.
        let inherited = #expect(throws: MessagingError.self) {
            try DescriptorLimit.require(workers: 8, found: needed + 4, taken: 5)
        }
        #expect(inherited?.description.contains("needs \(needed + 5), 5 of which it has inherited") == true)
    }
}
