#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tries where a coordinator may be, to learn why libzmq, which keeps the reason to itself, does not get through.
package enum CoordinatorProbe {
    /// What became of one attempt.
    package enum Outcome: Hashable, Sendable {
        /// The machine is there, and nothing listens at the port.
        case refused
        /// No answer at all: the machine is off, or a firewall drops what is sent.
        case silent
        /// In the system's words.
        case failed(String)
        /// The connection is there, and nobody speaks: the process is stopped, or waits for us to begin.
        case mute
        /// The connection is closed before a word: no descriptor is left there, or a tunnel leads nowhere.
        case closed
        /// What listens there does not speak ZMTP.
        case foreign
        /// ZMTP is spoken there, with keys or without.
        case greets(hasKeys: Bool)
        /// It cannot read what is encrypted for the key that is expected there.
        case otherKey
        /// It has the key that is expected there.
        case hasExpectedKey
    }

    /// A place to connect to.
    enum Target {
        case tcp(HostAddress, port: UInt16)
        case local(path: String)
    }

    /// Less than a coordinator lets a handshake take, so that it is never our slowness that ends one.
    static let patience = 2.0

    /// One outcome for each address.
    package static func outcomes(
        _ addresses: [HostAddress], port: UInt16, security: SocketSecurity = .plain, seconds: Double = patience
    ) -> [Outcome] {
        outcomes(addresses.map { .tcp($0, port: port) }, security, seconds: seconds)
    }

    static func outcomes(_ targets: [Target], _ security: SocketSecurity, seconds: Double = patience) -> [Outcome] {
        let attempts = targets.map { Attempt($0, ProbeDialogue(security)) }
        // In slices: the answer of one does not cut the time of the others short.
        var rest = Int32(seconds * 1000)
        while rest > 0, attempts.contains(where: { $0.outcome == nil }) {
            var waiting = attempts.map { $0.interest }
            let slice = min(rest, 50)
            rest -= slice
            guard poll(&waiting, nfds_t(waiting.count), slice) > 0 else { continue }
            for (attempt, entry) in zip(attempts, waiting) where entry.revents != 0 && attempt.outcome == nil {
                attempt.goOn()
            }
        }
        return attempts.map { $0.outcome ?? $0.outcomeOfSilence }
    }

    /// A connection, and how far it is.
    private final class Attempt {
        private(set) var outcome: Outcome?
        private let descriptor: Int32
        private var dialogue: ProbeDialogue
        private var isConnected = false
        private var outbox: [UInt8]

        init(_ target: Target, _ dialogue: ProbeDialogue) {
            self.dialogue = dialogue
            outbox = dialogue.opening
            let family =
                switch target {
                case .tcp(let address, _): address.isIPv6 ? AF_INET6 : AF_INET
                case .local: AF_UNIX
                }
            descriptor = socket(family, HostLookup.streamType, 0)
            guard descriptor >= 0 else {
                outcome = Attempt.outcome(errno)
                return
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            let result =
                switch target {
                case .tcp(let address, let port): address.withSocketAddress(port: port) { connect(descriptor, $0, $1) }
                case .local(let path): Attempt.connectLocally(descriptor, path)
                }
            if result == 0 {
                isConnected = true
            } else if errno != EINPROGRESS {
                outcome = Attempt.outcome(errno)
            }
        }

        deinit { if descriptor >= 0 { close(descriptor) } }

        /// What it waits for.
        var interest: pollfd {
            let isWriting = !isConnected || !outbox.isEmpty
            return pollfd(
                fd: outcome == nil ? descriptor : -1, events: Int16(isWriting ? POLLOUT | POLLIN : POLLIN), revents: 0)
        }

        var outcomeOfSilence: Outcome { isConnected ? dialogue.outcomeOfSilence : .silent }

        func goOn() {
            if !isConnected {
                var code: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
                guard code == 0 else {
                    outcome = Attempt.outcome(code)
                    return
                }
                isConnected = true
            }
            if !outbox.isEmpty {
                let count = outbox.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Attempt.noSignal) }
                if count > 0 { outbox.removeFirst(count) }
                // A connection that cannot be written may still hold what was said before it was closed.
                if count < 0, errno != EAGAIN, errno != EINTR { outbox = [] }
            }
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                switch dialogue.receive(buffer.prefix(count)) {
                case .wait: break
                case .say(let bytes): outbox += bytes
                case .end(let found): outcome = found
                }
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                outcome = dialogue.outcomeOfClosing
            }
        }

        private static func outcome(_ code: Int32) -> Outcome {
            switch code {
            case ECONNREFUSED: .refused
            case ETIMEDOUT, EAGAIN: .silent
            case EINVAL: .failed("a link-local address comes with its interface, as in [fe80::1%eth0]")
            default: .failed(String(cString: strerror(code)).lowercasedFirst)
            }
        }

        private static func connectLocally(_ descriptor: Int32, _ path: String) -> Int32 {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8.prefix($0.count - 1))) }
            return withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }

        #if canImport(Glibc)
            private static let noSignal = Int32(MSG_NOSIGNAL)
        #else
            private static let noSignal: Int32 = 0
        #endif
    }
}
