import FileFormats
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request for a file or for the rest of it, written to a `.part` file as it comes.
struct HTTPTransfer {
    /// Why a mirror did not give the file.
    struct Failure: Error, CustomStringConvertible {
        var description: String
        /// Whether the connection, and not the mirror's answer, was at fault.
        var isWorthRetrying: Bool
    }

    let url: URL
    let part: String
    let expectedSize: Int
    let timeout: Double

    /// Runs the request to its end.
    ///
    /// - Parameter progress: called on the calling thread with the bytes that the part has; what it throws cancels.
    /// - Throws: `Failure`, or `FileFormatError` when the part cannot be written.
    func run(progress: (Int) throws -> Void) throws {
        let receiver = try PartReceiver(part: part, expectedSize: expectedSize)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        let session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: queue)
        defer { session.invalidateAndCancel() }
        var request = URLRequest(url: url)
        if receiver.bytes > 0 { request.setValue("bytes=\(receiver.bytes)-", forHTTPHeaderField: "Range") }
        // The sums are of the bytes as they lie on the server.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        let task = session.dataTask(with: request)
        task.resume()
        while true {
            let isFinished = receiver.wait(seconds: 0.2)
            do {
                try progress(receiver.bytes)
            } catch {
                task.cancel()
                throw error
            }
            if isFinished { break }
        }
        try receiver.finish()
    }
}

/// Takes a response's bytes into the part.
///
/// `@unchecked Sendable`: all that changes is read and written under the condition's lock.
private final class PartReceiver: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private let condition = NSCondition()
    private let part: String
    private let expectedSize: Int
    private let descriptor: Int32
    private var count: Int
    private var isFinished = false
    private var failure: (any Error)?

    init(part: String, expectedSize: Int) throws {
        self.part = part
        self.expectedSize = expectedSize
        descriptor = open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileFormatError.system("create", file: part, code: errno) }
        count = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit {
        _ = close(descriptor)
    }

    /// Bytes that the part has.
    var bytes: Int { condition.withLock { count } }

    /// Waits for the end, but no longer than so many seconds.
    ///
    /// - Returns: whether the transfer has ended.
    func wait(seconds: Double) -> Bool {
        condition.withLock {
            if !isFinished { _ = condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
            return isFinished
        }
    }

    /// Syncs the part, and throws what went wrong.
    func finish() throws {
        try condition.withLock {
            if let failure { throw failure }
            guard count == expectedSize else {
                throw HTTPTransfer.Failure(
                    description: "the connection ended early; expected \(expectedSize) bytes, got \(count)",
                    isWorthRetrying: true)
            }
            guard fsync(descriptor) == 0 else { throw FileFormatError.system("sync", file: part, code: errno) }
        }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let isAccepted = condition.withLock { accept(response) }
        completionHandler(isAccepted ? .allow : .cancel)
    }

    /// Sets the part to where the response begins.
    private func accept(_ response: URLResponse) -> Bool {
        guard let response = response as? HTTPURLResponse else {
            return refuse("this is no HTTP answer")
        }
        switch response.statusCode {
        case 200:
            // The server gives the whole file, whatever was asked.
            return moveTo(0)
        case 206:
            let range = response.value(forHTTPHeaderField: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(count)-") else { return refuse("it answers with the range \"\(range)\"") }
            return true
        case 416:
            return refuse("it does not have the rest of the file")
        default:
            return refuse("it answers \(response.statusCode)")
        }
    }

    private func moveTo(_ offset: Int) -> Bool {
        guard ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            return end(FileFormatError.system("write", file: part, code: errno))
        }
        count = offset
        return true
    }

    private func refuse(_ reason: String) -> Bool {
        end(HTTPTransfer.Failure(description: reason, isWorthRetrying: false))
    }

    /// Ends the transfer at once, without waiting for the session's word on the cancellation that follows.
    private func end(_ reason: any Error) -> Bool {
        failure = failure ?? reason
        isFinished = true
        condition.broadcast()
        return false
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let goesOn = condition.withLock { () -> Bool in
            guard failure == nil else { return false }
            guard count + data.count <= expectedSize else {
                // What came before is not to be trusted either.
                _ = moveTo(0)
                return refuse("it gives more than the \(expectedSize) bytes that the file has")
            }
            return append(data)
        }
        if !goesOn { dataTask.cancel() }
    }

    private func append(_ data: Data) -> Bool {
        data.withUnsafeBytes { bytes in
            var rest = bytes
            while let base = rest.baseAddress, !rest.isEmpty {
                let written = write(descriptor, base, rest.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    return end(FileFormatError.system("write", file: part, code: errno))
                }
                count += written
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
            return true
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        condition.withLock {
            if failure == nil, let error {
                failure = HTTPTransfer.Failure(description: error.localizedDescription, isWorthRetrying: true)
            }
            isFinished = true
            condition.broadcast()
        }
    }
}
