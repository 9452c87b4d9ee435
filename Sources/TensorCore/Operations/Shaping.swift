// Operations that move data or change its shape, and reductions.

extension Tensor {
    /// The tensor repeated along new leading axes and along axes of extent 1, to `target`.
    public func broadcast(to target: Shape) -> Tensor {
        if target == shape { return self }
        precondition(
            Shape.broadcast(shape, target) == target, "broadcast: shape \(shape) does not broadcast to \(target)")
        if let value = constantValue { return graph.constant(value, shape: target) }
        return reshaped(to: Shape(shape.padded(toRank: target.rank))).broadcastAligned(to: target)
    }

    private func broadcastAligned(to target: Shape) -> Tensor {
        target == shape ? self : graph.record(.broadcast, [self], target)
    }

    /// Σ over `axes` (all of them by default). The axes stay with extent 1 where `keepingDimensions`, else they go.
    public func sum(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let axes = (axes ?? Array(0..<shape.rank)).sorted()
        precondition(axes.allSatisfy { $0 >= 0 && $0 < shape.rank }, "sum: axes \(axes) of shape \(shape)")
        let summed = summedKeepingDimensions(axes)
        if keepingDimensions { return summed }
        return summed.reshaped(to: Shape(shape.dimensions.indices.filter { !axes.contains($0) }.map { shape[$0] }))
    }

    private func summedKeepingDimensions(_ axes: [Int]) -> Tensor {
        let axes = axes.filter { shape[$0] > 1 }
        if axes.isEmpty { return self }
        var kept = shape
        for axis in axes { kept[axis] = 1 }
        if let value = constantValue {
            return graph.constant(value * Float(shape.count / kept.count), shape: kept)
        }
        // A loop has at most three axes: of several separate runs of axes, the last goes first.
        var runs: [[Int]] = []
        for axis in axes {
            let joins = runs.last.map { ($0.last! + 1..<axis).allSatisfy { shape[$0] == 1 } } ?? false
            if joins { runs[runs.count - 1].append(axis) } else { runs.append([axis]) }
        }
        if runs.count > 1 {
            return summedKeepingDimensions(runs.removeLast()).summedKeepingDimensions(Array(runs.joined()))
        }
        return graph.record(.sum(axes: axes), [self], kept)
    }

    /// The arithmetic mean over `axes` (all of them by default).
    public func mean(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let count = (axes ?? Array(0..<shape.rank)).reduce(1) { $0 * shape[$1] }
        return sum(axes: axes, keepingDimensions: keepingDimensions) * (1 / Float(count))
    }

    /// The same elements in the same order, in another shape.
    public func reshaped(to target: Shape) -> Tensor {
        precondition(target.count == shape.count, "reshape: \(shape) to \(target) changes the number of elements")
        if target == shape { return self }
        if let value = constantValue { return graph.constant(value, shape: target) }
        if case .reshape = operation { return inputs[0].reshaped(to: target) }
        return graph.record(.reshape, [self], target)
    }

    /// Axes in another order: axis i of the result is axis `axes[i]` of the operand.
    public func transposed(_ axes: [Int]) -> Tensor {
        precondition(axes.sorted() == Array(0..<shape.rank), "transpose: \(axes) does not permute \(shape)")
        if axes == Array(0..<shape.rank) { return self }
        return graph.record(.transpose(axes: axes), [self], Shape(axes.map { shape[$0] }))
    }

    /// The block of `size` that begins at `starts`.
    public func sliced(at starts: [Int], size: Shape) -> Tensor {
        precondition(
            starts.count == shape.rank && size.rank == shape.rank
                && starts.indices.allSatisfy { starts[$0] >= 0 && starts[$0] + size[$0] <= shape[$0] },
            "slice: block \(size) at \(starts) is not inside \(shape)")
        return size == shape ? self : graph.record(.slice(starts: starts), [self], size)
    }

    /// Zeros of `target` with this tensor at `starts`.
    public func padded(at starts: [Int], in target: Shape) -> Tensor {
        precondition(
            starts.count == shape.rank && target.rank == shape.rank
                && starts.indices.allSatisfy { starts[$0] >= 0 && starts[$0] + shape[$0] <= target[$0] },
            "padded: block \(shape) at \(starts) is not inside \(target)")
        return target == shape ? self : graph.record(.padded(starts: starts), [self], target)
    }

    /// The tensors one after the other along `axis`.
    public static func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
        var shape = tensors[0].shape
        for tensor in tensors.dropFirst() {
            var expected = tensor.shape
            expected[axis] = shape[axis]
            precondition(expected == shape, "concatenate: \(tensor.shape) beside \(shape) along axis \(axis)")
            shape[axis] += tensor.shape[axis]
        }
        return tensors.count == 1 ? tensors[0] : tensors[0].graph.record(.concatenate(axis: axis), tensors, shape)
    }

    /// Rows of a table `[rows, columns]` by whole-numbered `indices` `[n]`, for instance embeddings of class labels.
    public func gatheredRows(at indices: Tensor) -> Tensor {
        precondition(
            shape.rank == 2 && indices.shape.rank == 1,
            "gather rows: a table [rows, columns] and indices [n], not \(shape) and \(indices.shape)")
        return graph.record(.gatherRows, [self, indices], [indices.shape[0], shape[1]])
    }

    /// Each image moved down by `offsets[n, 0]` and right by `offsets[n, 1]` pixels, whole numbers of either sign:
    /// y[n, i, j, c] = x[n, i − offsets[n, 0], j − offsets[n, 1], c], and 0 for what lies outside.
    ///
    /// - Parameter offsets: `[batch, 2]`
    public func shifted(by offsets: Tensor) -> Tensor {
        precondition(
            shape.rank == 4 && offsets.shape == [shape[0], 2],
            "shift: [batch, height, width, channels] by [batch, 2], not \(shape) by \(offsets.shape)")
        return graph.record(.shift, [self, offsets], shape)
    }

    /// The adjoint of `gatheredRows`: a table of `rows` rows, each the sum of the rows that name it.
    func scatteredRows(at indices: Tensor, rows: Int) -> Tensor {
        graph.record(.scatterRows, [self, indices], [rows, shape[1]])
    }
}
