"""Ganglion's networks as PyTorch modules, for `make-golden`, `compare-with-pytorch` and `pytorch_peer`.

`networks(settings)` builds a generator and a discriminator by the keys of a run's config.yaml:

    generator, discriminator = networks({
        "architecture": "resnet", "image.size": "32", "image.channels": 3, "classes": 10,
        "generator.norm": "batch", "generator.conditioning": "norm", "discriminator.norm": "spectral"})
    images = generator(torch.randn(64, 100), torch.arange(64) % 10)

State-dict names are those of the checkpoints. Dropout takes its masks from `Masks`, so that they can be given.
"""
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

import pytorch_layers as layers
from pytorch_augmentation import packed
from pytorch_dcgan import DCGANDiscriminator, DCGANGenerator
from pytorch_resnet import ResNetDiscriminator, ResNetGenerator


class Masks:
    """The dropout masks of one forward pass.

    `source(number, shape, keep)` yields mask `number`, counted from 0 in the order of the forward pass; with no
    source, dropout is the identity. Call `begin` before each pass in training mode.
    """

    def __init__(self):
        self.source = None
        self.next = 0

    def begin(self, source=None):
        self.source, self.next = source, 0

    def apply(self, x, keep, channels=False):
        if self.source is None:
            return x
        shape = tuple(x.shape[:2]) if channels else tuple(x.shape)
        mask = self.source(self.next, shape, keep).to(x.dtype)
        self.next += 1
        return x * (mask[:, :, None, None] if channels else mask)


class GivenDropout(nn.Module):
    """Dropout whose mask comes from `Masks`; no parameters and no buffers."""

    def __init__(self, masks, keep):
        super().__init__()
        self.masks, self.keep = masks, keep

    def forward(self, x):
        return self.masks.apply(x, self.keep) if self.training else x


class LeNetGenerator(nn.Module):
    """100 → 7·7·64 → 16² → 34² → 28²; no final activation."""

    def __init__(self, settings):
        super().__init__()
        self.lin1 = nn.Linear(settings["generator.latentSize"], 64 * 7 * 7)
        self.ct1 = nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2)
        self.ct2 = nn.ConvTranspose2d(32, 16, kernel_size=4, stride=2)
        self.conv = nn.Conv2d(16, 1, kernel_size=7)

    def forward(self, z, labels=None):
        h = F.relu(self.lin1(z)).reshape(len(z), 64, 7, 7)
        h = F.relu(self.ct1(h))
        h = F.relu(self.ct2(h))
        return self.conv(h)


class LeNetDiscriminator(nn.Module):
    """LeNet with max-pooling, channel dropout (mask 0) after the second convolution, dropout (mask 1) after fc1."""

    def __init__(self, settings, masks):
        super().__init__()
        self.masks, self.packing = masks, settings["discriminator.packing"]
        self.conv1 = nn.Conv2d(settings["discriminator.channels"], 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 1)

    def forward(self, x, labels=None):
        x = packed(x, self.packing, self.training)
        h = F.relu(F.max_pool2d(self.conv1(x), 2))
        h = self.conv2(h)
        if self.training:
            h = self.masks.apply(h, keep=0.5, channels=True)
        h = F.relu(F.max_pool2d(h, 2)).flatten(1)
        h = F.relu(self.fc1(h))
        if self.training:
            h = self.masks.apply(h, keep=0.5)
        return self.fc2(h)


def lenet(settings, masks):
    if (*settings["image"], settings["image.channels"]) != (28, 28, 1):
        raise ValueError("lenet takes gray images of 28x28")
    if settings["classes"]:
        raise ValueError("lenet takes no classes")
    return LeNetGenerator(settings), LeNetDiscriminator(settings, masks)


class PerceptronGenerator(nn.Sequential):
    """latent → 256 → 512 → 1024 → image."""

    def __init__(self, settings):
        conditions = layers.ClassConditions(settings)
        widths, parts = [conditions.input_size, 256, 512, 1024], []
        for inputs, outputs in zip(widths, widths[1:]):
            parts += [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2)]
        image = (settings["image.channels"], *settings["image"])
        super().__init__(*parts, nn.Linear(1024, math.prod(image)), nn.Tanh(), nn.Unflatten(1, image))
        self.count = len(self)
        self.embedding = conditions.embedding
        if settings["generator.norm"] == "spectral":
            layers.normalize_spectrally(self, embeddings=False)

    def forward(self, z, labels=None):
        h = layers.with_class(self.embedding, z, labels)
        for index in range(self.count):
            h = self._modules[str(index)](h)
        return h


class PerceptronDiscriminator(nn.Sequential):
    """image → 1024 → 512 → 256 → 1, dropout (masks 0 and 1) after the first two."""

    def __init__(self, settings, masks):
        super().__init__(
            nn.Flatten(),
            nn.Linear(settings["discriminator.channels"] * math.prod(settings["image"]), 1024),
            nn.LeakyReLU(0.2), GivenDropout(masks, 0.7),
            nn.Linear(1024, 512), nn.LeakyReLU(0.2), GivenDropout(masks, 0.7),
            nn.Linear(512, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
        self.count, self.packing = len(self), settings["discriminator.packing"]
        self.embedding = nn.Embedding(settings["classes"], 256) if settings["classes"] else None
        if settings["discriminator.norm"] == "spectral":
            layers.normalize_spectrally(self, embeddings=True)

    def forward(self, x, labels=None):
        h = packed(x, self.packing, self.training)
        for index in range(self.count - 1):
            h = self._modules[str(index)](h)
        return layers.projected(self._modules[str(self.count - 1)](h), self.embedding, labels, h)


FAMILIES = {  # name: (settings, Masks) -> (generator, discriminator)
    "dcgan": lambda settings, masks: (DCGANGenerator(settings), DCGANDiscriminator(settings)),
    "resnet": lambda settings, masks: (ResNetGenerator(settings), ResNetDiscriminator(settings)),
    "perceptron": lambda settings, masks: (PerceptronGenerator(settings), PerceptronDiscriminator(settings, masks)),
    "lenet": lenet,
}

DEFAULTS = {
    "image.channels": 1, "classes": 0, "generator.latentSize": 100, "generator.width": 64, "discriminator.width": 64,
    "generator.conditioning": "embedding", "dcgan.ends": "convolutional", "resnet.block": "basic", "resnet.blocks": 1,
    "resnet.groupWidth": 16, "resnet.upsampling": "nearest", "discriminator.minibatchStdDev": 0, "discriminator.packing": 1,
}
NORMS = {"dcgan": ("batch", "batch"), "resnet": ("batch", "spectral")}  # the generator's and the discriminator's by default
CHOICES = {
    "architecture": FAMILIES, "generator.norm": layers.NORMS, "discriminator.norm": layers.NORMS,
    "generator.conditioning": ("embedding", "norm", "both"), "dcgan.ends": ("linear", "convolutional"),
    "resnet.block": ("basic", "bottleneck"), "resnet.upsampling": ("nearest", "bilinear"),
}


def image_size(text):
    """"28" or "64x48", wide by high → (height, width)"""
    width, _, height = str(text).partition("x")
    return int(height or width), int(width)


def resolved(settings):
    """The settings with what they do not say."""
    norms = NORMS.get(settings["architecture"], ("none", "none"))
    settings = DEFAULTS | {"generator.norm": norms[0], "discriminator.norm": norms[1]} | settings
    for key, choices in CHOICES.items():
        if settings[key] not in choices:
            raise ValueError(f"{key}: expected {', '.join(choices)}, got {settings[key]}")
    return settings


def networks(settings, masks=None):
    """(generator, discriminator) by settings, whose keys are a run's config.yaml's, and `classes`: 0 without labels."""
    settings = resolved(settings)
    if "image.size" not in settings:
        raise ValueError("image.size: expected 28 or 64x48, got nothing")
    settings["image"] = image_size(settings["image.size"])
    settings["discriminator.channels"] = settings["image.channels"] * settings["discriminator.packing"]
    pair = FAMILIES[settings["architecture"]](settings, masks or Masks())
    for network in pair:
        network.classes = settings["classes"]
    return pair


@dataclass(frozen=True)
class Preset:
    settings: dict
    learning_rate: float
    betas: tuple

    @property
    def image(self):
        """[channels, height, width]"""
        return (self.settings["image.channels"], *image_size(self.settings["image.size"]))

    def networks(self, masks=None):
        return networks(self.settings, masks)


GRAY28 = {"image.size": "28", "image.channels": 1}
PRESETS = {
    "lenet-28": Preset({"architecture": "lenet"} | GRAY28, 2e-3, (0.9, 0.999)),
    "mlp-28": Preset({"architecture": "perceptron"} | GRAY28, 2e-4, (0.5, 0.999)),
    "dcgan-28": Preset({"architecture": "dcgan", "dcgan.ends": "linear"} | GRAY28, 2e-4, (0.5, 0.999)),
    "dcgan-64": Preset(
        {"architecture": "dcgan", "dcgan.ends": "convolutional", "image.size": "64", "image.channels": 3},
        2e-4, (0.5, 0.999)),
}


def point_networks(state, prefix, activation):
    """A perceptron as deep and wide as the checkpoint's tensors `prefix.INDEX.weight` say."""
    indices = sorted(int(name.split(".")[1]) for name in state if name.startswith(prefix + ".") and name.endswith(".weight"))
    layers = []
    for index in indices:
        layers += [activation()] * (index - len(layers))
        outputs, inputs = state[f"{prefix}.{index}.weight"].shape
        layers.append(nn.Linear(inputs, outputs))
    return nn.Sequential(*layers)
