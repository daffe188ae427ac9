#!/usr/bin/env python3
"""Converts models from PyTorch to Lodestone and back, and checks that they predict the same.

    interchange.py LODESTONE LODESTONE_VERIFY

There: the models of tests/vectors/import, created with the installed PyTorch. Back: models from Lodestone, read by
the function of docs/importing.md. LODESTONE_VERIFY compares both ways. Needs python3-torch.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/vectors/import"))
import make  # noqa: E402


def documented(name):
    """The definition of that name in the documentation's Python code."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/importing.md").read_text(), re.DOTALL)
    code = next(block for block in blocks if f"def {name}" in block or f"class {name}" in block)
    definitions = {"torch": torch}
    exec(code.split("\n\n\nstate, ")[0], definitions)
    return definitions[name]


def export(path, folder):
    """Writes PyTorch's predictions with a model from Lodestone, on the sound that it learned."""
    state, impulses, settings = documented("load_lodestone")(path)
    network = settings["network"]
    model = documented("RNNModel")(network["bins"], network["layers"][0], len(network["layers"]))
    model.load_state_dict(state)
    assert network["sequence"] == make.SEQUENCE and network["scale"] == "linear", network
    reference = folder / f"{path.stem}-reference.safetensors"
    make.write_predictions(reference, path.name, model, impulses[: 2 * make.SEQUENCE - 1])
    return reference


def main():
    lodestone, verify = (str(Path(program).resolve()) for program in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([ROOT / "tests/vectors/import/make.py", folder], check=True)
        references = sorted(folder.glob("*.safetensors"))
        assert len(references) == 6

        trained = folder / "trained.safetensors"
        options = ["--fft", "512", "--hop", "128", "--layers", "24,24", "--scale", "linear", "--epochs", "2"]
        sound = ROOT / "examples/sounds/piano.wav"
        subprocess.run([lodestone, "train", sound, "-o", trained, *options], check=True)
        folded = folder / "folded.safetensors"
        subprocess.run([lodestone, "convert", trained, "-o", folded, "--folded"], check=True)
        converted = folder / "converted.safetensors"
        checkpoint = folder / "checkpoint.pth"
        subprocess.run([lodestone, "convert", checkpoint, "-o", converted, "--impulses", sound], check=True)
        references += [export(path, folder) for path in (folded, converted)]
        subprocess.run([verify, *references], check=True)


main()
