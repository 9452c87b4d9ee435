"""What a run's config.yaml says of its networks, for `pytorch_networks.networks`."""
from pytorch_networks import CHOICES, DEFAULTS, PRESETS

KEYS = ("image.size", *DEFAULTS, *CHOICES)
POINTS = ("points", "plane-2d")


def network_settings(configuration, state=None):
    """The settings of `networks`; of `points`, the architecture and the packing alone.

    The number of classes is the one that the run's checkpoint `state` has where the configuration leaves it to the data.
    """
    architecture = configuration["architecture"]
    if architecture in POINTS:
        return {"architecture": "points", "discriminator.packing": int(configuration.get("discriminator.packing", 1))}
    # Before there were families, their presets were architectures.
    settings = dict(PRESETS[architecture].settings) if architecture in PRESETS else {"architecture": architecture}
    for key in KEYS:
        if key in configuration and key not in ("architecture", "classes"):
            is_number = isinstance(DEFAULTS.get(key), int)
            settings[key] = int(configuration[key]) if is_number else configuration[key]
    if configuration.get("conditional") == "true":
        given = configuration.get("classes", "auto")
        settings["classes"] = int(given) if given.isdigit() else classes_of(state or {})
    return settings


def classes_of(state):
    """The classes of a checkpoint's embeddings; 0 if it has none."""
    ends = ("embedding.weight", "gain.weight", "embedding.parametrizations.weight.original")
    return next((len(value) for name, value in state.items() if name.endswith(ends)), 0)
