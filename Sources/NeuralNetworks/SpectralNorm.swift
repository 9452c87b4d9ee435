import CKernels
import TensorCore

/// Spectral normalisation: a layer computes with W / σ(W), where σ is W's greatest singular value (Miyato et al., "Spectral
/// normalization for generative adversarial networks", 2018). As `torch.nn.utils.parametrizations.spectral_norm`,
///
///     u ← W v / ‖W v‖      v ← Wᵀ u / ‖Wᵀ u‖      σ = uᵀ W v,
///
/// with W as a matrix [outputs, rest]. The gradient flows through W and σ, not through u and v. PyTorch iterates in every
/// forward pass in training mode; here the coordinator iterates once on each new version of the weights, so that the bits
/// do not depend on who computes a shard.
public struct SpectralNorm: Sendable, Hashable {
    /// Iterations on each new version of the weights.
    public var iterations: Int

    public init(iterations: Int = 1) {
        self.iterations = iterations
    }
}

/// A weight as the layers use it: the parameter itself, or that over its greatest singular value.
struct Weight: Sendable {
    private let index: Int
    private let spectral: (u: Int, v: Int, matrix: WeightMatrix)?

    /// - Parameter name: of the layer: the parameter is `name.weight`.
    init(
        _ name: String, shape: Shape, order: TorchOrder, initializer: Initializer, matrix: WeightMatrix,
        spectral: SpectralNorm?, in layout: inout NetworkLayout
    ) {
        guard let spectral else {
            index = layout.add(name: "\(name).weight", shape: shape, order: order, initializer: initializer)
            self.spectral = nil
            return
        }
        let prefix = "\(name).parametrizations.weight"
        index = layout.add(name: "\(prefix).original", shape: shape, order: order, initializer: initializer)
        let buffers = layout.addDerived(
            PowerIteration(weight: index, matrix: matrix, iterations: spectral.iterations),
            [
                ("\(prefix).0._u", [matrix.outputs], matrix.outputOrder),
                ("\(prefix).0._v", [matrix.rest], matrix.restOrder),
            ])
        self.spectral = (buffers[0], buffers[1], matrix)
    }

    func callAsFunction(_ pass: ForwardPass) -> Tensor {
        let weight = pass.parameter(index)
        guard let spectral else { return weight }
        let matrix = spectral.matrix
        let u = pass.buffer(spectral.u).reshaped(to: matrix.outputShape)
        let v = pass.buffer(spectral.v).reshaped(to: matrix.restShape)
        let sigma = (weight.reshaped(to: matrix.shape) * u * v).sum()
        return weight / sigma
    }
}

/// How a weight lies in memory as the matrix [outputs, rest] of spectral normalisation: [blocks, rows, columns], of which either
/// the rows are the outputs, or the columns.
struct WeightMatrix: Sendable, Hashable {
    var blocks = 1
    var rows: Int
    var columns: Int
    var rowsAreOutputs: Bool
    /// PyTorch's orders of the outputs and of the rest.
    var outputOrder: TorchOrder
    var restOrder: TorchOrder

    var outputs: Int { rowsAreOutputs ? rows : columns }
    var rest: Int { blocks * (rowsAreOutputs ? columns : rows) }
    var shape: Shape { [blocks, rows, columns] }
    /// Of u and v, to be multiplied with the weight element by element.
    var outputShape: Shape { rowsAreOutputs ? [1, rows, 1] : [1, 1, columns] }
    var restShape: Shape { rowsAreOutputs ? [blocks, 1, columns] : [blocks, rows, 1] }
}

/// The coordinator's part of spectral normalisation: u and v.
struct PowerIteration: BufferDerivation {
    /// The number of the weight among the parameters.
    let weight: Int
    let matrix: WeightMatrix
    let iterations: Int

    /// As many as PyTorch makes at the start.
    private static let firstIterations = 15

    func begin(_ buffers: DerivedBuffers, stream: RandomStream) {
        let (u, v) = (buffers[0], buffers[1])
        withUnsafeTemporaryAllocation(of: Float.self, capacity: u.count + v.count) { memory in
            stream.fillNormal(memory, mean: 0, deviation: 1)
            u.baseAddress!.update(from: memory.baseAddress!, count: u.count)
            v.baseAddress!.update(from: memory.baseAddress! + u.count, count: v.count)
        }
        normalize(u)
        normalize(v)
        iterate(buffers, count: Self.firstIterations)
    }

    func update(_ buffers: DerivedBuffers) {
        iterate(buffers, count: iterations)
    }

    private func iterate(_ buffers: DerivedBuffers, count: Int) {
        let (u, v) = (buffers[0], buffers[1])
        let weight = buffers.parameter(weight).baseAddress!
        let (blocks, rows, columns) = (matrix.blocks, matrix.rows, matrix.columns)
        let (uStart, vStart) = (u.baseAddress!, v.baseAddress!)
        for _ in 0..<count {
            u.update(repeating: 0)
            if matrix.rowsAreOutputs {
                for block in 0..<blocks {
                    ck_add_matrix_vector(
                        weight + block * rows * columns, vStart + block * columns, uStart, rows, columns)
                }
            } else {
                ck_add_vector_matrix(vStart, weight, uStart, blocks * rows, columns)
            }
            normalize(u)
            v.update(repeating: 0)
            if matrix.rowsAreOutputs {
                for block in 0..<blocks {
                    ck_add_vector_matrix(
                        uStart, weight + block * rows * columns, vStart + block * columns, rows, columns)
                }
            } else {
                ck_add_matrix_vector(weight, uStart, vStart, blocks * rows, columns)
            }
            normalize(v)
        }
    }

    /// x ← x / max(‖x‖, 10⁻¹²)
    private func normalize(_ x: UnsafeMutableBufferPointer<Float>) {
        let norm = ck_sum_of_squares(x.baseAddress!, 1, x.count).squareRoot()
        ck_scale(x.baseAddress!, Float(1 / max(norm, 1e-12)), x.baseAddress!, x.count)
    }
}
