"""What the families of `pytorch_networks` share: norms, conditions, spectral normalisation, initial values."""
import math

import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils.parametrize import is_parametrized

NORMS = ("batch", "layer", "instance", "spectral", "none")
CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
AFFINE_NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.InstanceNorm2d)


class Conditioned:
    """y = batchNorm(x) · gain[label] + shift[label], in front of BatchNorm1d or BatchNorm2d."""

    def __init__(self, features, classes):
        super().__init__(features, affine=False)
        self.gain, self.shift = nn.Embedding(classes, features), nn.Embedding(classes, features)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x, labels):
        shape = (*x.shape[:2], *[1] * (x.dim() - 2))
        return super().forward(x) * self.gain(labels).view(shape) + self.shift(labels).view(shape)


class ConditionalBatchNorm1d(Conditioned, nn.BatchNorm1d):
    pass


class ConditionalBatchNorm2d(Conditioned, nn.BatchNorm2d):
    pass


def norm(kind, channels, height, width, classes=0):
    """The norm of an image [channels, height, width]; None for `none` and `spectral`. `classes`: of a conditional one."""
    if kind == "batch":
        return ConditionalBatchNorm2d(channels, classes) if classes else nn.BatchNorm2d(channels)
    if kind == "layer":
        return nn.LayerNorm([channels, height, width])
    return nn.InstanceNorm2d(channels, affine=True) if kind == "instance" else None


def apply(layer, x, labels):
    """The layer's output; x itself without a layer."""
    if layer is None:
        return x
    return layer(x, labels) if isinstance(layer, Conditioned) else layer(x)


class ClassConditions:
    """What a generator's settings say about labels."""

    def __init__(self, settings):
        classes, how = settings["classes"], settings["generator.conditioning"]
        if classes and how in ("norm", "both") and settings["generator.norm"] != "batch":
            raise ValueError(f"generator.conditioning {how} needs generator.norm batch, not {settings['generator.norm']}")
        self.norm_classes = classes if how in ("norm", "both") else 0
        latent = settings["generator.latentSize"]
        self.embedding = nn.Embedding(classes, min(latent, 32)) if classes and how in ("embedding", "both") else None
        self.input_size = latent + (self.embedding.embedding_dim if self.embedding else 0)


def with_class(embedding, latent, labels):
    """latent beside the embedding of the labels, if there is one."""
    return latent if embedding is None else torch.cat([latent, embedding(labels)], 1)


def projected(logits, embedding, labels, h):
    """logits + ⟨embedding(label), h⟩ (Miyato and Koyama, 2018), if there is an embedding."""
    return logits if embedding is None else logits + (embedding(labels) * h).sum(1, keepdim=True)


def base_of(height, width):
    """(L, height and width of the base image): the greatest 2^L that divides both and leaves 3 or more of each."""
    if not all(16 <= side <= 256 for side in (height, width)):
        raise ValueError(f"images of {width}x{height}: the families make sides of 16 to 256")
    level = 0
    while all(side % 2 ** (level + 1) == 0 and side >> (level + 1) >= 3 for side in (height, width)):
        level += 1
    base = height >> level, width >> level
    if level == 0 or not all(3 <= side <= 8 for side in base):
        raise ValueError(f"no family reaches images of {width}x{height}: the base would be {base[1]}x{base[0]}")
    return level, *base


# MARK: Spectral normalisation

def normalize_spectrally(network, embeddings):
    """Every weight of a linear layer or a convolution, and with `embeddings` those, divided by its greatest singular value."""
    kinds = (*CONVOLUTIONS, nn.Linear, *((nn.Embedding,) if embeddings else ()))
    for module in list(network.modules()):
        if isinstance(module, kinds):
            parametrizations.spectral_norm(module)


def spectral_norms(network):
    """[(name of the weight's layer, its parametrization, the original weight)]"""
    return [(name, module.parametrizations.weight[0], module.parametrizations.weight.original)
            for name, module in network.named_modules() if is_parametrized(module, "weight")]


def freeze_spectral_norms(network):
    """Lets forward passes in training mode leave u and v alone: Ganglion iterates once an update."""
    for _, parametrization, _ in spectral_norms(network):
        parametrization.eval()
    return network


def iterate_spectral_norms(network, iterations=1):
    """u ← Wv / ‖Wv‖, v ← Wᵀu / ‖Wᵀu‖"""
    for _, parametrization, weight in spectral_norms(network):
        parametrization._power_method(parametrization._reshape_weight_to_matrix(weight.detach()), iterations)


# MARK: Initial values

def fan_in(weight):
    """Terms of the sum that an output of a linear layer or a convolution is."""
    return weight[0].numel()


def initialize(network, weight_deviation, norm_deviation=0.0):
    """Weights N(0, deviation), those of norms N(1, norm_deviation), biases 0, class embeddings N(0, 1).

    `weight_deviation(name, module)` gives the deviation of the weight of the layer of that name.
    """
    for name, module in network.named_modules():
        if isinstance(module, (*CONVOLUTIONS, nn.Linear)):
            nn.init.normal_(module.weight, 0, weight_deviation(name, module))
        elif isinstance(module, AFFINE_NORMS) and module.weight is not None:
            nn.init.normal_(module.weight, 1, norm_deviation)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def xavier_bound(weight, gain):
    receptive = math.prod(weight.shape[2:])
    return gain * math.sqrt(6 / ((weight.shape[0] + weight.shape[1]) * receptive))
