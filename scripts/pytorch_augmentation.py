"""What the discriminator sees: DiffAugment with given draws, packing, minibatch standard deviation.

Draws are uniform numbers [10, batch]: whether color, translation and cutout are applied (u < probability); brightness,
saturation, contrast; shift down and to the right; row and column of the cutout's centre.
"""
import torch
from torch import nn
from torch.nn import functional as F

TRANSFORMS = ("color", "translation", "cutout")
UNIFORMS = 10


def whole(u, count):
    """floor(u · count), exactly."""
    return torch.floor(u.double() * count).long()


def color(x, u):
    brightness, saturation, contrast = (v.to(x.dtype).view(-1, 1, 1, 1) for v in u[3:6])
    x = x + (brightness - 0.5)
    mean = x.mean(1, keepdim=True)
    x = (x - mean) * (2 * saturation) + mean
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) * (contrast + 0.5) + mean


def translation(x, u):
    height, width = x.shape[2:]
    most = [int(side / 8 + 0.5) for side in (height, width)]
    down, right = (whole(u[6 + k], 2 * m + 1) - m for k, m in enumerate(most))
    padded = F.pad(x, (most[1], most[1], most[0], most[0]))
    moved = [padded[n, :, most[0] - i:most[0] - i + height, most[1] - j:most[1] - j + width]
             for n, (i, j) in enumerate(zip(down.tolist(), right.tolist()))]
    return torch.stack(moved)


def cutout(x, u):
    mask = torch.ones(len(x), 1, *x.shape[2:], dtype=x.dtype)
    for n in range(len(x)):
        hole = []
        for k, side in enumerate(x.shape[2:]):
            size = int(side / 2 + 0.5)
            first = int(whole(u[8 + k, n], side + 1 - size % 2)) - size // 2
            hole.append(slice(max(0, first), first + size))
        mask[n, 0, hole[0], hole[1]] = 0
    return x * mask


def augmented(x, u, policy, probability=1.0):
    """Images [n, channels, height, width] after the transforms of `policy`, names with commas between."""
    names = TRANSFORMS if policy == "diffaugment" else () if policy == "none" else policy.split(",")
    for k, (name, transform) in enumerate(zip(TRANSFORMS, (color, translation, cutout))):
        if name in names:
            applied = (u[k].double() < probability).view(-1, 1, 1, 1)
            x = torch.where(applied, transform(x, u), x)
    return x


def packed(x, count, training):
    """Neighbours of a batch over the channels; in inference each sample with those that follow it, cyclically."""
    if count == 1:
        return x
    if training:
        return x.unflatten(0, (-1, count)).flatten(1, 2)
    return torch.cat([x.roll(-k, 0) for k in range(count)], 1)


class MinibatchStdDev(nn.Module):
    """One more channel: the standard deviation over a group of neighbours, averaged over all activations."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        size = next(s for s in range(min(self.size, len(x)), 0, -1) if len(x) % s == 0)
        groups = x.unflatten(0, (-1, size))
        deviation = ((groups - groups.mean(1, keepdim=True)).square().mean(1) + 1e-8).sqrt()
        channel = deviation.mean((1, 2, 3)).repeat_interleave(size).view(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])
        return torch.cat([x, channel], 1)


def minibatch_layer(settings):
    size = settings["discriminator.minibatchStdDev"]
    return MinibatchStdDev(size) if size else None
