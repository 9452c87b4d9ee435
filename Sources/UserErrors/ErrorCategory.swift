/// The kinds of failure. The raw value is the exit code after BSD's sysexits.h.
public enum ErrorCategory: Int32, Sendable, CaseIterable {
    /// The command line is wrong, or asks for something impossible (EX_USAGE).
    case usage = 64
    /// The content of a file, or a number, is wrong (EX_DATAERR).
    case data = 65
    /// A file or folder does not exist (EX_NOINPUT).
    case missing = 66
    /// A fault of the program itself (EX_SOFTWARE).
    case software = 70
    /// The system failed: no process, no socket (EX_OSERR).
    case system = 71
    /// A file cannot be created or written, an address not be bound (EX_CANTCREAT).
    case cannotCreate = 73
    /// Reading or writing failed (EX_IOERR).
    case inputOutput = 74
    /// It may work another time (EX_TEMPFAIL).
    case tryAgain = 75
    /// A peer does not follow the protocol (EX_PROTOCOL).
    case protocolViolation = 76
    /// The system or a peer does not permit it (EX_NOPERM).
    case permission = 77
    /// The configuration is wrong (EX_CONFIG).
    case configuration = 78

    public var exitCode: Int32 { rawValue }
}
