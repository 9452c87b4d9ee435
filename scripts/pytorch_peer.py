"""Times training steps of the image presets in PyTorch on the CPU: what `scripts/bench` compares Ganglion with.

    python3 -m venv torch-env
    torch-env/bin/pip install --index-url https://download.pytorch.org/whl/cpu torch==2.13.0
    torch-env/bin/pip install numpy
    torch-env/bin/python scripts/pytorch_peer.py --preset dcgan-28 --batch 128 [--threads 1] [--channels-last]

Several processes (DistributedDataParallel over gloo), `--batch` in each:

    OMP_NUM_THREADS=1 torch-env/bin/python -m torch.distributed.run --nproc-per-node 2 scripts/pytorch_peer.py \\
        --preset mlp-28 --batch 64

A step is what `ganglion bench` times: one update of the discriminator and one of the generator with the non-saturating
loss and Adam, on data in memory, both losses read back. Fakes are made once a step; the discriminator's update takes
them detached, the generator's differentiates through them. Prints one JSON line: median and minimum seconds of a step,
images per second over all processes, and the most memory that a process held.
"""
import argparse
import json
import os
import resource
import statistics
import time

import torch
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from pytorch_networks import PRESETS, Masks

WARM_UP = 5


class OwnDropout(Masks):
    """Dropout as PyTorch does it by itself, in the place of given masks."""

    def apply(self, x, keep, channels=False):
        return F.dropout2d(x, 1 - keep) if channels else F.dropout(x, 1 - keep)


class Training:
    def __init__(self, preset, batch, channels_last, world):
        self.batch, self.channels_last = batch, channels_last
        networks = PRESETS[preset].networks(OwnDropout())
        self.parameter_counts = [sum(parameter.numel() for parameter in network.parameters()) for network in networks]
        if channels_last:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        if world > 1:
            networks = [DistributedDataParallel(network) for network in networks]
        self.generator, self.discriminator = networks
        adam = dict(lr=PRESETS[preset].learning_rate, betas=PRESETS[preset].betas)
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), **adam)
        self.discriminator_adam = torch.optim.Adam(self.discriminator.parameters(), **adam)
        self.samples = torch.rand(max(1024, batch), *PRESETS[preset].image) * 2 - 1
        self.ones, self.zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def step(self, number):
        """Both losses of step `number`."""
        start = number * self.batch % (len(self.samples) - self.batch + 1)
        real = self.samples[start:start + self.batch]
        if self.channels_last:
            real = real.contiguous(memory_format=torch.channels_last)
        fake = self.generator(torch.randn(self.batch, 100))

        self.discriminator_adam.zero_grad(set_to_none=True)
        on_real = F.binary_cross_entropy_with_logits(self.discriminator(real), self.ones)
        on_fake = F.binary_cross_entropy_with_logits(self.discriminator(fake.detach()), self.zeros)
        discriminator_loss = (on_real + on_fake) / 2
        discriminator_loss.backward()
        self.discriminator_adam.step()

        # The generator's update needs no gradients of the discriminator's weights: PyTorch is not asked for them.
        self.discriminator.requires_grad_(False)
        self.generator_adam.zero_grad(set_to_none=True)
        generator_loss = F.binary_cross_entropy_with_logits(self.discriminator(fake), self.ones)
        generator_loss.backward()
        self.generator_adam.step()
        self.discriminator.requires_grad_(True)
        return discriminator_loss.item(), generator_loss.item()


def peak_memory():
    """The most memory that this process has held at once, bytes: since its program was loaded, where the system tells."""
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    except OSError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=PRESETS, required=True)
    parser.add_argument("--batch", type=int, default=128, help="samples of a step in each process")
    parser.add_argument("--threads", type=int, default=1, help="PyTorch's threads in each process")
    parser.add_argument("--steps", type=int, default=30, help=f"steps that are timed, after {WARM_UP} that are not")
    parser.add_argument("--channels-last", action="store_true", help="NHWC in memory")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if world > 1:
        torch.distributed.init_process_group("gloo")
    training = Training(args.preset, args.batch, args.channels_last, world)
    seconds = []
    for number in range(WARM_UP + args.steps):
        start = time.perf_counter()
        training.step(number)
        seconds.append(time.perf_counter() - start)
    seconds = sorted(seconds[WARM_UP:])
    peak = torch.tensor(peak_memory())
    if world > 1:
        torch.distributed.all_reduce(peak, torch.distributed.ReduceOp.MAX)
    if rank == 0:
        median = statistics.median_high(seconds)
        print(json.dumps({
            "peer": f"pytorch {torch.__version__}", "preset": args.preset, "batch": args.batch, "world": world,
            "threads": args.threads, "channels_last": args.channels_last, "median_s": round(median, 6),
            "min_s": round(seconds[0], 6), "images_per_s": round(world * args.batch / median, 1),
            "peak_rss_mb": round(peak.item() / 1e6, 1),
            "generator_parameters": training.parameter_counts[0],
            "discriminator_parameters": training.parameter_counts[1]}), flush=True)
    if world > 1:
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
