"""The image presets as PyTorch modules, for `make-golden` and `compare-with-pytorch`.

State-dict names are those of the checkpoints: `lenet-28` by attribute (lin1, ct1, ct2, conv / conv1, conv2, fc1, fc2),
the others by position in a Sequential. Dropout takes its masks from `Masks`, so that they can be given.
"""
from dataclasses import dataclass
from typing import Callable

import torch
from torch import nn
from torch.nn import functional as F


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

    def __init__(self):
        super().__init__()
        self.lin1 = nn.Linear(100, 64 * 7 * 7)
        self.ct1 = nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2)
        self.ct2 = nn.ConvTranspose2d(32, 16, kernel_size=4, stride=2)
        self.conv = nn.Conv2d(16, 1, kernel_size=7)

    def forward(self, z):
        h = F.relu(self.lin1(z)).reshape(len(z), 64, 7, 7)
        h = F.relu(self.ct1(h))
        h = F.relu(self.ct2(h))
        return self.conv(h)


class LeNetDiscriminator(nn.Module):
    """LeNet with max-pooling, channel dropout (mask 0) after the second convolution, dropout (mask 1) after fc1."""

    def __init__(self, masks):
        super().__init__()
        self.masks = masks
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 1)

    def forward(self, x):
        h = F.relu(F.max_pool2d(self.conv1(x), 2))
        h = self.conv2(h)
        if self.training:
            h = self.masks.apply(h, keep=0.5, channels=True)
        h = F.relu(F.max_pool2d(h, 2)).flatten(1)
        h = F.relu(self.fc1(h))
        if self.training:
            h = self.masks.apply(h, keep=0.5)
        return self.fc2(h)


def lenet28(masks):
    return LeNetGenerator(), LeNetDiscriminator(masks)


def mlp28(masks):
    widths, layers = [100, 256, 512, 1024], []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2)]
    generator = nn.Sequential(*layers, nn.Linear(1024, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    discriminator = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 1024), nn.LeakyReLU(0.2), GivenDropout(masks, 0.7),
        nn.Linear(1024, 512), nn.LeakyReLU(0.2), GivenDropout(masks, 0.7),
        nn.Linear(512, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
    return generator, discriminator


def dcgan28(masks, width=64):
    flat = 2 * width * 7 * 7
    generator = nn.Sequential(
        nn.Linear(100, flat, bias=False), nn.BatchNorm1d(flat), nn.ReLU(), nn.Unflatten(1, (2 * width, 7, 7)),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Tanh())
    discriminator = nn.Sequential(
        nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(flat, 1))
    return generator, discriminator


def dcgan64(masks, width=64):
    up, down = [nn.Unflatten(1, (100, 1, 1))], []
    widths = [100, 8 * width, 4 * width, 2 * width, width]
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        stride, padding = (1, 0) if layer == 0 else (2, 1)
        up += [nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    up += [nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh()]
    widths = [3, width, 2 * width, 4 * width, 8 * width]
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        down += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)]
        down += [nn.BatchNorm2d(outputs)] if layer > 0 else []
        down += [nn.LeakyReLU(0.2)]
    down += [nn.Conv2d(8 * width, 1, 4, 1, 0, bias=False), nn.Flatten()]
    return nn.Sequential(*up), nn.Sequential(*down)


@dataclass(frozen=True)
class Preset:
    networks: Callable  # (Masks) -> (generator, discriminator)
    image: tuple  # channels, height, width
    learning_rate: float
    betas: tuple


PRESETS = {
    "lenet-28": Preset(lenet28, (1, 28, 28), 2e-3, (0.9, 0.999)),
    "mlp-28": Preset(mlp28, (1, 28, 28), 2e-4, (0.5, 0.999)),
    "dcgan-28": Preset(dcgan28, (1, 28, 28), 2e-4, (0.5, 0.999)),
    "dcgan-64": Preset(dcgan64, (3, 64, 64), 2e-4, (0.5, 0.999)),
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
