"""Formulas of what goes into golden files, and how they are written; `make-golden` describes both."""
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parent.parent


def uniform(seed, shape):
    """u(seed, i) for i = 0 …, float32 in [0, 1)."""
    count = int(np.prod(shape))
    h = np.arange(count, dtype=np.uint32) + np.uint32(0x9E3779B9 * seed & 0xFFFFFFFF)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return torch.from_numpy((h >> np.uint32(8)).astype(np.float32) * np.float32(2.0 ** -24)).reshape(tuple(shape))


def symmetric(seed, shape):
    return 2 * uniform(seed, shape) - 1


def dropout_mask(seed, shape, keep):
    keep = torch.tensor(keep, dtype=torch.float32)
    return (uniform(seed, shape) < keep).float() / keep


def sampled(x, limit=1024):
    """`limit` entries of x, flat and in float64, or all of fewer."""
    flat = x.detach().contiguous().flatten().double()
    if len(flat) > limit:
        flat = flat[torch.arange(limit, dtype=torch.int64) * len(flat) // limit]
    return flat.clone()


def relative(found, reference, keys):
    difference = torch.cat([found[key] - reference[key] for key in keys])
    return (difference.norm() / torch.cat([reference[key] for key in keys]).norm()).item()


def save(path, tensors, metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, {"torch": torch.__version__, **metadata})
    print(f"{path.relative_to(ROOT)}: {len(tensors)} tensors, {path.stat().st_size / 1000:.0f} kB")
