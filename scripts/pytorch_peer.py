"""Times training steps of Ganglion's presets in PyTorch on the CPU: what `scripts/bench` compares Ganglion with.

    python3 -m venv torch-env
    torch-env/bin/pip install --index-url https://download.pytorch.org/whl/cpu torch==2.13.0
    torch-env/bin/pip install numpy
    torch-env/bin/python scripts/pytorch_peer.py --preset dcgan-28 --batch 128 [--threads 1] [--channels-last]

Anything else that Ganglion trains, by its configuration, or by some of its keys:

    ganglion config show --preset sngan-32 > sngan.yaml
    torch-env/bin/python scripts/pytorch_peer.py --config sngan.yaml --batch 64
    torch-env/bin/python scripts/pytorch_peer.py --settings \'{"architecture": "resnet", "image.size": "32"}\' --batch 64

Several processes (DistributedDataParallel over gloo), `--batch` in each:

    OMP_NUM_THREADS=1 torch-env/bin/python -m torch.distributed.run --nproc-per-node 2 scripts/pytorch_peer.py \\
        --preset mlp-28 --batch 64

A step is what `ganglion bench` times: one update of the discriminator and one of the generator with the configuration's
loss, penalties and Adam, on data in memory, both losses read back. Fakes are made once a step; the discriminator's update
takes them detached, the generator's differentiates through them. Spectral norms make their power iterations once an update.
Prints one JSON line: median and minimum seconds of a step, images per second over all processes, and the most memory that a
process held.
"""
import argparse
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

import pytorch_layers as layers
from pytorch_config import network_settings
from pytorch_losses import loss_functions, squared_gradient_norm
from pytorch_networks import PRESETS, Masks, image_size, networks as build_networks, resolved
from run_configuration import read_configuration

WARM_UP = 5


class OwnDropout(Masks):
    """Dropout as PyTorch does it by itself, in the place of given masks."""

    def apply(self, x, keep, channels=False):
        return F.dropout2d(x, 1 - keep) if channels else F.dropout(x, 1 - keep)


def preset_configuration(name):
    preset = PRESETS[name]
    adam = {"learningRate": preset.learning_rate, "beta1": preset.betas[0], "beta2": preset.betas[1]}
    return preset.settings | {
        f"{network}.optimizer.{key}": value for network in ("generator", "discriminator") for key, value in adam.items()}


class Training:
    """Whole steps by a configuration: keys and values, as text or numbers."""

    def __init__(self, configuration, batch, channels_last, world):
        text = {key: str(value) for key, value in configuration.items()}
        self.refuse_others(text)
        self.settings = resolved(network_settings(text))
        if "classes" in configuration and "conditional" not in configuration:
            self.settings["classes"] = int(configuration["classes"])
        if text.get("conditional") == "true" and self.settings["classes"] == 0:
            raise ValueError("classes: expected their number for a conditional model, as the timed data have none of their own")
        self.batch, self.channels_last = batch, channels_last
        networks = build_networks(self.settings, OwnDropout())
        self.parameter_counts = [sum(parameter.numel() for parameter in network.parameters()) for network in networks]
        if channels_last:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        self.plain_networks = [layers.freeze_spectral_norms(network.train()) for network in networks]
        if world > 1:
            networks = [DistributedDataParallel(network) for network in networks]
        self.generator, self.discriminator = networks
        self.generator_adam, self.discriminator_adam = (
            self.adam(network, text, name) for name, network in zip(("generator", "discriminator"), networks))
        self.discriminator_loss, self.generator_loss = loss_functions(
            text.get("loss.kind", "non-saturating"), text.get("loss.relativistic") == "true")
        self.is_relativistic = text.get("loss.relativistic") == "true"
        self.r1, self.r2 = (float(text.get(f"loss.{key}", 0)) for key in ("r1", "r2"))
        self.iterations = int(text.get("spectralNorm.iterations", 1))
        image = (self.settings["image.channels"], *image_size(self.settings["image.size"]))
        self.samples = torch.rand(max(1024, batch), *image) * 2 - 1
        classes = self.settings["classes"]
        self.labels = torch.randint(classes, (len(self.samples),)) if classes else None

    @staticmethod
    def refuse_others(configuration):
        """A step of another kind would not be the same work."""
        for key, only in (("updateOrder", "alternating"), ("schedule", "alternating"), ("discriminatorSteps", "1")):
            if configuration.get(key, only) != only:
                raise ValueError(f"{key}: expected {only}, got {configuration[key]}")
        for key in ("loss.gradientPenalty", "generator.optimizer.clipNorm", "discriminator.optimizer.clipNorm"):
            if float(configuration.get(key, 0)) != 0:
                raise ValueError(f"{key}: expected 0, got {configuration[key]}")

    @staticmethod
    def adam(network, configuration, name):
        number = lambda key, default: float(configuration.get(f"{name}.optimizer.{key}", default))
        return torch.optim.Adam(
            network.parameters(), number("learningRate", 2e-4), (number("beta1", 0.5), number("beta2", 0.999)),
            number("epsilon", 1e-8))

    def update(self, optimizer, loss, network):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        layers.iterate_spectral_norms(network, self.iterations)

    def step(self, number):
        """Both losses of step `number`."""
        start = number * self.batch % (len(self.samples) - self.batch + 1)
        real = self.samples[start:start + self.batch]
        labels = fake_labels = ()
        if self.labels is not None:
            labels = (self.labels[start:start + self.batch],)
            fake_labels = (torch.randint(self.settings["classes"], (self.batch,)),)
        if self.channels_last:
            real = real.contiguous(memory_format=torch.channels_last)
        fake = self.generator(torch.randn(self.batch, self.settings["generator.latentSize"]), *fake_labels)

        real, fixed = real.detach().requires_grad_(self.r1 > 0), fake.detach().requires_grad_(self.r2 > 0)
        on_real, on_fake = self.discriminator(real, *labels), self.discriminator(fixed, *fake_labels)
        discriminator_loss = self.discriminator_loss(on_real, on_fake)
        if self.r1 > 0:
            discriminator_loss = discriminator_loss + self.r1 * squared_gradient_norm(on_real, real)
        if self.r2 > 0:
            discriminator_loss = discriminator_loss + self.r2 * squared_gradient_norm(on_fake, fixed)
        self.update(self.discriminator_adam, discriminator_loss, self.plain_networks[1])

        # The generator's update needs no gradients of the discriminator's weights: PyTorch is not asked for them.
        self.discriminator.requires_grad_(False)
        on_real = None
        if self.is_relativistic:
            with torch.no_grad():
                on_real = self.discriminator(real, *labels)
        generator_loss = self.generator_loss(on_real, self.discriminator(fake, *fake_labels))
        self.update(self.generator_adam, generator_loss, self.plain_networks[0])
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
    parser.add_argument("--preset", choices=PRESETS)
    parser.add_argument("--config", help="a configuration, as `ganglion config show` prints it")
    parser.add_argument("--settings", help="keys of a configuration and their values, as JSON; they go before --config's")
    parser.add_argument("--batch", type=int, default=128, help="samples of a step in each process")
    parser.add_argument("--threads", type=int, default=1, help="PyTorch's threads in each process")
    parser.add_argument("--steps", type=int, default=30, help=f"steps that are timed, after {WARM_UP} that are not")
    parser.add_argument("--channels-last", action="store_true", help="NHWC in memory")
    args = parser.parse_args()

    if not (args.preset or args.config or args.settings):
        parser.error("expected --preset, --config or --settings")

    configuration = preset_configuration(args.preset) if args.preset else {}
    configuration |= read_configuration(Path(args.config).read_text()) if args.config else {}
    configuration |= json.loads(args.settings) if args.settings else {}
    name = args.preset or configuration.get("preset") or configuration["architecture"]
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if world > 1:
        torch.distributed.init_process_group("gloo")
    try:
        training = Training(configuration, args.batch, args.channels_last, world)
    except (ValueError, KeyError) as error:
        sys.exit(f"pytorch_peer: the configuration cannot be trained: {error}")
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
            "peer": f"pytorch {torch.__version__}", "preset": name, "batch": args.batch, "world": world,
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
