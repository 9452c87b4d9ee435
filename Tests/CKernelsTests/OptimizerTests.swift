import CKernels
import Foundation
import TestSupport
import Testing

@Suite("Optimizer and state")
struct OptimizerTests {
    @Test("Thirty steps of Adam follow double arithmetic")
    func adam() {
        let n = 1003
        var generator = SeededRandom(seed: 71)
        var p = generator.floats(n)
        var m = [Float](repeating: 0, count: n)
        var v = m
        var exact = (p: p.map(Double.init), m: m.map(Double.init), v: v.map(Double.init))
        let (learningRate, beta1, beta2, epsilon) = (2e-4, 0.5, 0.999, 1e-8)
        for t in 1...30 {
            let g = generator.floats(n, in: -0.1...0.1)
            let stepSize = learningRate / (1 - pow(beta1, Double(t)))
            let root = (1 - pow(beta2, Double(t))).squareRoot()
            var next = [Float](repeating: .nan, count: n)
            ck_adam(
                p, &next, &m, &v, g, 1, n, Float(1 - beta1), Float(beta2), Float(1 - beta2), Float(stepSize),
                Float(root), Float(epsilon))
            p = next
            for i in 0..<n {
                let gradient = Double(g[i])
                exact.m[i] += (gradient - exact.m[i]) * (1 - beta1)
                exact.v[i] = beta2 * exact.v[i] + (1 - beta2) * gradient * gradient
                exact.p[i] -= stepSize * exact.m[i] / (exact.v[i].squareRoot() / root + epsilon)
            }
        }
        for i in 0..<n {
            #expect(abs(Double(p[i]) - exact.p[i]) < 5e-6)
            #expect(abs(Double(m[i]) - exact.m[i]) < 1e-7)
            #expect(abs(Double(v[i]) - exact.v[i]) < 1e-7 * exact.v[i] * 30)
        }
    }

    @Test("One step of Adam has the bits of the formula, in place too")
    func adamBits() {
        var generator = SeededRandom(seed: 72)
        for n in awkwardLengths {
            let (p, m, g) = (generator.floats(n), generator.floats(n), generator.floats(n))
            let v = generator.floats(n, in: 0...1)
            var (newM, newV, inPlace) = (m, v, p)
            inPlace.withUnsafeMutableBufferPointer {
                ck_adam($0.baseAddress, $0.baseAddress, &newM, &newV, g, 0.7, n, 0.1, 0.99, 0.01, 0.003, 0.3, 1e-8)
            }
            for i in 0..<n {
                let gradient = g[i] * 0.7
                let first = m[i] + (gradient - m[i]) * 0.1
                let second = 0.99 * v[i] + (0.01 * gradient) * gradient
                #expect(newM[i] == first && newV[i] == second)
                #expect(inPlace[i] == p[i] - (0.003 * first) / (second.squareRoot() / 0.3 + 1e-8))
            }
        }
    }

    @Test("Interpolation")
    func interpolate() {
        var generator = SeededRandom(seed: 73)
        let (target, start) = (generator.floats(333), generator.floats(333))
        var y = start
        ck_interpolate(target, 0.001, &y, y.count)
        #expect(y == zip(start, target).map { $0 + ($1 - $0) * 0.001 })
    }

    @Test("The first NaN or infinity is found wherever it is")
    func firstNonfinite() {
        var generator = SeededRandom(seed: 74)
        let x = generator.floats(2000)
        #expect(ck_first_nonfinite(x, x.count) == x.count)
        #expect(ck_first_nonfinite([.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0], 3) == 3)
        for at in [0, 1, 15, 16, 511, 512, 1999] {
            for value in [Float.nan, .infinity, -.infinity, -.nan] {
                var broken = x
                broken[at] = value
                broken[1999] = .nan
                #expect(ck_first_nonfinite(broken, broken.count) == at)
                #expect(ck_first_nonfinite(broken, at) == at)
            }
        }
        #expect(ck_first_nonfinite([], 0) == 0)
    }

    #if arch(x86_64) || arch(arm64)
        @Test("The numeric mode flushes denormal results to zero on the thread that asked for it")
        func numericMode() {
            final class Box: @unchecked Sendable { var result: [Float] = [1] }  // read only after the thread has ended
            let box = Box()
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                ck_set_numeric_mode()
                var y: [Float] = [1, 1]
                ck_multiply([1e-30, Float(bitPattern: 0x10000)], [1e-10, 1], &y, 2)
                box.result = y
                done.signal()
            }
            done.wait()
            #expect(box.result == [0, 0])
            keepingDenormals {
                var y: [Float] = [1]
                ck_multiply([1e-30], [1e-10], &y, 1)
                #expect(y[0] > 0)
            }
        }
    #endif
}
