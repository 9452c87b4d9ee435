/// The protocol between a coordinator and its workers, version 6.
///
/// ## Sockets
/// The coordinator binds a ROUTER at the run's endpoint and a PUB beside it (`Endpoint.publisher`); a worker connects a
/// DEALER, whose routing id is 16 random bytes for as long as its process lives, and a SUB.
///
/// ## Framing
/// A message has one frame or two: the header, and for `contribution`, `parameters` and `file-list` a payload. The header is
/// the prefix, `GNGL` and one byte of protocol version; eight bytes of checksum, little-endian; and a `ganglion.wire.Header`
/// in Protocol Buffers, which is what the checksum is of (`PayloadChecksum`): a flipped bit in a round's batch index or a chunk's
/// place would else pass for another batch or place. The payload is float32, little-endian, one chunk of a longer vector
/// (`ChunkLayout`; the welcome says how long a chunk is), or as many bytes of the list of files. Anything else is dropped.
/// Where the transport is TCP, the header holds a checksum of the payload too.
///
/// ## Grammar
/// `W` is a worker, `C` the coordinator, `*` all workers (PUB).
///
///     session   = joining *round ending
///     joining   = W:hello (C:welcome *files W:ready | C:refusal) ; W repeats hello until it is answered
///     files     = W:file-list-request *C:file-list             ; where the welcome announces a list; once for all its chunks
///     round     = *(*:parameters) C:assignment *catch-up *W:contribution
///     catch-up  = W:parameters-request *C:parameters           ; at most as many chunks as asked for
///     ending    = C:goodbye W:leave | W:leave | W:failure
///     any time  = W:heartbeat | C:heartbeat | C:rejoin         ; rejoin: C does not know W, who says hello again
///               | W:not-finite                                 ; instead of the contributions to a lease
///               | W:failure                                    ; likewise, where it names a file
///     watching  = *(S:status-request C:status)                 ; S is any peer, member or not
///
/// Assignment and parameters reach a worker in either order, and parameters may be lost: a worker that misses some for
/// a while asks for them.
///
/// ## Identity
/// A run has a name that no other run has; each coordinator process of it draws an incarnation, a random number other
/// than 0, which every message but `hello` and `status-request` carries. Messages of another incarnation are dropped. Within an incarnation
/// a lease number names one assignment of shards to one worker; with round, node and chunk it makes every contribution
/// recognisable: what comes late or twice is dropped, and it does not matter which of two equal answers comes first.
///
/// A worker outlives its run: a coordinator welcomes whoever says hello, also a worker that names another run. That worker
/// forgets parameters, leases, networks, data and list of files of the run before, and receives this one's.
///
/// ## Files
/// Where samples come from files, the coordinator fixes the list of them (names and sizes) for as long as its process lives, and
/// every worker reads from that list. A contribution says which files it was read from and which bytes they had; one whose
/// bytes are not those that the run knows is dropped, and its shards go to others.
///
/// ## Loss
/// A heartbeat names the newest lease that arrived and the newest up to which all are answered. A lease that a later
/// heartbeat does not know was lost on its way and is sent again; one that the worker takes for answered and that is
/// not complete lost its answer on the way and is given out anew.
package enum WireProtocol {
    /// Version 1 had no checksum, so a version is never one that a single flipped bit makes a 1 of (3, 5, 9, …).
    package static let version: UInt8 = 6
    private static let magic: [UInt8] = [0x47, 0x4E, 0x47, 0x4C]  // "GNGL"

    /// The first bytes of every header.
    package static let prefix = magic + [version]

    /// Bytes of a header frame before its content: the prefix and a checksum of what follows and of the version. They are
    /// so in every version from 2 on, by which a version that is foreign is told from one that was damaged.
    package static let sealLength = prefix.count + 8

    /// A header frame's bytes around the serialized `ganglion.wire.Header` in it.
    package static func seal(_ content: [UInt8], version: UInt8 = WireProtocol.version) -> [UInt8] {
        let checksum = content.withUnsafeBytes { self.checksum($0, version) }.littleEndian
        return magic + [version] + withUnsafeBytes(of: checksum) { Array($0) } + content
    }

    /// The version of the protocol that a header speaks.
    ///
    /// - Throws: `CoordinationError.malformedMessage` where it is not a header of Ganglion's, or was damaged on its way.
    package static func version(of header: UnsafeRawBufferPointer) throws -> UInt8 {
        guard header.count > magic.count, header.prefix(magic.count).elementsEqual(magic) else {
            throw CoordinationError.malformedMessage("it does not start as a message of Ganglion's does")
        }
        let version = header[magic.count]
        guard version != 1 else { return version }
        guard header.count >= sealLength,
            checksum(UnsafeRawBufferPointer(rebasing: header[sealLength...]), version)
                == UInt64(littleEndian: header.loadUnaligned(fromByteOffset: prefix.count, as: UInt64.self))
        else {
            throw CoordinationError.malformedMessage("its header was damaged on the way")
        }
        return version
    }

    private static func checksum(_ content: UnsafeRawBufferPointer, _ version: UInt8) -> UInt64 {
        PayloadChecksum.of(content) ^ UInt64(version) &* 0x0101_0101_0101_0101
    }
}
