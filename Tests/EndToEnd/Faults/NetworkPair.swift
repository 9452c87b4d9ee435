import Foundation
import Testing

/// Two network namespaces, as of two machines with a cable between them (a pair of virtual Ethernet devices).
///
/// Needs `ip` and `tc` of iproute2 and the right to make namespaces. Both namespaces go with the last reference.
final class NetworkPair {
    enum Side: String {
        case left
        case right
    }

    /// Whether this machine lets us make namespaces: tried once.
    static let isAllowed: Bool = {
        let name = "ganglion-try-\(getpid())"
        guard (try? command(["ip", "netns", "add", name])) != nil else { return false }
        _ = try? command(["ip", "netns", "del", name])
        return true
    }()

    private let names: [Side: String]

    init() throws {
        let unique = "\(getpid())-\(UInt16.random(in: 0 ... .max))"
        names = [.left: "ganglion-\(unique)-l", .right: "ganglion-\(unique)-r"]
        for side in [Side.left, .right] { try Self.command(["ip", "netns", "add", names[side]!]) }
        try Self.command(
            ["ip", "-n", names[.left]!, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns"]
                + [names[.right]!])
        for side in [Side.left, .right] {
            try ip(side, "link", "set", "lo", "up")
            try ip(side, "address", "add", "\(address(side))/24", "dev", "wire")
            try ip(side, "link", "set", "wire", "up")
        }
    }

    deinit { for name in names.values { _ = try? Self.command(["ip", "netns", "del", name]) } }

    /// The words that start a program on one side.
    func launcher(_ side: Side) -> [String] { ["ip", "netns", "exec", names[side]!] }

    func address(_ side: Side) -> String { side == .left ? "10.213.77.1" : "10.213.77.2" }

    /// Plugs the cable out or in.
    func setLink(up: Bool) throws { try ip(.right, "link", "set", "wire", up ? "up" : "down") }

    /// What one side sends vanishes without a word, or arrives again; what it is sent arrives.
    func setBlackhole(from side: Side, _ isOn: Bool) throws {
        let other = address(side == .left ? .right : .left)
        try ip(side, "route", isOn ? "add" : "del", "blackhole", "\(other)/32")
    }

    /// Lets so many bits a second through, each way.
    func setRate(_ rate: String) throws {
        for side in [Side.left, .right] {
            let rule = ["root", "tbf", "rate", rate, "burst", "16kb", "latency", "200ms"]
            try Self.command(["ip", "netns", "exec", names[side]!, "tc", "qdisc", "add", "dev", "wire"] + rule)
        }
    }

    private func ip(_ side: Side, _ words: String...) throws {
        try Self.command(["ip", "-n", names[side]!] + words)
    }

    @discardableResult
    private static func command(_ words: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("\(words.joined(separator: " ")): \(output)") }
        return output
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs the test only where network namespaces can be made.
    static var needsNetworkNamespaces: Self {
        .enabled(if: NetworkPair.isAllowed, "network namespaces cannot be made here (root and iproute2 are needed)")
    }
}
