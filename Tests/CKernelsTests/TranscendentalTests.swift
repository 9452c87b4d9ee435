import CKernels
import Foundation
import TestSupport
import Testing

/// Errors are measured against Foundation's functions in double, and must stay below the bounds that the header states.
@Suite("Transcendental functions")
struct TranscendentalTests {
    /// Greatest |y - f(x)| in units of `unit(f(x))`, over the x whose exact result is a normal number.
    private func greatestError(
        of x: [Float], _ y: [Float], _ exact: (Double) -> Double, unit: (Double) -> Double
    ) -> (error: Double, at: Float) {
        var worst = (error: 0.0, at: Float(0))
        for (argument, result) in zip(x, y) {
            let reference = exact(Double(argument))
            guard abs(reference) >= Double(Float.leastNormalMagnitude),
                abs(reference) <= Double(Float.greatestFiniteMagnitude)
            else { continue }
            let error = abs(Double(result) - reference) / unit(reference)
            if !(error <= worst.error) { worst = (error, argument) }
        }
        return worst
    }

    private func ulp(_ value: Double) -> Double { Double(Float(abs(value)).ulp) }

    private func dense(_ range: ClosedRange<Float>, count: Int = 400_000) -> [Float] {
        var generator = SeededRandom(seed: 21)
        return floatsOfEveryExponent(perExponent: 200) + generator.floats(count, in: range)
    }

    @Test("exp: at most 2 ulp; overflow to infinity, underflow to zero")
    func exponential() {
        keepingDenormals {
            let x = dense(-104...89)
            let y = apply({ ck_exponential($0, $1, $2) }, x)
            let worst = greatestError(of: x, y, { Foundation.exp($0) }, unit: ulp)
            #expect(worst.error <= 2, "\(worst)")
            for (argument, result) in zip(x, y) {
                if argument > 88.722_84 { #expect(result == .infinity) }
                if argument < -87.34 { #expect(result >= 0 && result < 1.2e-38) }
            }
            #expect(
                sameBits(
                    apply({ ck_exponential($0, $1, $2) }, [0, -0.0, .infinity, -.infinity]), [1, 1, .infinity, 0]))
            #expect(apply({ ck_exponential($0, $1, $2) }, [.nan])[0].isNaN)
        }
    }

    @Test("log: at most 2 ulp, near 1 and for denormals too")
    func logarithm() {
        keepingDenormals {
            var x = dense(0.5...2).map { abs($0) }
            x += (0..<2000).map { 1 + Float($0 - 1000) * Float.ulpOfOne }
            let y = apply({ ck_logarithm($0, $1, $2) }, x)
            let worst = greatestError(of: x, y, { Foundation.log($0) }, unit: ulp)
            #expect(worst.error <= 2, "\(worst)")
            let special = apply({ ck_logarithm($0, $1, $2) }, [0, -0.0, .infinity, 1, -1, -.infinity, .nan])
            #expect(sameBits(special, [-.infinity, -.infinity, .infinity, 0, .nan, .nan, .nan]))
        }
    }

    @Test("tanh: relative error at most 4e-7, near 0 too")
    func hyperbolicTangent() {
        keepingDenormals {
            let x = dense(-10...10)
            let y = apply({ ck_hyperbolic_tangent($0, $1, $2) }, x)
            let worst = greatestError(of: x, y, { Foundation.tanh($0) }, unit: { abs($0) })
            #expect(worst.error <= 4e-7, "\(worst)")
            let special = apply({ ck_hyperbolic_tangent($0, $1, $2) }, [0, -0.0, .infinity, -.infinity, .nan])
            #expect(sameBits(special, [0, -0.0, 1, -1, .nan]))
        }
    }

    @Test("sigmoid: relative error at most 1e-6, for very negative arguments too")
    func sigmoid() {
        keepingDenormals {
            let x = dense(-90...40)
            let y = apply({ ck_sigmoid($0, $1, $2) }, x)
            let worst = greatestError(of: x, y, { 1 / (1 + Foundation.exp(-$0)) }, unit: { abs($0) })
            #expect(worst.error <= 1e-6, "\(worst)")
            let special = apply({ ck_sigmoid($0, $1, $2) }, [0, .infinity, -.infinity, .nan])
            #expect(sameBits(special, [0.5, 1, 0, .nan]))
        }
    }

    @Test("softplus: relative error at most 1e-6, for very negative arguments too")
    func softplus() {
        keepingDenormals {
            let x = dense(-90...40)
            let y = apply({ ck_softplus($0, $1, $2) }, x)
            let exact = { (x: Double) in max(x, 0) + log1p(Foundation.exp(-abs(x))) }
            let worst = greatestError(of: x, y, exact, unit: { abs($0) })
            #expect(worst.error <= 1e-6, "\(worst)")
            let special = apply({ ck_softplus($0, $1, $2) }, [.infinity, -.infinity, .nan])
            #expect(sameBits(special, [.infinity, 0, .nan]))
        }
    }

    @Test("sin and cos: absolute error at most 1e-7, however large the argument", arguments: [0, 1])
    func sineAndCosine(isCosine: Int) {
        keepingDenormals {
            let x = dense(-1000...1000) + (0..<10_000).map { Float(Double($0) * .pi / 2) }
            let kernel = { (x: [Float]) in
                isCosine == 1 ? apply({ ck_cosine($0, $1, $2) }, x) : apply({ ck_sine($0, $1, $2) }, x)
            }
            let exact: (Double) -> Double = { isCosine == 1 ? Foundation.cos($0) : Foundation.sin($0) }
            let y = kernel(x)
            let worst = greatestError(of: x, y, exact, unit: { _ in 1 })
            #expect(worst.error <= 1e-7, "\(worst)")
            let relative = greatestError(of: x, y, exact, unit: { abs($0) })
            #expect(relative.error <= 1e-6, "\(relative)")
            #expect(sameBits(kernel([.infinity, -.infinity, .nan]), [.nan, .nan, .nan]))
            #expect(kernel([0, -0.0]) == (isCosine == 1 ? [1, 1] : [0, 0]))
        }
    }

    @Test("An element's bits depend neither on its place nor on the array's length, nor on working in place")
    func placeDoesNotMatter() {
        keepingDenormals {
            let kernels: [(UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void] = [
                { ck_exponential($0, $1, $2) }, { ck_logarithm($0, $1, $2) }, { ck_sine($0, $1, $2) },
                { ck_cosine($0, $1, $2) }, { ck_hyperbolic_tangent($0, $1, $2) }, { ck_sigmoid($0, $1, $2) },
                { ck_softplus($0, $1, $2) },
            ]
            var generator = SeededRandom(seed: 22)
            let x = Array(floatsOfEveryExponent(perExponent: 2).shuffled(using: &generator).prefix(777))
            for kernel in kernels {
                let whole = apply(kernel, x)
                #expect(sameBits(x.map { apply(kernel, [$0])[0] }, whole))
                #expect(sameBits(apply(kernel, Array(x.dropFirst(5))), Array(whole.dropFirst(5))))
                var inPlace = x
                inPlace.withUnsafeMutableBufferPointer { kernel($0.baseAddress, $0.baseAddress, $0.count) }
                #expect(sameBits(inPlace, whole))
            }
        }
    }
}
