#!/usr/bin/env python3
"""Trains MAGNet on the bundled piano in PyTorch with the initial weights and the batches that Lodestone used, and
compares the training loss of the last epoch.

    compare_training.py TRAIN_PIANO [--epochs 200] [--tolerance 0.03]

TRAIN_PIANO is the program that tests/pytorch/CMakeLists.txt builds. Needs python3-torch; PyTorch alone takes six
minutes on one idle core. Exit code 0 if the losses agree, 1 if they do not, 77 (skipped) if PyTorch is
missing.
"""
import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import torch
except ImportError:
    print("skipped: python3-torch is not installed")
    sys.exit(77)

sys.path.append(str(Path(__file__).resolve().parents[2] / "examples/pytorch"))
from model_file import read_safetensors
from network import Magnet


def train(tensors, sequence, epochs):
    frames, starts = tensors["frames"], tensors["window_starts"]
    state = {name[len("initial/") :]: values for name, values in tensors.items() if name.startswith("initial/")}
    layers = sum(name.startswith("lstm.weight_hh") for name in state)
    model = Magnet(frames.shape[1], layers, state["lstm.weight_hh_l0"].shape[1])
    model.load_state_dict({**state, "batch_norm.num_batches_tracked": torch.tensor(0)})
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
    losses = []
    for batches in starts.reshape(epochs, -1, starts.shape[1]):
        total = 0.0
        for batch in batches:
            windows = torch.stack([frames[s : s + sequence] for s in batch])
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(windows), frames[batch + sequence])
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train_piano")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--tolerance", type=float, default=0.03)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piano.safetensors"
        subprocess.run([options.train_piano, str(options.epochs), str(path)], check=True)
        tensors, metadata = read_safetensors(path)
    begin = time.monotonic()
    theirs = train(tensors, int(metadata["sequence"]), options.epochs)
    seconds = time.monotonic() - begin
    ours = tensors["losses"].tolist()
    print(f"PyTorch {torch.__version__}: {seconds:.1f} s, {1e3 * seconds / len(tensors['window_starts']):.1f} ms/step")
    for epoch in sorted({1, *range(20, options.epochs, 20), options.epochs}):
        print(f"epoch {epoch:3}: lodestone {ours[epoch - 1]:.6g}, PyTorch {theirs[epoch - 1]:.6g}")
    difference = abs(ours[-1] / theirs[-1] - 1)
    print(f"the last losses differ by {100 * difference:.2f} % (allowed: {100 * options.tolerance:g} %)")
    sys.exit(0 if difference <= options.tolerance else 1)


main()
