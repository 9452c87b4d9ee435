"""Inception-v3 in PyTorch as the Fréchet inception distance has it: the network of Szegedy et al., "Rethinking the inception
architecture for computer vision", 2016, as it was ported from TensorFlow's release of 2015-12-05, with the names of the
well-known state dict (`Mixed_5b.branch1x1.conv.weight`). It is torchvision's but for pooling inside the blocks: averages
do not count the padding, and the last block takes the maximum.

Input: [n, 3, 299, 299] in [-1, 1]; output: [n, 2048], the mean over the last 8x8 positions.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def mean_pool(x):
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def max_pool(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


class BlockA(nn.Module):
    def __init__(self, inputs, pooled):
        super().__init__()
        self.branch1x1 = Unit(inputs, 64, 1)
        self.branch5x5_1 = Unit(inputs, 48, 1)
        self.branch5x5_2 = Unit(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = Unit(inputs, 64, 1)
        self.branch3x3dbl_2 = Unit(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Unit(96, 96, 3, padding=1)
        self.branch_pool = Unit(inputs, pooled, 1)

    def forward(self, x):
        return torch.cat([
            self.branch1x1(x), self.branch5x5_2(self.branch5x5_1(x)),
            self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))), self.branch_pool(mean_pool(x))], 1)


class BlockB(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3 = Unit(inputs, 384, 3, stride=2)
        self.branch3x3dbl_1 = Unit(inputs, 64, 1)
        self.branch3x3dbl_2 = Unit(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Unit(96, 96, 3, stride=2)

    def forward(self, x):
        return torch.cat([
            self.branch3x3(x), self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))),
            F.max_pool2d(x, 3, stride=2)], 1)


class BlockC(nn.Module):
    def __init__(self, width):
        super().__init__()
        row, column = dict(kernel=(1, 7), padding=(0, 3)), dict(kernel=(7, 1), padding=(3, 0))
        self.branch1x1 = Unit(768, 192, 1)
        self.branch7x7_1 = Unit(768, width, 1)
        self.branch7x7_2 = Unit(width, width, **row)
        self.branch7x7_3 = Unit(width, 192, **column)
        self.branch7x7dbl_1 = Unit(768, width, 1)
        self.branch7x7dbl_2 = Unit(width, width, **column)
        self.branch7x7dbl_3 = Unit(width, width, **row)
        self.branch7x7dbl_4 = Unit(width, width, **column)
        self.branch7x7dbl_5 = Unit(width, 192, **row)
        self.branch_pool = Unit(768, 192, 1)

    def forward(self, x):
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        return torch.cat([
            self.branch1x1(x), self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x))),
            self.branch7x7dbl_5(self.branch7x7dbl_4(double)), self.branch_pool(mean_pool(x))], 1)


class BlockD(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch3x3_1 = Unit(768, 192, 1)
        self.branch3x3_2 = Unit(192, 320, 3, stride=2)
        self.branch7x7x3_1 = Unit(768, 192, 1)
        self.branch7x7x3_2 = Unit(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = Unit(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = Unit(192, 192, 3, stride=2)

    def forward(self, x):
        seven = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        return torch.cat([
            self.branch3x3_2(self.branch3x3_1(x)), self.branch7x7x3_4(seven), F.max_pool2d(x, 3, stride=2)], 1)


class BlockE(nn.Module):
    def __init__(self, inputs, pool):
        super().__init__()
        self.branch1x1 = Unit(inputs, 320, 1)
        self.branch3x3_1 = Unit(inputs, 384, 1)
        self.branch3x3_2a = Unit(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3_2b = Unit(384, 384, (3, 1), padding=(1, 0))
        self.branch3x3dbl_1 = Unit(inputs, 448, 1)
        self.branch3x3dbl_2 = Unit(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = Unit(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3dbl_3b = Unit(384, 384, (3, 1), padding=(1, 0))
        self.branch_pool = Unit(inputs, 192, 1)
        self.pool = pool

    def forward(self, x):
        three, double = self.branch3x3_1(x), self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return torch.cat([
            self.branch1x1(x), self.branch3x3_2a(three), self.branch3x3_2b(three),
            self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double), self.branch_pool(self.pool(x))], 1)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Unit(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = Unit(32, 32, 3)
        self.Conv2d_2b_3x3 = Unit(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Unit(64, 80, 1)
        self.Conv2d_4a_3x3 = Unit(80, 192, 3)
        self.Mixed_5b = BlockA(192, 32)
        self.Mixed_5c = BlockA(256, 64)
        self.Mixed_5d = BlockA(288, 64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b = BlockC(128)
        self.Mixed_6c = BlockC(160)
        self.Mixed_6d = BlockC(160)
        self.Mixed_6e = BlockC(192)
        self.Mixed_7a = BlockD()
        self.Mixed_7b = BlockE(1280, mean_pool)
        self.Mixed_7c = BlockE(2048, max_pool)

    def forward(self, x):
        x = F.max_pool2d(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))), 3, stride=2)
        x = F.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, stride=2)
        for name in ["5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"]:
            x = getattr(self, f"Mixed_{name}")(x)
        return x.mean((2, 3))
