"""The family `dcgan` (Radford et al., 2016) at any size that halves down to a base of 3 to 8 a side.

Layers are numbered as in the Sequential of `dcgan-28` (ends: linear) and `dcgan-64` (ends: convolutional); a norm that is
not there leaves its number out. Weights begin as N(0, 0.02), norms' as N(1, 0.02), biases as 0.
"""
from torch import nn

import pytorch_layers as layers
from pytorch_augmentation import minibatch_layer, packed


def channels_of(width, levels):
    """[C_1, …, C_L], from the image to the base."""
    return [width * min(2 ** level, 8) for level in range(levels)]


class Numbered(nn.Module):
    """Layers that are applied in the order of their registration, under the numbers that are their names."""

    def add(self, number, layer):
        if layer is not None:
            self.add_module(str(number), layer)

    @property
    def numbered(self):
        return [layer for name, layer in self.named_children() if name.isdigit()]


class DCGANGenerator(Numbered):
    def __init__(self, settings):
        super().__init__()
        levels, height, width = layers.base_of(*settings["image"])
        channels = channels_of(settings["generator.width"], levels)[::-1]
        kind, linear = settings["generator.norm"], settings["dcgan.ends"] == "linear"
        conditions = layers.ClassConditions(settings)
        self.embedding = conditions.embedding
        make_norm = lambda level: layers.norm(
            kind, channels[level], height << level, width << level, conditions.norm_classes)
        bias = make_norm(0) is None
        if linear:
            flat = channels[0] * height * width
            unflatten = nn.Unflatten(1, (channels[0], height, width))
            self.add(0, nn.Linear(conditions.input_size, flat, bias=bias))
            if kind == "batch":
                # Over the features of the flat image, each on its own.
                classes = conditions.norm_classes
                self.add(1, layers.ConditionalBatchNorm1d(flat, classes) if classes else nn.BatchNorm1d(flat))
                self.add(2, nn.ReLU())
                self.add(3, unflatten)
            else:
                self.add(3, unflatten)
                self.add(1, make_norm(0))
                self.add(2, nn.ReLU())
        else:
            self.add(0, nn.Unflatten(1, (conditions.input_size, 1, 1)))
            self.add(1, nn.ConvTranspose2d(conditions.input_size, channels[0], (height, width), bias=bias))
            self.add(2, make_norm(0))
            self.add(3, nn.ReLU())
        for level in range(1, levels):
            self.add(3 * level + 1, nn.ConvTranspose2d(channels[level - 1], channels[level], 4, 2, 1, bias=bias))
            self.add(3 * level + 2, make_norm(level))
            self.add(3 * level + 3, nn.ReLU())
        self.add(3 * levels + 1, nn.ConvTranspose2d(channels[-1], settings["image.channels"], 4, 2, 1, bias=linear))
        self.add(3 * levels + 2, nn.Tanh())
        layers.initialize(self, lambda name, module: 0.02, 0.02)
        if kind == "spectral":
            layers.normalize_spectrally(self, embeddings=False)

    def forward(self, latent, labels=None):
        x = layers.with_class(self.embedding, latent, labels)
        for layer in self.numbered:
            x = layers.apply(layer, x, labels)
        return x


class DCGANDiscriminator(Numbered):
    def __init__(self, settings):
        super().__init__()
        levels, height, width = layers.base_of(*settings["image"])
        channels = channels_of(settings["discriminator.width"], levels)
        kind, linear = settings["discriminator.norm"], settings["dcgan.ends"] == "linear"
        make_norm = lambda level: layers.norm(
            kind, channels[level], height << levels - 1 - level, width << levels - 1 - level)
        bias = make_norm(0) is None
        self.packing, self.minibatch = settings["discriminator.packing"], minibatch_layer(settings)
        self.add(0, nn.Conv2d(settings["discriminator.channels"], channels[0], 4, 2, 1, bias=linear))
        self.add(1, nn.LeakyReLU(0.2))
        for level in range(1, levels):
            self.add(3 * level - 1, nn.Conv2d(channels[level - 1], channels[level], 4, 2, 1, bias=bias))
            self.add(3 * level, make_norm(level))
            self.add(3 * level + 1, nn.LeakyReLU(0.2))
        base = channels[-1] + (self.minibatch is not None)
        flat = base * height * width
        if linear:
            self.add(3 * levels - 1, nn.Flatten())
            self.add(3 * levels, nn.Linear(flat, 1))
        else:
            self.add(3 * levels - 1, nn.Conv2d(base, 1, (height, width), bias=False))
        self.embedding = nn.Embedding(settings["classes"], flat) if settings["classes"] else None
        layers.initialize(self, lambda name, module: 0.02, 0.02)
        if kind == "spectral":
            layers.normalize_spectrally(self, embeddings=True)

    def forward(self, image, labels=None):
        *body, head = self.numbered
        h = packed(image, self.packing, self.training)
        for layer in body:
            if not isinstance(layer, nn.Flatten):
                h = layer(h)
        h = layers.apply(self.minibatch, h, None)
        if isinstance(head, nn.Linear):
            h = h.flatten(1)
        return layers.projected(head(h).flatten(1), self.embedding, labels, h.flatten(1))
