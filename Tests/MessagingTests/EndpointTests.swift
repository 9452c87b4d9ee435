import Messaging
import Testing

/// Endpoints are read as people write them; what is wrong is named.
struct EndpointTests {
    @Test func wellFormed() throws {
        #expect(try Endpoint("tcp://127.0.0.1:5555") == .tcp(host: "127.0.0.1", port: 5555))
        #expect(try Endpoint("tcp://[::1]:1") == .tcp(host: "::1", port: 1))
        #expect(try Endpoint("tcp://*:0") == .tcp(host: "*", port: 0))
        #expect(try Endpoint("ipc:///run/g/a") == .ipc(path: "/run/g/a"))
        #expect(try Endpoint("inproc://x") == .inproc(name: "x"))
        for text in ["tcp://node-1.example:65535", "tcp://[::1]:1", "ipc:///a/b", "inproc://n"] {
            #expect(try Endpoint(text).description == text)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:5555", "no scheme"), ("udp://a:1", "unknown scheme 'udp'"), ("tcp://a:70000", "'70000'"),
        ("tcp://a:-1", "'-1'"), ("tcp://a:+1", "'+1'"), ("tcp://a", "no port"), ("tcp://:5", "is no host"),
        ("tcp://::1:5", "brackets"), ("tcp://a b:5", "is no host"), ("ipc://relative", "absolute path"),
        ("ipc:///a/", "no path of a file"), ("inproc://", "missing"), ("tcp://a:", "''"),
        ("tcp://[::g]:5", "is no IPv6 address"), ("tcp://[node]:5", "is no IPv6 address"),
        ("tcp://[1.2.3.4]:5", "is no IPv6 address"), ("tcp://1.2.3.400:5", "is no IPv4 address"),
        ("tcp://1.2.3.4.5:5", "is no IPv4 address"),
    ])
    func malformed(text: String, part: String) {
        let error = #expect(throws: MessagingError.self) { try Endpoint(text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(text) == true)
    }

    @Test func aPathThatASocketCannotHave() {
        let error = #expect(throws: MessagingError.self) {
            try Endpoint("ipc:///" + String(repeating: "x", count: 107))
        }
        #expect(error?.description.contains("108 bytes") == true)
        #expect(throws: Never.self) { try Endpoint("ipc:///" + String(repeating: "x", count: 106)) }
    }

    @Test func whoCanReachIt() throws {
        for text in [
            "tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1", "tcp://[::1]:1", "ipc:///a/b",
            "tcp://ip6-localhost:1", "tcp://[::ffff:127.0.0.1]:1",
        ] {
            #expect(try Endpoint(text).isLocal)
        }
        for text in [
            "tcp://*:1", "tcp://0.0.0.0:1", "tcp://[::]:1", "tcp://localhost.example.org:1", "tcp://10.0.0.1:1",
            "tcp://127.example.org:1",
        ] {
            #expect(try !Endpoint(text).isLocal)
        }
    }

    @Test func thePublisherStandsBesideTheCoordinator() throws {
        #expect(try Endpoint("tcp://*:5555").publisher() == .tcp(host: "*", port: 5556))
        #expect(try Endpoint("ipc:///a/b").publisher() == .ipc(path: "/a/b.pub"))
        #expect(throws: MessagingError.self) { try Endpoint("tcp://a:65535").publisher() }
        let reached = try Endpoint("tcp://node:5555").reachedPublisher(announced: .tcp(host: "*", port: 5556))
        #expect(reached == .tcp(host: "node", port: 5556))
    }

    @Test func whatCannotBeConnectedTo() throws {
        #expect(throws: MessagingError.self) { try Endpoint("tcp://*:5").requireConnectable() }
        #expect(throws: MessagingError.self) { try Endpoint("tcp://a:0").requireConnectable() }
    }
}
