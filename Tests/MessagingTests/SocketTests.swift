import Foundation
import Messaging
import TestSupport
import Testing

/// Sockets: what is sent arrives, what cannot be sent is a value, what is malformed is dropped.
struct SocketTests {
    /// An object that tells of its end.
    private final class Owner: @unchecked Sendable {  // the flag is behind the lock
        private let lock = NSLock()
        private var released = false
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 64)
        let onRelease: @Sendable () -> Void

        init(onRelease: @escaping @Sendable () -> Void) {
            self.onRelease = onRelease
            bytes.initializeMemory(as: UInt8.self, repeating: 42)
        }

        deinit {
            bytes.deallocate()
            onRelease()
        }
    }

    @Test func aRoundTripThroughRouterAndDealer() throws {
        let context = try Context()
        let router = try RouterSocket(context)
        let endpoint = try router.bind(.tcp(host: "127.0.0.1", port: 0))
        let identity = PeerIdentity.random()
        let dealer = try DealerSocket(context, identity: identity)
        try dealer.connect(endpoint)
        #expect(try eventually { try dealer.send(header: Frame([1, 2, 3]), payload: Frame([4])) == .sent })
        var found: [UInt8] = []
        #expect(
            try eventually {
                guard case .message(let message) = try router.receive() else { return false }
                found = message.header.withUnsafeBytes { Array($0) } + message.withUnsafePayload { Array($0!) }
                return message.peer == identity
            })
        #expect(found == [1, 2, 3, 4])
        #expect(try router.send(to: identity, header: Frame([9])) == .sent)
        #expect(
            try eventually {
                guard case .message(let message) = try dealer.receive() else { return false }
                return message.withUnsafePayload { $0 == nil } && message.count == 1
            })
        #expect(try router.send(to: .random(), header: Frame([9])) == .unreachable)
    }

    @Test func memoryIsSentWithoutACopyAndReleasedAfterwards() throws {
        let context = try Context()
        let publisher = try PublisherSocket(context)
        let endpoint = try publisher.bind(.tcp(host: "127.0.0.1", port: 0))
        let subscriber = try SubscriberSocket(context, prefix: [7])
        try subscriber.connect(endpoint)
        let released = Mailbox()
        var received = 0
        #expect(
            try eventually {
                let owner = Owner { released.set() }
                try publisher.send(
                    header: Frame([7]), payload: Frame(noCopy: owner.bytes.baseAddress!, count: 100_000, owner: owner))
                if case .message(let message) = try subscriber.receive() {
                    received = message.withUnsafePayload { $0!.count { $0 == 42 } }
                }
                return received > 0
            })
        #expect(received == 100_000)
        #expect(eventually { released.isSet })
    }

    private final class Mailbox: @unchecked Sendable {  // the flag is behind the lock
        private let lock = NSLock()
        private var flag = false
        func set() { lock.withLock { flag = true } }
        var isSet: Bool { lock.withLock { flag } }
    }

    @Test func aFullQueueIsAValue() throws {
        let context = try Context()
        var options = SocketOptions()
        options.sendHighWaterMark = 2
        let dealer = try DealerSocket(context, identity: .random(), options: options)
        try dealer.connect(.ipc(path: "/tmp/ganglion-nobody-\(UInt64.random(in: 0 ... .max))"))
        for expected in [SendResult.sent, .sent, .wouldBlock] {
            #expect(try dealer.send(header: Frame([1])) == expected)
        }
    }

    /// A worker that is stopped reads nothing: the coordinator is told so at once, each time, and goes on.
    @Test func aPeerThatDoesNotReadBlocksNobody() throws {
        let context = try Context()
        var options = SocketOptions()
        options.sendHighWaterMark = 4
        let router = try RouterSocket(context, options: options)
        let identity = PeerIdentity.random()
        var slow = SocketOptions()
        slow.receiveHighWaterMark = 4
        let dealer = try DealerSocket(context, identity: identity, options: slow)
        try dealer.connect(router.bind(.tcp(host: "127.0.0.1", port: 0)))
        _ = try dealer.send(header: Frame([1]))
        #expect(try eventually { if case .message = try router.receive() { true } else { false } })
        var sent = 0
        #expect(
            try eventually {
                let payload = try Frame([UInt8](repeating: 0, count: 1 << 20))
                let result = try router.send(to: identity, header: Frame([2]), payload: payload)
                sent += result == .sent ? 1 : 0
                return result == .wouldBlock
            })
        // The kernel's buffers hold some; more than 64 MiB they do not.
        #expect((1..<64).contains(sent))
    }

    /// Messages of the wrong number of frames are malformed, and the next one is read from its beginning.
    @Test func tooManyFramesAreDropped() throws {
        let context = try Context()
        let router = try RouterSocket(context)
        let dealer = try DealerSocket(context, identity: .random())
        try dealer.connect(router.bind(.tcp(host: "127.0.0.1", port: 0)))
        for count in [3, 1000, 2] {
            for frame in 1...count { #expect(try dealer.handle.send(Frame([7]), more: frame < count) == .sent) }
        }
        var seen: [String] = []
        #expect(
            try eventually {
                switch try router.receive() {
                case .nothing: break
                case .malformed: seen.append("malformed")
                case .message(let message): seen.append("message of \(message.count) bytes")
                }
                return seen.count == 3
            })
        #expect(seen == ["malformed", "malformed", "message of 2 bytes"])
    }

    /// A subscriber that has seen, by a poll, that there is a message, and leaves before it reads it: libzmq has the
    /// message's first frame by then, and would abort the process where the others are missing.
    @Test func leavingAMessageUnread() throws {
        let context = try Context()
        let publisher = try PublisherSocket(context)
        let endpoint = try publisher.bind(.tcp(host: "127.0.0.1", port: 0))
        let subscriber = try SubscriberSocket(context)
        var poller = Poller()
        let index = poller.add(subscriber.handle)
        for turn in UInt8(0)..<6 {
            try subscriber.connect(endpoint)
            #expect(
                try eventually {
                    try publisher.send(header: Frame([turn]), payload: Frame([1]))
                    try poller.wait(milliseconds: 5)
                    return poller.isReadable(index)
                })
            subscriber.disconnect(endpoint)
        }
        try subscriber.connect(endpoint)
        #expect(
            try eventually {
                try publisher.send(header: Frame([42]), payload: Frame([1]))
                try poller.wait(milliseconds: 5)
                guard case .message(let message) = try subscriber.receive() else { return false }
                return message.header.withUnsafeBytes { Array($0) } == [42]
            })
    }

    @Test func whatWasSentBeforeClosingArrives() throws {
        for _ in 0..<50 {
            let context = try Context()
            let identity = PeerIdentity.random()
            let dealer = try DealerSocket(context, identity: identity)
            do {
                var options = SocketOptions()
                options.linger = 1000
                let router = try RouterSocket(context, options: options)
                try dealer.connect(router.bind(.tcp(host: "127.0.0.1", port: 0)))
                _ = try dealer.send(header: Frame([1]))
                #expect(
                    try eventually {
                        guard case .message = try router.receive() else { return false }
                        return true
                    })
                #expect(try router.send(to: identity, header: Frame([2])) == .sent)
            }
            #expect(
                try eventually {
                    guard case .message = try dealer.receive() else { return false }
                    return true
                })
        }
    }

    @Test func anAddressInUse() throws {
        let context = try Context()
        let first = try RouterSocket(context)
        let endpoint = try first.bind(.tcp(host: "127.0.0.1", port: 0))
        let second = try RouterSocket(context)
        var message = ""
        do { _ = try second.bind(endpoint) } catch { message = "\(error)" }
        #expect(message.contains("in use"))
        do { _ = try second.bind(.tcp(host: "203.0.113.9", port: 1)) } catch { message = "\(error)" }
        #expect(message.contains("no such address"))
    }

    /// Where libzmq's defaults let a process hang, or grow without bound.
    @Test func optionsBoundWaitingAndMemory() {
        let options = SocketOptions()
        #expect((1000...5000).contains(options.handshakeInterval))
        #expect(options.linger >= 0)
        #expect(options.longestReconnectInterval > options.reconnectInterval)
        #expect(options.largestFrame > 0 && options.sendHighWaterMark > 0 && options.receiveHighWaterMark > 0)
        #expect(options.security == .plain)
    }

    @Test func aWakerEndsAWait() throws {
        let waker = try Waker()
        var poller = Poller()
        let index = poller.add(waker)
        Thread.detachNewThread {
            usleep(20_000)
            waker.wake()
        }
        try poller.wait(milliseconds: Int(patience * 1000))
        let isAwake = poller.isReadable(index)
        #expect(isAwake)
        waker.clear()
        try poller.wait(milliseconds: 1)
        let isStillAwake = poller.isReadable(index)
        #expect(!isStillAwake)
    }

    @Test func identitiesSurviveTheirBytes() {
        for _ in 0..<100 {
            let identity = PeerIdentity.random()
            #expect(identity.bytes.count == 16)
            #expect(identity.bytes[0] & 1 == 1)
            #expect(identity.bytes.withUnsafeBytes { PeerIdentity($0) } == identity)
        }
        #expect([UInt8](repeating: 1, count: 17).withUnsafeBytes { PeerIdentity($0) } == nil)
    }
}

/// The path of a local socket is locked, in a directory of its owner alone.
struct LocalSocketLockTests {
    @Test func aSecondLockIsRefused() throws {
        let directory = "/tmp/ganglion-test-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let first = try LocalSocketLock(path: directory + "/s")
            var message = ""
            do { _ = try LocalSocketLock(path: directory + "/s") } catch { message = "\(error)" }
            #expect(message.contains("in use by another coordinator"))
            for name in ["s", "s.pub"] {
                _ = FileManager.default.createFile(atPath: "\(directory)/\(name)", contents: nil)
            }
            _ = consume first
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["s.lock"])
        _ = try LocalSocketLock(path: directory + "/s")
        let mode = try FileManager.default.attributesOfItem(atPath: directory)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func anOpenDirectoryIsRefused() {
        var message = ""
        do { _ = try LocalSocketLock(path: "/tmp/s") } catch { message = "\(error)" }
        #expect(message.contains("must be yours alone"))
    }
}
