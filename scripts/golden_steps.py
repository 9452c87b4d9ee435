"""Tests/AdversarialTests/Golden/NAME.safetensors, NAME as in `TASKS`: three whole steps of the families.

`shards` shards of `shardBatch` samples, alternating order, one discriminator's round a step. Step t:
    fakes = G(z, fakeLabels), G in training mode, once; batch norm over a shard alone;
    the discriminator's round: the pass over the real samples (with realLabels), then over the fakes (with fakeLabels);
        d = loss(real, fake) + γ·½E‖∇D(x)‖² + γ₂·½E‖∇D(G(z))‖², γ = loss.r1, γ₂ = loss.r2; Adam on D with the mean over the
        shards; then one power iteration of D's spectral norms;
    the generator's round, with the same latents, labels and real samples: through the updated D, a pass over the real
        samples first where the loss is relativistic, then over the fakes; Adam on G; one power iteration of G's.
    Spectral norm: passes read u and v, never change them. Running statistics: for each pass, in this order (D's real, D's
    fake, G's; in the generator's round D's real if there is, then fake), running ← running + 0.1 · (mean over the shards
    of the batch's mean or unbiased variance − running). They begin at 0 and 1.
    Losses are as golden_losses.py says. Adam as torch.optim.Adam with the metadata's learningRate, beta1, beta2, epsilon.
    (epsilon is not 1e-8: in front of a batch norm a bias has the gradient 0, and rounding must not decide its steps.)

What goes in, by the formulas of make-golden (s(seed, i), float32, in PyTorch's order):
    parameters      offset + factor · s(seed, i), each operation rounded to float32; all three are in the metadata
    `initial/discriminator.X.parametrizations.weight.0._u`, `._v`    F32, after 15 power iterations (G's alike)
    latents [shardBatch, latentSize] of step t, shard k: seed S + 300 + 10·t + k, factor 1.7; S the metadata's `seed`
    real samples [shardBatch, channels, height, width] of step t, shard k: seed S + 400 + 10·t + k, factor 1
    uniform numbers [10, shardBatch] of the augmentation (pytorch_augmentation.py) of step t, shard k, pass p: u(seed, i) with
        seed S + 800 + 16·t + 8·k + p; p is 0 and 1 for the real samples and the fakes of the discriminator's round, 5 and 2
        for those of the generator's. R1 and R2 are taken by the samples before augmentation.
    `labels/real`, `labels/fake`    F32 [steps + 1, shards, shardBatch], in conditional tasks

What is stored, F64; tensors of more than 128 entries sampled: those at floor(j · n / 128), j = 0 … 127. Over the batch:
the samples of shard 0, then those of shard 1.
    stepT/fakes, stepT/realLogits, stepT/fakeLogits, stepT/generatorFakeLogits, stepT/generatorRealLogits (relativistic)
    stepT/gradient/NETWORK.NAME     means over the shards: what Adam gets
    stepT/parameter/NETWORK.NAME    after the step
    stepT/buffer/NETWORK.NAME       running_mean, running_var, _u, _v after the step
    metrics/KEY                     [steps]: discriminatorLoss (with the penalties), generatorLoss, valueFunction, realLogit,
                                    fakeLogit, realProbability, fakeProbability, difference (E (D(x) − D(G(z)))), r1, r2
                                    (½E‖∇‖², without γ), discriminatorGradientNorm, generatorGradientNorm; of D's round,
                                    means over all samples
    evaluation/images, evaluation/logits    in inference mode after the last step: G of the latents and fake labels, D of the
                                    real samples and labels, of step `steps`, shard 0
Metadata: settings (JSON, keys of config.yaml, and `classes`), loss (JSON: kind, relativistic, r1, r2), adam (JSON), steps,
    shards, shardBatch, parameters (JSON: {NETWORK: [{name, shape, seed, offset, factor}]}), augmentation (the policy),
    augmentationProbability, and float32_error_largest
    (JSON): the largest error of several equally right runs of PyTorch in float32, to compare with:
        {NETWORK}_{gradient, parameters, running, spectral}: [steps], norm-relative over all tensors of the step
        (`running`: running statistics; `spectral`: u and v; absent without them)
        fakes: [steps], norm-relative; logits: [steps], norm-relative over all passes
        metrics: {KEY: [steps]}, relative; evaluation_images, evaluation_logits: norm-relative
    none below 2⁻²², and none falls from one step to the next.
"""
import json
from dataclasses import dataclass

import numpy as np
import torch

import pytorch_layers as layers
from golden_files import ROOT, relative, sampled, save, symmetric, uniform
from pytorch_augmentation import UNIFORMS, augmented
from pytorch_losses import loss_functions, squared_gradient_norm
from pytorch_networks import image_size, networks as build, resolved

GOLDEN = ROOT / "Tests/AdversarialTests/Golden"
STEPS, SHARDS, SHARD_BATCH, SAMPLED = 3, 2, 3, 128
ADAM = {"learningRate": 2e-3, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-4}
RESOLUTION = 2.0 ** -22


@dataclass(frozen=True)
class Task:
    settings: dict
    loss: str
    relativistic: bool = False
    r1: float = 0
    r2: float = 0
    policy: str = "none"  # augmentation.policy
    probability: float = 1
    shard_batch: int = SHARD_BATCH
    orders: tuple = ((2, 1, 0), (0, 2, 1), (1, 0, 2))  # of a shard's samples, equally right; each its own inverse
    seed: int = 0  # S: one whose activations keep away from the corner of ReLU, which rounding might cross


WIDTHS = {"generator.latentSize": 16, "generator.width": 8, "discriminator.width": 8}
TASKS = {
    "resnet-conditional": Task(
        {"architecture": "resnet", "resnet.block": "basic", "image.size": "32", "image.channels": 3, "classes": 4,
         "generator.norm": "batch", "generator.conditioning": "norm", "discriminator.norm": "spectral"} | WIDTHS,
        "hinge", seed=77000),
    "resnet-relativistic": Task(
        {"architecture": "resnet", "resnet.block": "bottleneck", "resnet.blocks": 2, "resnet.groupWidth": 8,
         "resnet.upsampling": "bilinear", "image.size": "16", "generator.norm": "none", "discriminator.norm": "none"}
        | WIDTHS,
        "non-saturating", relativistic=True, r1=0.5, r2=0.5, seed=4000),
    "dcgan-conditional": Task(
        {"architecture": "dcgan", "dcgan.ends": "linear", "image.size": "32", "image.channels": 3, "classes": 4,
         "generator.norm": "batch", "generator.conditioning": "embedding", "discriminator.norm": "layer"} | WIDTHS,
        "non-saturating"),
    "dcgan-relativistic": Task(
        {"architecture": "dcgan", "dcgan.ends": "convolutional", "image.size": "24x16", "generator.norm": "spectral",
         "discriminator.norm": "batch"} | WIDTHS,
        "least-squares", relativistic=True, r1=0.5, r2=0.002, seed=5000),
    "dcgan-augmented": Task(
        {"architecture": "dcgan", "dcgan.ends": "linear", "image.size": "16", "image.channels": 3, "generator.norm": "batch",
         "discriminator.norm": "none"} | WIDTHS,
        "non-saturating", r1=0.5, policy="diffaugment", seed=6000),
    "dcgan-packed": Task(
        {"architecture": "dcgan", "dcgan.ends": "convolutional", "image.size": "16", "image.channels": 3,
         "generator.norm": "batch", "discriminator.norm": "none", "discriminator.packing": 2,
         "discriminator.minibatchStdDev": 2} | WIDTHS,
        "hinge", r1=0.5, policy="color,translation", probability=0.7, shard_batch=4,
        orders=((2, 3, 0, 1),), seed=7000),
    "resnet-augmented": Task(
        {"architecture": "resnet", "resnet.block": "bottleneck", "resnet.groupWidth": 8, "image.size": "16",
         "image.channels": 3, "generator.norm": "none", "discriminator.norm": "none", "discriminator.minibatchStdDev": 4}
        | WIDTHS,
        "non-saturating", relativistic=True, r1=0.5, r2=0.5, policy="diffaugment", shard_batch=4,
        orders=((3, 2, 1, 0), (1, 0, 3, 2)), seed=8300),
}


def initial_values(network, first_seed):
    """[{name, shape, seed, offset, factor}] of a network's parameters."""
    norms = {name for name, module in network.named_modules() if isinstance(module, layers.AFFINE_NORMS)}
    found = []
    for k, (name, parameter) in enumerate(network.named_parameters()):
        is_norm, is_weight = name.rpartition(".")[0] in norms, not name.endswith("bias")
        if name.endswith(("gain.weight", "shift.weight")):
            offset, factor = float(name.endswith("gain.weight")), 0.3
        elif is_norm or not is_weight:
            offset, factor = float(is_norm and is_weight), 0.1
        else:
            offset, factor = 0.0, 1.7 / np.sqrt(layers.fan_in(parameter))
        found.append({"name": name, "shape": list(parameter.shape), "seed": first_seed + k, "offset": offset,
                      "factor": float(np.float32(factor))})
    return found


@torch.no_grad()
def fill(network, values):
    for parameter, value in zip(network.parameters(), values):
        product = np.float32(value["factor"]) * symmetric(value["seed"], parameter.shape)
        parameter.copy_(np.float32(value["offset"]) + product)


class BatchStatistics:
    """Takes the batch norms' running statistics out of PyTorch's hands: one update for a pass over all shards."""

    def __init__(self, network):
        self.norms = [m for m in network.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
        self.found = [[] for _ in self.norms]
        for norm, found in zip(self.norms, self.found):
            norm.momentum = 0.0
            norm.register_forward_pre_hook(lambda _, arguments, found=found: found.append(self.of(arguments[0])))

    @staticmethod
    def of(x):
        axes = [axis for axis in range(x.dim()) if axis != 1]
        return x.detach().mean(axes), x.detach().var(axes, unbiased=True)

    def begin(self):
        for found in self.found:
            found.clear()

    @torch.no_grad()
    def update(self, shards, pass_number=0, passes=1):
        """After passes that alternated over shards: those of number `pass_number` of `passes` in each shard."""
        for norm, found in zip(self.norms, self.found):
            assert len(found) == shards * passes
            for running, values in zip((norm.running_mean, norm.running_var), zip(*found[pass_number::passes])):
                running += 0.1 * (torch.stack(values).mean(0) - running)


class Training:
    def __init__(self, task, dtype, channels_last=False, order=None):
        self.task, self.dtype, self.channels_last = task, dtype, channels_last
        self.order = list(order or range(task.shard_batch))
        self.networks = dict(zip(("generator", "discriminator"), build(task.settings)))
        self.values, self.initial = {}, {}
        for (name, network), first in zip(self.networks.items(), (100, 200)):
            self.values[name] = initial_values(network, task.seed + first)
            fill(network, self.values[name])
            self.start_spectral_norms(name, network)
            network.to(dtype).train()
            if channels_last:
                network.to(memory_format=torch.channels_last)
            layers.freeze_spectral_norms(network)
        self.statistics = {name: BatchStatistics(network) for name, network in self.networks.items()}
        self.adams = {name: torch.optim.Adam(
            network.parameters(), ADAM["learningRate"], (ADAM["beta1"], ADAM["beta2"]), ADAM["epsilon"])
            for name, network in self.networks.items()}
        self.discriminator_loss, self.generator_loss = loss_functions(task.loss, task.relativistic)
        classes = task.settings.get("classes", 0)
        shape = (STEPS + 1, SHARDS, task.shard_batch)
        self.labels = {
            key: torch.floor(classes * uniform(task.seed + k, shape)) for k, key in enumerate(("real", "fake"))}
        self.is_conditional = classes > 0

    def start_spectral_norms(self, name, network):
        """u and v after 15 iterations in float64 from a start by formula, rounded to float32."""
        network.double()
        first = self.task.seed + 600
        for k, (layer, parametrization, _) in enumerate(layers.spectral_norms(network)):
            for buffer, seed in ((parametrization._u, first + 2 * k), (parametrization._v, first + 2 * k + 1)):
                buffer.copy_(torch.nn.functional.normalize(symmetric(seed, buffer.shape).double(), dim=0))
        layers.iterate_spectral_norms(network, 15)
        for _, parametrization, _ in layers.spectral_norms(network):
            for buffer in (parametrization._u, parametrization._v):
                buffer.copy_(buffer.float())
        self.initial |= {f"initial/{name}.{key}": value.float() for key, value in network.named_buffers()
                         if key.endswith(("_u", "_v"))}

    def take(self, x):
        x = x.to(self.dtype)[self.order]
        return x.contiguous(memory_format=torch.channels_last) if self.channels_last and x.dim() == 4 else x

    def latents(self, step, shard):
        shape = (self.task.shard_batch, self.task.settings["generator.latentSize"])
        return self.take(np.float32(1.7) * symmetric(self.task.seed + 300 + 10 * step + shard, shape))

    def real(self, step, shard):
        settings = resolved(self.task.settings)
        image = (settings["image.channels"], *image_size(settings["image.size"]))
        return self.take(symmetric(self.task.seed + 400 + 10 * step + shard, (self.task.shard_batch, *image)))

    def seen(self, x, step, shard, number):
        """What the discriminator sees of samples in pass `number`."""
        u = uniform(self.task.seed + 800 + 16 * step + 8 * shard + number, (UNIFORMS, self.task.shard_batch))
        return augmented(x, u[:, self.order], self.task.policy, self.task.probability)

    def labels_of(self, kind, step, shard):
        return self.labels[kind][step, shard].long()[self.order] if self.is_conditional else None

    def passes(self, step, shard, fake, of_generator):
        """(real outputs, fake outputs, real samples, fake samples); no real ones in the generator's round of a loss of fakes."""
        discriminator = lambda x, labels, number: self.networks["discriminator"](
            self.seen(x, step, shard, number), labels)
        real = outputs = None
        if not of_generator or self.task.relativistic:
            real = self.real(step, shard).requires_grad_()
            outputs = discriminator(real, self.labels_of("real", step, shard), 5 if of_generator else 0)
        samples = fake if of_generator else fake.detach().requires_grad_()
        return outputs, discriminator(samples, self.labels_of("fake", step, shard), 2 if of_generator else 1), real, samples

    def update(self, name, loss):
        self.adams[name].zero_grad()
        loss.backward(inputs=list(self.networks[name].parameters()))
        gradients = {f"gradient/{name}.{key}": sampled(p.grad, SAMPLED)
                     for key, p in self.networks[name].named_parameters()}
        norm = torch.sqrt(sum(p.grad.square().sum() for p in self.networks[name].parameters()))
        self.adams[name].step()
        layers.iterate_spectral_norms(self.networks[name])
        return gradients, norm

    def step(self, step):
        task, found, metrics = self.task, {}, {}
        for statistics in self.statistics.values():
            statistics.begin()
        fakes = [self.networks["generator"](self.latents(step, k), self.labels_of("fake", step, k)) for k in range(SHARDS)]

        shards = [self.passes(step, k, fakes[k], of_generator=False) for k in range(SHARDS)]
        mean = lambda values: torch.stack(list(values)).mean()
        metrics["r1"] = mean(squared_gradient_norm(r, x) for r, _, x, _ in shards)
        metrics["r2"] = mean(squared_gradient_norm(f, x) for _, f, _, x in shards)
        loss = mean(self.discriminator_loss(r, f) for r, f, _, _ in shards)
        loss = loss + (task.r1 * metrics["r1"] if task.r1 else 0) + (task.r2 * metrics["r2"] if task.r2 else 0)
        real, fake = (torch.cat([self.back(shard[index]) for shard in shards]) for index in (0, 1))
        found |= {"fakes": torch.cat([self.back(x) for x in fakes]), "realLogits": real, "fakeLogits": fake}
        metrics |= {
            "discriminatorLoss": loss, "realLogit": real.mean(), "fakeLogit": fake.mean(),
            "realProbability": real.sigmoid().mean(), "fakeProbability": fake.sigmoid().mean(),
            "valueFunction": torch.nn.functional.logsigmoid(real).mean() + torch.nn.functional.logsigmoid(-fake).mean(),
            "difference": (real - fake).mean()}
        gradients, metrics["discriminatorGradientNorm"] = self.update("discriminator", loss)
        found |= gradients
        statistics = self.statistics["discriminator"]
        statistics.update(SHARDS, 0, 2)
        statistics.update(SHARDS, 1, 2)

        statistics.begin()
        shards = [self.passes(step, k, fakes[k], of_generator=True) for k in range(SHARDS)]
        loss = mean(self.generator_loss(r, f) for r, f, _, _ in shards)
        metrics["generatorLoss"] = loss
        found["generatorFakeLogits"] = torch.cat([self.back(f) for _, f, _, _ in shards])
        if task.relativistic:
            found["generatorRealLogits"] = torch.cat([self.back(r) for r, _, _, _ in shards])
        gradients, metrics["generatorGradientNorm"] = self.update("generator", loss)
        found |= gradients
        number = 2 if task.relativistic else 1
        for index in range(number):
            statistics.update(SHARDS, index, number)
        self.statistics["generator"].update(SHARDS)  # not before: its backward pass reads the buffers' versions
        for name, network in self.networks.items():
            found |= {f"parameter/{name}.{key}": value for key, value in network.named_parameters()}
            found |= {f"buffer/{name}.{key}": value for key, value in network.named_buffers()
                      if not key.endswith("num_batches_tracked")}
        return ({f"step{step}/{key}": sampled(value, SAMPLED) for key, value in found.items()},
                {key: value.item() for key, value in metrics.items()})

    def back(self, x):
        """The samples, or the decisions on packs of them, in the file's order: `order` is its own inverse."""
        size = len(self.order) // len(x)
        return x[[place // size for place in self.order[::size]]]

    def run(self):
        tensors, metrics = {}, []
        for step in range(STEPS):
            found, numbers = self.step(step)
            tensors |= found
            metrics.append(numbers)
        for key in metrics[0]:
            tensors[f"metrics/{key}"] = torch.tensor([numbers[key] for numbers in metrics], dtype=torch.float64)
        for network in self.networks.values():
            network.eval()
        with torch.no_grad():
            images = self.networks["generator"](self.latents(STEPS, 0), self.labels_of("fake", STEPS, 0))
            logits = self.networks["discriminator"](self.real(STEPS, 0), self.labels_of("real", STEPS, 0))
        return tensors | {"evaluation/images": sampled(self.back(images), SAMPLED),
                          "evaluation/logits": sampled(self.back(logits), SAMPLED)}


def errors(found, reference):
    """A run's errors, by the names of the metadata."""
    result = {}

    def add(label, prefixes, ends=("",)):
        def error(step):
            keys = [key for key in reference
                    if key.startswith(tuple(f"step{step}/{prefix}" for prefix in prefixes)) and key.endswith(ends)]
            return relative(found, reference, keys) if keys else None
        steps = [error(step) for step in range(STEPS)]
        if steps[0] is not None:
            result[label] = steps

    for name in ("generator", "discriminator"):
        add(f"{name}_gradient", [f"gradient/{name}."])
        add(f"{name}_parameters", [f"parameter/{name}."])
        add(f"{name}_running", [f"buffer/{name}."], ("running_mean", "running_var"))
        add(f"{name}_spectral", [f"buffer/{name}."], ("_u", "_v"))
    add("fakes", ["fakes"])
    add("logits", ["realLogits", "fakeLogits", "generatorFakeLogits", "generatorRealLogits"])
    result["metrics"] = {key.partition("/")[2]: ((found[key] - value).abs() / value.abs()).tolist()
                         for key, value in reference.items() if key.startswith("metrics/")}
    for key in ("evaluation/images", "evaluation/logits"):
        result[key.replace("/", "_")] = relative(found, reference, [key])
    return result


def largest(values):
    """The largest of several errors, that never falls from one step to the next, nor below the resolution."""
    if isinstance(values[0], dict):
        return {key: largest([value[key] for value in values]) for key in values[0]}
    if isinstance(values[0], list):
        steps = torch.tensor(values, dtype=torch.float64).amax(0).clamp(min=RESOLUTION)
        return steps.cummax(0).values.tolist()
    return max(RESOLUTION, *values)


def make_steps(name):
    task = TASKS[name]
    exact = Training(task, torch.float64)
    reference = exact.run()
    single = lambda **how: errors(Training(task, torch.float32, **how).run(), reference)
    runs = [single(), single(channels_last=True)] + [single(order=order) for order in task.orders]
    tensors = exact.initial | reference
    if exact.is_conditional:
        tensors |= {f"labels/{key}": value for key, value in exact.labels.items()}
    loss = {"kind": task.loss, "relativistic": task.relativistic, "r1": task.r1, "r2": task.r2}
    save(GOLDEN / f"{name}.safetensors", tensors, {
        "settings": json.dumps(resolved(task.settings)), "loss": json.dumps(loss), "adam": json.dumps(ADAM),
        "steps": str(STEPS), "shards": str(SHARDS), "shardBatch": str(task.shard_batch), "seed": str(task.seed),
        "parameters": json.dumps(exact.values), "augmentation": task.policy, "augmentationProbability": str(task.probability),
        "float32_error_largest": json.dumps(largest(runs))})
    for run in runs:
        print("  " + ", ".join(f"{key} {value[-1]:.1e}" for key, value in run.items() if isinstance(value, list)))
    for key, value in tensors.items():
        if key.startswith("metrics/"):
            print(f"  {key}: {value.tolist()}")
