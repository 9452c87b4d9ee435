import Foundation
import Synchronization
import TensorCore
import Testing

/// Kernels of oneDNN use the stack pointer for a matrix, where a signal's frame would overwrite it.
@Suite struct SignalMaskTests {
    private static let handled = Atomic(0)

    @Test func `signals sent to a computing thread damage neither its memory nor its results`() {
        signal(SIGUSR2) { _ in SignalMaskTests.handled.add(1, ordering: .relaxed) }
        let computing = ComputingThread(repetitions: 30)
        var digests: [String]?
        while digests == nil {
            usleep(20)
            digests = computing.interrupted()
        }
        #expect(Set(digests ?? []).count == 1)
        #expect(Self.handled.load(ordering: .relaxed) > 0)
    }
}

/// A thread that computes the probe of the arithmetic again and again.
private final class ComputingThread: Sendable {
    private let shared = Mutex((thread: pthread_t?.none, digests: [String]?.none))

    init(repetitions: Int) {
        Thread { [self] in
            prepareComputeThread()
            // What a test runs on takes no signals, nor do the threads that it starts.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGUSR2)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            shared.withLock { $0.thread = pthread_self() }
            let digests = (0..<repetitions).map { _ in
                var digest = NumericDigest()
                ArithmeticProbe.addProducts(to: &digest)
                ArithmeticProbe.addConvolutions(to: &digest)
                return digest.text
            }
            shared.withLock { $0 = (nil, digests) }
        }.start()
    }

    /// Sends the thread a signal while it computes, and returns its digests once it is done.
    func interrupted() -> [String]? {
        shared.withLock {
            if let thread = $0.thread { pthread_kill(thread, SIGUSR2) }
            return $0.digests
        }
    }
}
