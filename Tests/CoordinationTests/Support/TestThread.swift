import Foundation
import TestSupport

/// A plain thread with a result: what owns sockets runs on one.
final class TestThread<Value: Sendable>: @unchecked Sendable {  // the result is behind the condition's lock
    struct TookTooLong: Error {}

    private let condition = NSCondition()
    private var result: Result<Value, any Error>?

    init(_ body: @escaping @Sendable () throws -> Value) {
        let thread = Thread { [self] in
            let result = Result { try body() }
            condition.withLock {
                self.result = result
                condition.broadcast()
            }
        }
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Waits for the end.
    ///
    /// - Throws: what the thread threw, or `TookTooLong`.
    func join(seconds: Double = patience) throws -> Value {
        let limit = Date(timeIntervalSinceNow: seconds)
        return try condition.withLock {
            while result == nil {
                guard condition.wait(until: limit) else { throw TookTooLong() }
            }
            return try result!.get()
        }
    }
}

/// A value that another thread hands over.
final class Mailbox<Value: Sendable>: @unchecked Sendable {  // the value is behind the condition's lock
    private let condition = NSCondition()
    private var value: Value?

    func put(_ value: Value) {
        condition.withLock {
            self.value = value
            condition.broadcast()
        }
    }

    func take(seconds: Double = patience) throws -> Value {
        let limit = Date(timeIntervalSinceNow: seconds)
        return try condition.withLock {
            while value == nil {
                guard condition.wait(until: limit) else { throw TestThread<Value>.TookTooLong() }
            }
            return value!
        }
    }
}
