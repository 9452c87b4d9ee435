"""Tests/AdversarialTests/Golden/augmentation.safetensors: DiffAugment's transforms with given draws.

Metadata key `cases`: JSON, a list of {"name", "policy", "probability", "shape": [n, channels, height, width]}. Inputs by the
formulas of make-golden, case k: x: seed 9000 + 10·k, 2·u − 1; uniforms [10, n] (pytorch_augmentation.py): seed 9001 + 10·k;
upstream w: 9002 + 10·k; direction v: 9003 + 10·k (2·u − 1 both). F64, computed in float64, in PyTorch's order; of more
than 200 entries those at floor(j · n / 200), j = 0 … 199:

    CASE/y          T(x)
    CASE/dx         gradient of Σ w·T(x) by x
    CASE/penalty    ½‖∂ Σ w·tanh(T(x)) / ∂x‖², and CASE/penalty/dx its gradient: the second order that R1 needs
"""
import json

import torch

from golden_files import ROOT, sampled, save, symmetric, uniform
from pytorch_augmentation import UNIFORMS, augmented

GOLDEN = ROOT / "Tests/AdversarialTests/Golden"
SAMPLED = 200
CASES = [
    ("color", "color", 1, (4, 3, 8, 6)), ("color-gray", "color", 1, (4, 1, 8, 6)),
    ("translation", "translation", 1, (6, 2, 28, 20)), ("cutout", "cutout", 1, (6, 2, 13, 8)),
    ("cutout-odd", "cutout", 1, (6, 1, 14, 7)), ("all", "diffaugment", 1, (4, 3, 16, 12)),
    ("all-with-probability", "diffaugment", 0.6, (8, 3, 8, 8)), ("never", "diffaugment", 0, (3, 3, 8, 8)),
]


def make_augmentation():
    tensors, cases = {}, []
    for number, (name, policy, probability, shape) in enumerate(CASES):
        seed = 9000 + 10 * number
        x = symmetric(seed, shape).double().requires_grad_()
        u, w = uniform(seed + 1, (UNIFORMS, shape[0])), symmetric(seed + 2, shape).double()
        y = augmented(x, u, policy, probability)
        dx, = torch.autograd.grad((w * y).sum(), x, retain_graph=True)
        slope, = torch.autograd.grad((w * y.tanh()).sum(), x, create_graph=True)
        penalty = slope.square().sum() / 2
        second, = torch.autograd.grad(penalty, x)
        tensors |= {f"{name}/{key}": sampled(value, SAMPLED) for key, value in (
            ("y", y), ("dx", dx), ("penalty", penalty.reshape(1)), ("penalty/dx", second))}
        cases.append({"name": name, "policy": policy, "probability": probability, "shape": list(shape)})
    save(GOLDEN / "augmentation.safetensors", tensors, {"cases": json.dumps(cases)})
