"""Reads a configuration of Ganglion."""


def read_configuration(text):
    """{"generator.optimizer.learningRate": "0.0002", …} of YAML as `ganglion config show` prints it."""
    found, sections = {}, []  # [(indentation, name)]
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        value = value.split(" #")[0].strip().strip("\"'")
        indentation = len(key) - len(key.lstrip())
        if not colon or key.lstrip().startswith("#"):
            continue
        while sections and sections[-1][0] >= indentation:
            sections.pop()
        sections.append((indentation, key.strip()))
        if value:
            found[".".join(name for _, name in sections)] = value
    return found
