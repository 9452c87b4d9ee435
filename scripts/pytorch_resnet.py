"""The family `resnet`: blocks of SNGAN (`basic`; Miyato et al., 2018) or of R3GAN (`bottleneck`; Huang et al., 2024).

C(i) = width · min(2^i, 8) channels after i halvings of the image; L halvings lead to the base image.
"""
import math

from torch import nn
from torch.nn import functional as F

import pytorch_layers as layers
from pytorch_augmentation import minibatch_layer, packed


class Plan:
    """Sizes of a network's levels; level 0 is the image, level L the base."""

    def __init__(self, settings, network):
        self.levels, self.base_height, self.base_width = layers.base_of(*settings["image"])
        self.width, self.norm = settings[f"{network}.width"], settings[f"{network}.norm"]
        self.block, self.blocks = settings["resnet.block"], settings["resnet.blocks"]
        discriminates = network == "discriminator"
        self.image_channels = settings["discriminator.channels" if discriminates else "image.channels"]
        self.group_width = settings["resnet.groupWidth"]
        self.upsampling, self.classes = settings["resnet.upsampling"], 0

    def channels(self, level):
        return self.width * min(2 ** level, 8)

    def size(self, level):
        return self.base_height << self.levels - level, self.base_width << self.levels - level

    def make_norm(self, channels, level):
        return layers.norm(self.norm, channels, *self.size(level), self.classes)

    def upsample(self, x):
        if self.upsampling == "nearest":
            return F.interpolate(x, scale_factor=2, mode="nearest")
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class BasicUpBlock(nn.Module):
    """Level `source` → level `target` (the same or one up) of a generator."""

    def __init__(self, plan, source, target, inputs):
        super().__init__()
        outputs = plan.channels(target)
        self.upsample = plan.upsample if source != target else lambda x: x
        self.norm1 = plan.make_norm(inputs, source)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = plan.make_norm(outputs, target)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, labels):
        h = self.conv1(self.upsample(F.relu(layers.apply(self.norm1, x, labels))))
        h = self.conv2(F.relu(layers.apply(self.norm2, h, labels)))
        return layers.apply(self.skip, self.upsample(x), None) + h


class BasicDownBlock(nn.Module):
    """Level `source` → level `target` (the same or one down) of a discriminator; the first block has no norm1, no ReLU."""

    def __init__(self, plan, source, target, inputs, first):
        super().__init__()
        outputs = plan.channels(target)
        self.pool = (lambda x: F.avg_pool2d(x, 2)) if source != target else lambda x: x
        self.first = first
        self.norm1 = None if first else plan.make_norm(inputs, source)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = plan.make_norm(outputs, source)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x):
        h = x if self.first else F.relu(layers.apply(self.norm1, x, None))
        h = self.conv2(F.relu(layers.apply(self.norm2, self.conv1(h), None)))
        return layers.apply(self.skip, self.pool(x), None) + self.pool(h)


class BottleneckBlock(nn.Module):
    def __init__(self, plan, level):
        super().__init__()
        channels = plan.channels(level)
        expanded = 2 * channels
        groups = max(1, expanded // plan.group_width)
        if expanded % groups:
            raise ValueError(f"resnet.groupWidth {plan.group_width} does not divide {expanded} channels")
        self.conv1 = nn.Conv2d(channels, expanded, 1)
        self.norm1 = plan.make_norm(expanded, level)
        self.conv2 = nn.Conv2d(expanded, expanded, 3, padding=1, groups=groups)
        self.norm2 = plan.make_norm(expanded, level)
        self.conv3 = nn.Conv2d(expanded, channels, 1)

    def forward(self, x, labels):
        h = F.leaky_relu(layers.apply(self.norm1, self.conv1(x), labels), 0.2)
        h = F.leaky_relu(layers.apply(self.norm2, self.conv2(h), labels), 0.2)
        return x + self.conv3(h)


def transition(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else nn.Identity()


class ResNetGenerator(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.plan = plan = Plan(settings, "generator")
        conditions = layers.ClassConditions(settings)
        self.embedding, plan.classes = conditions.embedding, conditions.norm_classes
        channels, base = plan.channels(plan.levels), (plan.base_height, plan.base_width)
        self.stem = nn.Linear(conditions.input_size, channels * base[0] * base[1])
        self.base, self.blocks = (channels, *base), nn.ModuleList()
        if plan.block == "basic":
            for level in reversed(range(plan.levels)):
                for index in range(plan.blocks):
                    source = level + 1 if index == 0 else level
                    self.blocks.append(BasicUpBlock(plan, source, level, plan.channels(source)))
            self.norm = plan.make_norm(plan.channels(0), 0)
            self.head = nn.Conv2d(plan.channels(0), plan.image_channels, 3, padding=1)
        else:
            self.transitions = nn.ModuleList(
                transition(plan.channels(level + 1), plan.channels(level)) for level in reversed(range(plan.levels)))
            self.blocks.extend(
                BottleneckBlock(plan, level) for level in reversed(range(plan.levels + 1)) for _ in range(plan.blocks))
            self.head = nn.Conv2d(plan.channels(0), plan.image_channels, 1)
        initialize(self)
        if plan.norm == "spectral":
            layers.normalize_spectrally(self, embeddings=False)

    def forward(self, latent, labels=None):
        x = self.stem(layers.with_class(self.embedding, latent, labels)).unflatten(1, self.base)
        for index, block in enumerate(self.blocks):
            if self.plan.block == "bottleneck" and index > 0 and index % self.plan.blocks == 0:
                x = self.transitions[index // self.plan.blocks - 1](self.plan.upsample(x))
            x = block(x, labels)
        if self.plan.block == "basic":
            x = F.relu(layers.apply(self.norm, x, labels))
        return self.head(x).tanh()


class ResNetDiscriminator(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.plan = plan = Plan(settings, "discriminator")
        self.packing, self.minibatch = settings["discriminator.packing"], minibatch_layer(settings)
        channels = plan.channels(plan.levels)
        base = channels + (self.minibatch is not None)
        self.stem = nn.Conv2d(plan.image_channels, plan.channels(0), 1) if plan.block == "bottleneck" else None
        self.blocks = nn.ModuleList()
        if plan.block == "basic":
            inputs = plan.image_channels
            for level in range(1, plan.levels + 1):
                for index in range(plan.blocks):
                    source = level - 1 if index == 0 else level
                    self.blocks.append(BasicDownBlock(plan, source, level, inputs, first=len(self.blocks) == 0))
                    inputs = plan.channels(level)
            self.blocks.append(BasicDownBlock(plan, plan.levels, plan.levels, base, first=False))
        else:
            self.transitions = nn.ModuleList(
                transition(plan.channels(level - 1), plan.channels(level)) for level in range(1, plan.levels + 1))
            self.blocks.extend(
                BottleneckBlock(plan, level) for level in range(plan.levels + 1) for _ in range(plan.blocks))
            channels = base
            self.basis = nn.Conv2d(
                channels, channels, (plan.base_height, plan.base_width), groups=channels, bias=False)
        self.head = nn.Linear(channels, 1)
        self.embedding = nn.Embedding(settings["classes"], channels) if settings["classes"] else None
        initialize(self)
        if plan.norm == "spectral":
            layers.normalize_spectrally(self, embeddings=True)

    def forward(self, image, labels=None):
        image = packed(image, self.packing, self.training)
        if self.plan.block == "basic":
            *blocks, last = self.blocks
            x = image
            for block in blocks:
                x = block(x)
            x = last(layers.apply(self.minibatch, x, None))
            h = F.relu(x).sum((2, 3))
        else:
            x = self.stem(image)
            for index, block in enumerate(self.blocks):
                if index > 0 and index % self.plan.blocks == 0:
                    x = self.transitions[index // self.plan.blocks - 1](F.avg_pool2d(x, 2))
                x = block(x, labels)
            h = self.basis(layers.apply(self.minibatch, x, None)).flatten(1)
        return layers.projected(self.head(h), self.embedding, labels, h)


def initialize(network):
    """Basic: Xavier's uniform, times √2 in the blocks' 3×3. Bottleneck: N(0, 1/√fanIn); in the blocks N(0, g·B^(−1/4)/√fanIn)
    with g = √(2/1.04) and B blocks, and 0 for the last convolution of each (N(0, 1/√fanIn) where it has a spectral norm, which
    0 has not). Biases 0, norms 1 and 0."""
    scale = math.sqrt(2 / 1.04) * len(network.blocks) ** -0.25

    def deviation(name, module):
        last = name.split(".")[-1]
        factor = {"conv1": scale, "conv2": scale, "conv3": float(network.plan.norm == "spectral")}.get(last, 1)
        return factor / math.sqrt(layers.fan_in(module.weight))

    layers.initialize(network, deviation)
    if network.plan.block == "basic":
        for name, module in network.named_modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                gain = math.sqrt(2) if name.split(".")[-1] in ("conv1", "conv2") else 1
                bound = layers.xavier_bound(module.weight, gain)
                nn.init.uniform_(module.weight, -bound, bound)
