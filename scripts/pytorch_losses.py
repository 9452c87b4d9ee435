"""The adversarial losses and penalties as PyTorch's functions; `golden_losses.py` gives their formulas."""
import torch
from torch.nn import functional as F

log_sigmoid = F.logsigmoid
LOSSES = {  # name: (discriminator's of both outputs, generator's of the fakes')
    "minimax": (lambda r, f: -(log_sigmoid(r).mean() + log_sigmoid(-f).mean()), lambda f: log_sigmoid(-f).mean()),
    "non-saturating": (lambda r, f: -(log_sigmoid(r).mean() + log_sigmoid(-f).mean()) / 2,
                       lambda f: -log_sigmoid(f).mean()),
    "least-squares": (lambda r, f: (r - 1).square().mean() / 2 + f.square().mean() / 2,
                      lambda f: (f - 1).square().mean() / 2),
    "hinge": (lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(), lambda f: -f.mean()),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda f: -f.mean()),
}
RELATIVISTIC = {  # name: f
    "non-saturating": lambda t: F.softplus(-t),
    "least-squares": lambda t: (t - 1).square(),
    "hinge": lambda t: F.relu(1 - t),
}


def loss_functions(name, relativistic):
    """(discriminator's, generator's) of (real, fake) outputs."""
    if relativistic:
        f = RELATIVISTIC[name]
        return lambda r, g: f(r - g).mean(), lambda r, g: f(g - r).mean()
    return LOSSES[name][0], lambda r, g: LOSSES[name][1](g)


def squared_gradient_norm(outputs, samples):
    """½ E‖∇ₓD(x)‖², over the decisions: x is a sample, or a pack of them."""
    gradient, = torch.autograd.grad(outputs.sum(), samples, create_graph=True)
    return gradient.square().flatten(1).sum(1).sum() / len(outputs) / 2
