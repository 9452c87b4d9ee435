"""Tests/AdversarialTests/Golden/losses.safetensors: the losses, relativistic ones among them, R1 and R2.

`SET/real`, `SET/fake`: logits [n, 1], SET = plain or wide. `SET/LOSS/discriminator`, `SET/LOSS/generator`: the values [];
`SET/LOSS/discriminator/dreal`, `…/dfake`, `SET/LOSS/generator/dfake`: gradients. LOSS and formulas:

    minimax         d = −(E log D(x) + E log(1 − D(G(z))))             g = E log(1 − D(G(z))),   D = sigmoid(logit)
    non-saturating  d = (−E log D(x) − E log(1 − D(G(z)))) / 2         g = −E log D(G(z))
    least-squares   d = ½ E(D(x) − 1)² + ½ E D(G(z))²                  g = ½ E(D(G(z)) − 1)²,    D = logit
    hinge           d = E max(0, 1 − D(x)) + E max(0, 1 + D(G(z)))     g = −E D(G(z)),           D = logit
    wasserstein     d = E D(G(z)) − E D(x)                             g = −E D(G(z)),           D = logit

For `hinge`, the derivative at the corner is 0.

Relativistic (Jolicoeur-Martineau, 2018), each real logit with the fake one of the same place; LOSS = non-saturating,
least-squares or hinge, f(t) = softplus(−t), (t − 1)² or max(0, 1 − t):

    d = E f(D(x) − D(G(z)))     g = E f(D(G(z)) − D(x))     `SET/difference` = E (D(x) − D(G(z)))

under `SET/LOSS/relativistic/…` as above, and `…/generator/dreal`.

`penalties/real`, `penalties/fake`: samples [8, 3]; `penalties/w1` … `b3`: the network
linear(w1, b1), tanh, linear(w2, b2), leakyRelu 0.2, linear(w3, b3), weights [outputs, inputs]:

    penalties/r1 = ½ E‖∇ₓD(x)‖² at the real samples, penalties/r2 the same at the fake ones;
    penalties/loss = the relativistic non-saturating d + γ·r1 + γ·r2, γ = 0.5; `…/dw1` … `…/db3`: the gradients of each
"""
import torch
from torch.nn import functional as F

from golden_files import ROOT, save, symmetric
from pytorch_losses import LOSSES, RELATIVISTIC, loss_functions, squared_gradient_norm

GOLDEN = ROOT / "Tests/AdversarialTests/Golden"
GAMMA = 0.5


def pairs(real, fake):
    tensors = {"difference": (real.double() - fake.double()).mean()}
    for name, relativistic in [(name, False) for name in LOSSES] + [(name, True) for name in RELATIVISTIC]:
        r, f = real.double().requires_grad_(), fake.double().requires_grad_()
        discriminator, generator = (function(r, f) for function in loss_functions(name, relativistic))
        prefix = f"{name}/relativistic" if relativistic else name
        tensors |= {f"{prefix}/discriminator": discriminator.detach(), f"{prefix}/generator": generator.detach()}
        by = {"dreal": r, "dfake": f}
        for network, loss in (("discriminator", discriminator), ("generator", generator)):
            wanted = by if relativistic or network == "discriminator" else {"dfake": f}
            for key, gradient in zip(wanted, torch.autograd.grad(loss, list(wanted.values()))):
                tensors[f"{prefix}/{network}/{key}"] = gradient
    return tensors


def penalties():
    shapes = {"w1": (12, 3), "b1": (12,), "w2": (10, 12), "b2": (10,), "w3": (1, 10), "b3": (1,)}
    inputs = {key: symmetric(101 + k, shape) * 0.5 for k, (key, shape) in enumerate(shapes.items())}
    samples = {key: symmetric(111 + k, (8, 3)) * 1.5 for k, key in enumerate(("real", "fake"))}
    weights = {key: value.double().requires_grad_() for key, value in inputs.items()}

    def network(x):
        h = torch.tanh(F.linear(x, weights["w1"], weights["b1"]))
        h = F.leaky_relu(F.linear(h, weights["w2"], weights["b2"]), 0.2)
        return F.linear(h, weights["w3"], weights["b3"])

    real, fake = (samples[key].double().requires_grad_() for key in ("real", "fake"))
    on_real, on_fake = network(real), network(fake)
    r1, r2 = squared_gradient_norm(on_real, real), squared_gradient_norm(on_fake, fake)
    loss = loss_functions("non-saturating", True)[0](on_real, on_fake) + GAMMA * r1 + GAMMA * r2
    tensors = inputs | samples
    for name, value in (("r1", r1), ("r2", r2), ("loss", loss)):
        tensors[name] = value.detach()
        gradients = torch.autograd.grad(
            value, list(weights.values()), retain_graph=True, allow_unused=True, materialize_grads=True)
        tensors |= {f"{name}/d{key}": gradient for key, gradient in zip(weights, gradients)}
    return tensors


def make_losses():
    tensors = {f"penalties/{key}": value for key, value in penalties().items()}
    for name, scale, seed in (("plain", 2.0, 1), ("wide", 40.0, 2)):
        real, fake = (scale * symmetric(seed + 10 * k, (16, 1)) for k in (0, 1))
        tensors |= {f"{name}/real": real, f"{name}/fake": fake}
        tensors |= {f"{name}/{key}": value for key, value in pairs(real, fake).items()}
    save(GOLDEN / "losses.safetensors", tensors, {})
