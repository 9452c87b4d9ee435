"""Tests/NeuralNetworksTests/Golden/layers.safetensors: norms, conditions and spectral normalisation as layers.

Metadata key `cases`: JSON, a list of {"name", "layer", "attributes", "parameters": [NAME…], "buffers": [NAME…]}. All tensors
are as PyTorch has them (images [n, channels, height, width]); inputs F32, references F64, computed in float64. Of a case:

    CASE/x                  input [n, …] (absent for `spectral-embedding`), CASE/labels [n] whole numbers
    CASE/parameter/NAME     NAME as in the state dict; the layer is called `layer`, but for projection and class embedding
    CASE/buffer/NAME        buffers before
    CASE/upstream           of y's shape
    CASE/y                  output in training mode
    CASE/dx, CASE/gradient/NAME             gradients of Σ upstream·y
    CASE/penalty            ½ · mean over samples of ‖∂ Σ(upstream · activation(y)) / ∂x‖², activation = tanh or leakyRelu
                            (slope 0.2), by `attributes.activation`
    CASE/penalty/dx, CASE/penalty/gradient/NAME     its gradients
    CASE/evaluation/y       conditional batch norm: output in inference mode, after the buffers' change
    CASE/buffer1/NAME       buffers after: conditional batch norm: running statistics after the pass (momentum 0.1)

`attributes.image`, `inputImage`, `outputImage`: [channels, height, width] of an image that is flat here, in PyTorch's order.

Spectral normalisation (`layer`: spectralLinear, spectralConvolution, spectralTransposedConvolution, spectralDepthwiseSum,
spectralEmbedding):
`buffer` is a start, `buffer15` u and v after 15 power iterations, `buffer16` after one more; y, gradients and penalty are
those with buffer16's u and v, held constant (σ = uᵀWv depends on W).
"""
import json

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

import pytorch_layers as layers
from golden_files import ROOT, save
from pytorch_augmentation import MinibatchStdDev

GOLDEN = ROOT / "Tests/NeuralNetworksTests/Golden"
ACTIVATIONS = {"tanh": torch.tanh, "leakyRelu": lambda x: F.leaky_relu(x, 0.2)}


class Named(nn.Module):
    """A module whose layer's name in the state dict is `layer`."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, labels):
        return layers.apply(self.layer, x if x is not None else labels, labels)


class ClassEmbedding(nn.Module):
    def __init__(self, classes, size):
        super().__init__()
        self.embedding = nn.Embedding(classes, size)

    def forward(self, x, labels):
        return layers.with_class(self.embedding, x, labels)


class Projection(nn.Module):
    def __init__(self, classes, size):
        super().__init__()
        self.head, self.embedding = nn.Linear(size, 1), nn.Embedding(classes, size)

    def forward(self, x, labels):
        return layers.projected(self.head(x), self.embedding, labels, x)


class LayerCases:
    def __init__(self):
        self.tensors, self.cases = {}, []

    def add(self, name, layer, module, x=None, labels=None, activation="tanh", **attributes):
        torch.manual_seed(1000 + len(self.cases))
        spectral = bool(layers.spectral_norms(module))
        self.randomize(module)
        tensors = {} if x is None else {"x": x}
        tensors |= {} if labels is None else {"labels": labels.float()}
        # Float32 values first: they are what the file gives.
        tensors |= {f"parameter/{key}": value.detach().clone() for key, value in module.named_parameters()}
        tensors |= self.buffers(module, "buffer")
        start = {key: value.clone() for key, value in module.state_dict().items()}
        with torch.no_grad():
            upstream = torch.randn(module.eval()(x, labels).shape)
        outcomes = []
        for dtype in (torch.float64, torch.float32):
            module.load_state_dict(start)
            module.to(dtype).train()
            outcomes.append(self.evaluate(module, spectral, activation, upstream, x, labels, dtype))
        reference, single = outcomes
        for key, value in reference.items():
            assert torch.isfinite(value).all(), f"{name}/{key} is not finite"
            bound = (1e-4 * value.abs() + 1e-5 * value.abs().max()) / 4
            assert ((single[key] - value).abs() <= bound).all(), f"{name}/{key} is ill-conditioned"
        tensors |= {"upstream": upstream} | reference
        self.tensors |= {f"{name}/{key}": value.detach().clone() for key, value in tensors.items()}
        self.cases.append({
            "name": name, "layer": layer, "attributes": attributes | {"activation": activation},
            "parameters": [key for key, _ in module.named_parameters()],
            "buffers": [key.partition("/")[2] for key in tensors if key.startswith("buffer/")]})

    @staticmethod
    def buffers(module, prefix):
        return {f"{prefix}/{key}": value.detach().clone() for key, value in module.named_buffers()
                if not key.endswith("num_batches_tracked")}

    @staticmethod
    @torch.no_grad()
    def randomize(module):
        """Parameters that hide nothing, u and v that know nothing of the weight."""
        for key, parameter in module.named_parameters():
            around = 1 if key.endswith("gain.weight") or parameter.dim() == 3 and key.endswith("weight") else 0
            parameter.copy_(around + torch.randn(parameter.shape) * 0.5)
        for key, buffer in module.named_buffers():
            if key.endswith(("_u", "_v")):
                buffer.copy_(F.normalize(torch.randn(buffer.shape), dim=0))
            elif key.endswith("running_mean"):
                buffer.copy_(torch.randn(buffer.shape) * 0.3)
            elif key.endswith("running_var"):
                buffer.copy_(torch.rand(buffer.shape) + 0.5)

    def evaluate(self, module, spectral, activation, upstream, x, labels, dtype):
        found = {}
        if spectral:
            layers.freeze_spectral_norms(module)
            for total, iterations in ((15, 15), (16, 1)):
                layers.iterate_spectral_norms(module, iterations)
                found |= self.buffers(module, f"buffer{total}")
        named = dict(module.named_parameters())
        by = ({} if x is None else {"dx": x.to(dtype, copy=True).requires_grad_()}) | {
            f"gradient/{key}": value for key, value in named.items()}
        upstream = upstream.to(dtype)
        y = module(by.get("dx"), labels)
        found["y"] = y
        gradient = lambda value: zip(by, torch.autograd.grad(
            value, list(by.values()), retain_graph=True, allow_unused=True, materialize_grads=True))
        found |= dict(gradient((upstream * y).sum()))
        if x is not None:
            slope, = torch.autograd.grad((upstream * ACTIVATIONS[activation](y)).sum(), by["dx"], create_graph=True)
            found["penalty"] = slope.square().flatten(1).sum(1).mean() / 2
            found |= {f"penalty/{key}": value for key, value in gradient(found["penalty"])}
        if any(isinstance(part, layers.Conditioned) for part in module.modules()):
            found |= self.buffers(module, "buffer1")
            module.eval()
            found["evaluation/y"] = module(by["dx"], labels)
        return {key: value.detach() for key, value in found.items()}


def add_conditions(cases):
    labels = torch.tensor([2, 0, 3, 2, 0, 2])  # no sample of class 1
    cases.add("conditional-batch-norm-image", "conditionalBatchNorm", Named(layers.ConditionalBatchNorm2d(3, 4)),
              torch.randn(6, 3, 4, 5) * 1.5 + 0.5, labels, features=3, classes=4)
    cases.add("conditional-batch-norm-vector", "conditionalBatchNorm", Named(layers.ConditionalBatchNorm1d(7, 4)),
              torch.randn(6, 7), labels, features=7, classes=4)
    cases.add("conditional-batch-norm-flat-image", "conditionalBatchNorm", Named(layers.ConditionalBatchNorm1d(24, 4)),
              torch.randn(6, 24), labels, features=24, classes=4, image=[2, 3, 4])
    cases.add("class-embedding", "classEmbedding", ClassEmbedding(4, 3), torch.randn(6, 5), labels, classes=4, size=3)
    cases.add("projection", "projection", Projection(4, 5), torch.randn(6, 5), labels, classes=4, size=5)


def add_spectral_norms(cases):
    spectral = lambda layer: Named(parametrizations.spectral_norm(layer))

    def convolution(name, inputs, outputs, kernel, stride=1, padding=0, groups=1, transposed=False):
        kind = nn.ConvTranspose2d if transposed else nn.Conv2d
        cases.add(name, "spectralTransposedConvolution" if transposed else "spectralConvolution",
                  spectral(kind(inputs, outputs, kernel, stride, padding, groups=groups)),
                  torch.randn(3, inputs, 4, 5), None, "leakyRelu", inputs=inputs, outputs=outputs, kernel=kernel,
                  stride=stride, padding=padding, groups=groups)

    cases.add("spectral-linear", "spectralLinear", spectral(nn.Linear(5, 7)), torch.randn(4, 5), None, "leakyRelu",
              inputs=5, outputs=7)
    # Beside a flatten or an unflatten of images [channels, height, width] = [2, 3, 4].
    cases.add("spectral-linear-of-image", "spectralLinear", spectral(nn.Linear(24, 3)), torch.randn(4, 24), None,
              "leakyRelu", inputs=24, outputs=3, inputImage=[2, 3, 4])
    cases.add("spectral-linear-to-image", "spectralLinear", spectral(nn.Linear(3, 24)), torch.randn(4, 3), None,
              "leakyRelu", inputs=3, outputs=24, outputImage=[2, 3, 4])
    convolution("spectral-convolution", 3, 4, 3, 1, 1)
    convolution("spectral-convolution-stride-2", 2, 5, 4, 2, 1)
    convolution("spectral-convolution-1x1", 3, 4, 1)
    convolution("spectral-convolution-grouped", 4, 6, 3, 1, 1, groups=2)
    cases.add("spectral-depthwise-sum", "spectralDepthwiseSum", spectral(nn.Conv2d(5, 5, (3, 4), groups=5, bias=False)),
              torch.randn(3, 5, 3, 4), None, "leakyRelu", channels=5, height=3, width=4)
    convolution("spectral-convolution-transposed", 4, 3, 4, 2, 1, transposed=True)
    cases.add("spectral-embedding", "spectralEmbedding", spectral(nn.Embedding(4, 6)), None,
              torch.tensor([2, 0, 3, 2, 0]), classes=4, size=6)


def add_norms(cases):
    cases.add("layer-norm-image", "layerNorm", Named(nn.LayerNorm([3, 4, 5])), torch.randn(3, 3, 4, 5) + 0.5,
              channels=3, height=4, width=5)
    cases.add("instance-norm-image", "instanceNorm", Named(nn.InstanceNorm2d(3, affine=True)),
              torch.randn(3, 3, 4, 5) + 0.5, channels=3)


def add_minibatches(cases):
    for name, size, n in (("minibatch-std-dev", 4, 8), ("minibatch-std-dev-of-pairs", 2, 6), ("minibatch-std-dev-rest", 4, 6)):
        cases.add(name, "minibatchStdDev", Named(MinibatchStdDev(size)), torch.randn(n, 3, 4, 5) + 0.5, size=size)


def make_layers():
    torch.manual_seed(0)
    cases = LayerCases()
    for add in (add_conditions, add_spectral_norms, add_norms, add_minibatches):
        add(cases)
    save(GOLDEN / "layers.safetensors", cases.tensors, {"cases": json.dumps(cases.cases)})
