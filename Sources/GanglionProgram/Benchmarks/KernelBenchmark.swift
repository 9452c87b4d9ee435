import Adversarial
import CKernels
import NeuralNetworks
import RunConfiguration
import Runs
import TensorCore

/// Times the main kernels one by one, on one thread: `dnnl_sgemm` at its best, then the products and poolings of the
/// presets' layers in percent of that, and what memory bounds.
struct KernelBenchmark {
    var presets: [Preset]

    struct Report: Encodable {
        /// What `dnnl_sgemm` reached at its best in this run.
        var peakGigaflops = 0.0
        var kernels: [KernelTiming] = []
    }

    func run() -> Report {
        prepareComputeThread()
        var report = Report()
        let peaks = [512, 768, 1024].map { size in
            let graph = Graph()
            let a = graph.input(slot: 0, shape: [size, size])
            _ = a.matmul(graph.input(slot: 1, shape: [size, size]))
            return time(graph.productKernels[0], "sgemm")
        }
        report.peakGigaflops = peaks.compactMap(\.gigaflops).max()!
        report.kernels = peaks
        for preset in presets {
            report.kernels += productKernels(of: preset).map { time($0, preset.rawValue) }
        }
        report.kernels += loops() + wholeVectors()
        for index in report.kernels.indices {
            report.kernels[index].percentOfPeak = report.kernels[index].gigaflops.map {
                100 * $0 / report.peakGigaflops
            }
        }
        return report
    }

    /// The products and poolings of both networks, forwards and backwards, on a batch that is one shard.
    private func productKernels(of preset: Preset) -> [ProductKernel] {
        let recipe = Configuration(preset: preset).recipe
        let networks = recipe.makeNetworks()
        let graph = Graph()
        let latents = graph.input(slot: 0, shape: [recipe.shards * recipe.shardBatch, recipe.model.latentSize])
        func pass(_ network: Network) -> ForwardPass {
            ForwardPass(
                graph: graph, layout: networks.layout(of: network), mode: .training,
                slots: .init(parameters: Int(network.rawValue), masks: 3))
        }
        let (generator, discriminator) = (pass(.generator), pass(.discriminator))
        let logits = networks.discriminator(networks.generator(latents, generator), discriminator)
        _ = logits.mean().gradients(by: generator.parameters + discriminator.parameters)
        return graph.productKernels
    }

    private func time(_ kernel: ProductKernel, _ group: String) -> KernelTiming {
        let program = kernel.program()
        let workspace = Workspace(for: [program])
        let saved = AlignedVector(count: program.savedCount)
        let output = AlignedVector(count: program.outputCount)
        let operands = kernel.operandCounts.map(randomVector)
        defer { withExtendedLifetime(operands) {} }
        let bytes = (kernel.operandCounts.reduce(0, +) + kernel.resultCount) * MemoryLayout<Float>.stride
        return operands.map(\.pointer).withUnsafeBufferPointer { inputs in
            KernelTiming(group, kernel.label, operations: kernel.floatingPointOperations, bytes: bytes) {
                program.run(inputs: inputs, saved: saved.pointer, output: output.pointer, workspace: workspace)
            }
        }
    }

    /// Element-wise loops in the second-level cache, where a program's blocks and small layers are.
    private func loops() -> [KernelTiming] {
        let n = 1 << 15
        let vectors = (0..<3).map { _ in randomVector(n) }
        defer { withExtendedLifetime(vectors) {} }
        let (x, y, z) = (vectors[0].pointer, vectors[1].pointer, vectors[2].pointer)
        for index in 0..<n { z[index] = abs(y[index]) + 0.5 }
        func timing(_ name: String, vectors: Int, _ call: () -> Void) -> KernelTiming {
            KernelTiming("loops", "\(name) [\(n)]", bytes: vectors * n * MemoryLayout<Float>.stride, call)
        }
        return [
            timing("add", vectors: 3) { ck_add(x, z, y, n) },
            timing("multiply", vectors: 3) { ck_multiply(x, z, y, n) },
            timing("divide", vectors: 3) { ck_divide(x, z, y, n) },
            timing("square root", vectors: 2) { ck_square_root(z, y, n) },
            timing("leaky relu", vectors: 2) { ck_leaky_relu(x, 0.2, y, n) },
            timing("tanh", vectors: 2) { ck_hyperbolic_tangent(x, y, n) },
            timing("sigmoid", vectors: 2) { ck_sigmoid(x, y, n) },
            timing("softplus", vectors: 2) { ck_softplus(x, y, n) },
            timing("exp", vectors: 2) { ck_exponential(x, y, n) },
            timing("log", vectors: 2) { ck_logarithm(z, y, n) },
            timing("normal noise", vectors: 1) {
                var stream = ck_philox(key0: 1, key1: 2, counter1: 3, counter2: 4, counter3: 5)
                ck_random_normal(&stream, 0, 1, y, n)
            },
        ]
    }

    /// What a coordinator does with whole vectors, of the length of `mlp-28`'s generator: in main memory.
    private func wholeVectors() -> [KernelTiming] {
        let n = Configuration(preset: .mlp28).recipe.makeNetworks().generatorLayout.parameterCount
        let vectors = (0..<3).map { _ in randomVector(n) } + (0..<2).map { _ in AlignedVector(count: n) }
        defer { withExtendedLifetime(vectors) {} }
        let (gradient, parameters, next) = (vectors[0].pointer, vectors[1].pointer, vectors[2].pointer)
        let (first, second) = (vectors[3].pointer, vectors[4].pointer)
        let bytes = n * MemoryLayout<Float>.stride
        return [
            KernelTiming("vectors", "tree addition [\(n)]", bytes: 3 * bytes) { ck_add(gradient, next, next, n) },
            KernelTiming("vectors", "Adam [\(n)]", bytes: 7 * bytes) {
                Adam().update(
                    step: 10, learningRate: 1e-6, parameters: parameters, next: next, firstMoment: first,
                    secondMoment: second, gradient: gradient, count: n)
            },
            KernelTiming("vectors", "moving average [\(n)]", bytes: 3 * bytes) {
                ck_interpolate(parameters, 0.01, next, n)
            },
            KernelTiming("vectors", "first number not finite [\(n)]", bytes: bytes) {
                _ = ck_first_nonfinite(gradient, n)
            },
            KernelTiming("vectors", "sum of squares [\(n)]", bytes: bytes) { _ = ck_sum_of_squares(gradient, 0.5, n) },
        ]
    }

    private func randomVector(_ count: Int) -> AlignedVector {
        let vector = AlignedVector(count: count)
        RandomStream(seed: 1, purpose: .procedural).fillNormal(vector.mutableFloats)
        return vector
    }
}
