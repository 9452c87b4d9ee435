/// Chooses how a convolution is computed: by its shapes alone.
struct ConvolutionLowering {
    private enum Form {
        case forward, imageGradient, filterGradient
    }

    private enum Method {
        case windows(ConvolutionPlan)
        case winograd(WinogradPlan)
        case plane(PlaneConvolution)
        case interleaved(InterleavedConvolution)
        case grouped(GroupedConvolution)
    }

    private let form: Form
    private let method: Method
    private let batch: Int
    private let floatingPointOperations: Int

    /// Nil if the node is no convolution.
    init?(_ graph: Graph, _ id: Int) {
        let node = graph.nodes[id]
        func shape(_ index: Int) -> Shape { graph.nodes[node.inputs[index]].shape }
        let (window, filters): (Window, Int)
        switch node.operation {
        case .convolution(let slides):
            (form, window, batch, filters) = (.forward, slides, node.shape[0], shape(1)[3])
        case .convolutionImageGradient(let slides):
            (form, window, batch, filters) = (.imageGradient, slides, node.shape[0], shape(1)[3])
        case .convolutionFilterGradient(let slides):
            (form, window, batch, filters) = (.filterGradient, slides, shape(0)[0], node.shape[3])
        default: return nil
        }
        floatingPointOperations = window.floatingPointOperations(batch: batch, filters: filters)
        if window.groups > 1 {
            method = .grouped(GroupedConvolution(window: window, batch: batch, filters: filters))
        } else if let plan = WinogradPlan(window: window, batch: batch, filters: filters) {
            method = .winograd(plan)
        } else if let interleaved = InterleavedConvolution(window: window, batch: batch, filters: filters),
            form == .forward || form == .imageGradient && interleaved.servesImageGradient
        {
            method = .interleaved(interleaved)
        } else if let plane = PlaneConvolution(window: window, filters: filters) {
            method = .plane(plane)
        } else {
            method = .windows(ConvolutionPlan(window: window, batch: batch, filters: filters))
        }
    }

    /// Whether a filter gradient can be added to another where that lies.
    var canAccumulate: Bool {
        switch method {
        case .windows(let plan): form == .filterGradient && !plan.isReversed
        case .winograd, .plane, .grouped: form == .filterGradient
        case .interleaved: false
        }
    }

    /// Floats of scratch.
    var scratchCount: Int {
        switch (method, form) {
        case (.windows(let plan), .forward): plan.forwardScratch
        case (.windows(let plan), .imageGradient): plan.imageGradientScratch
        case (.windows(let plan), .filterGradient): plan.filterGradientScratch
        case (.winograd(let plan), _): plan.scratch
        case (.plane(let plane), _): plane.scratchCount
        case (.interleaved(let interleaved), _): interleaved.scratchCount
        case (.grouped(let grouped), .forward): grouped.forwardScratch
        case (.grouped(let grouped), .imageGradient): grouped.imageGradientScratch
        case (.grouped(let grouped), .filterGradient): grouped.filterGradientScratch
        }
    }

    func instruction(
        _ a: Location, _ b: Location, result: Location, scratch: Location, accumulates: Bool
    ) -> Instruction {
        let operands = ConvolutionOperands(
            a: a, b: b, result: result, scratch: scratch, floatingPointOperations: floatingPointOperations)
        switch (method, form) {
        case (.windows(let plan), .forward): return ConvolutionForward(plan, operands)
        case (.windows(let plan), .imageGradient): return ConvolutionImageGradient(plan, operands)
        case (.windows(let plan), .filterGradient):
            return ConvolutionFilterGradient(plan, operands, accumulates: accumulates)
        case (.winograd(let plan), .forward): return WinogradForward(plan, operands)
        case (.winograd(let plan), .imageGradient): return WinogradImageGradient(plan, operands)
        case (.winograd(let plan), .filterGradient):
            return WinogradFilterGradient(plan, operands, accumulates: accumulates)
        case (.plane(let plane), .forward):
            return PlaneConvolutionInstruction(.forward, plane, batch: batch, operands)
        case (.plane(let plane), .imageGradient):
            return PlaneConvolutionInstruction(.imageGradient, plane, batch: batch, operands)
        case (.plane(let plane), .filterGradient):
            return PlaneConvolutionInstruction(
                .filterGradient(accumulates: accumulates), plane, batch: batch, operands)
        case (.interleaved(let interleaved), .imageGradient):
            return InterleavedConvolutionInstruction(.imageGradient, interleaved, operands)
        case (.interleaved(let interleaved), _):
            return InterleavedConvolutionInstruction(.forward, interleaved, operands)
        case (.grouped(let grouped), .forward):
            return GroupedConvolutionInstruction(.forward, grouped, operands)
        case (.grouped(let grouped), .imageGradient):
            return GroupedConvolutionInstruction(.imageGradient, grouped, operands)
        case (.grouped(let grouped), .filterGradient):
            return GroupedFilterGradientInstruction(grouped, operands, accumulates: accumulates)
        }
    }
}
