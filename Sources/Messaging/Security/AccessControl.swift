import Synchronization

/// Who may connect: the keys of an allow-list, less those that were cut off while the program runs.
///
/// Asked by the `Authenticator` at each handshake, told by the program; from any thread.
public final class AccessControl: Sendable {
    private struct State {
        /// 1 for each key of the list that is still admitted.
        var admitted: [UInt8]
        var refusedHandshakes = 0
        /// Keys that were refused and not reported yet.
        var unreported: [CurvePublicKey] = []
        /// Keys that were refused before: each is reported once.
        var reported: Set<CurvePublicKey> = []
    }

    /// The keys of the list, one behind the other.
    private let table: [UInt8]
    private let names: [String]
    private let state: Mutex<State>
    private let refusals = Atomic(0)
    private static let mostReports = 100

    /// - Parameter own: a key that is admitted beside those of the list: the program's own.
    public init(_ list: AllowList, and own: CurvePublicKey? = nil) {
        let extra = own.flatMap { own in list.entries.contains { $0.key == own } ? nil : own }
        table = (list.entries.map(\.key) + (extra.map { [$0] } ?? [])).flatMap(\.bytes)
        names = list.entries.map(\.name) + (extra == nil ? [] : [""])
        state = Mutex(State(admitted: [UInt8](repeating: 1, count: names.count)))
    }

    /// Cuts a key off: it is refused from its next handshake on, and its messages are not to be believed.
    public func refuse(_ key: CurvePublicKey) {
        let place = place(of: key.bytes)
        guard place >= 0 else { return }
        let isNew = state.withLock { state in
            defer { state.admitted[place] = 0 }
            return state.admitted[place] == 1
        }
        if isNew { refusals.add(1, ordering: .releasing) }
    }

    /// Whether a key is on the list and has not been cut off.
    public func admits(_ key: CurvePublicKey) -> Bool { admits(key.bytes) }

    /// Whether any key has been cut off: as long as none has, every authenticated message comes from an admitted one.
    package var hasRefused: Bool { refusals.load(ordering: .acquiring) > 0 }

    /// Handshakes that were refused so far.
    public var refusedHandshakes: Int { state.withLock { $0.refusedHandshakes } }

    /// The name that the list gives a key; empty where it gives none.
    public func name(of key: CurvePublicKey) -> String {
        let place = place(of: key.bytes)
        return place < 0 ? "" : names[place]
    }

    func admits(_ credentials: [UInt8]) -> Bool {
        let place = place(of: credentials)
        return place >= 0 && state.withLock { $0.admitted[place] == 1 }
    }

    /// Keys that were refused since this was last asked, each once in the life of the program, up to a hundred in all: a
    /// stranger must not fill the log.
    package func takeNewlyRefused() -> [CurvePublicKey] {
        state.withLock { state in
            defer { state.unreported.removeAll() }
            return state.unreported
        }
    }

    /// Takes note of a refused handshake; the key is nil where there was none.
    func noteRefusal(of key: CurvePublicKey?) {
        state.withLock { state in
            state.refusedHandshakes += 1
            guard let key, state.reported.count < AccessControl.mostReports, state.reported.insert(key).inserted else {
                return
            }
            state.unreported.append(key)
        }
    }

    /// The place of a key on the list, -1 where it is not there.
    ///
    /// Every byte of every key is compared whatever the answer, so that the time taken tells nothing about how much of
    /// a key was right.
    private func place(of key: [UInt8]) -> Int {
        guard key.count == CurvePublicKey.byteCount else { return -1 }
        var place = -1
        table.withUnsafeBufferPointer { table in
            key.withUnsafeBufferPointer { key in
                for candidate in 0..<names.count {
                    var difference: UInt8 = 0
                    for byte in 0..<CurvePublicKey.byteCount {
                        difference |= table[candidate * CurvePublicKey.byteCount + byte] ^ key[byte]
                    }
                    // All ones where there is no difference, else 0.
                    let mask = (Int(difference) - 1) >> 8
                    place = (place & ~mask) | (candidate & mask)
                }
            }
        }
        return place
    }
}
