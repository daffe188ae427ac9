#!/usr/bin/env python3
"""Writes models with PyTorch in the ways people do, and beside each what PyTorch predicts with it.

    make.py [FOLDER]

Each FOLDER/NAME.safetensors holds `frames` [frames, bins], `predictions` after each of them from the 40th on, each from
the last 40 frames and a zero state, and in the metadata the model's file and its `sequence`. Needs python3-torch.
"""
import json
import struct
import sys
from pathlib import Path

import torch

BINS, HIDDEN, LAYERS, SEQUENCE, FRAMES = 17, 6, 2, 40, 80


class RNNModel(torch.nn.Module):
    """MAGNet's network, with the names of its authors."""

    def __init__(self, bins, hidden, layers):
        super().__init__()
        self.batch_norm = torch.nn.BatchNorm1d(bins)
        self.lstm = torch.nn.LSTM(bins, hidden, layers, batch_first=True)
        self.fc = torch.nn.Linear(hidden, bins)

    def forward(self, windows):
        normal = self.batch_norm(windows.transpose(1, 2)).transpose(1, 2)
        return self.fc(self.lstm(normal)[0][:, -1])


def windows_of(frames):
    return frames.unfold(0, SEQUENCE, 1).transpose(1, 2)


def train(model, frames, steps):
    """Enough that running statistics and the optimizer's state are no constants."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(windows_of(frames)[:-1]), frames[SEQUENCE:]).backward()
        optimizer.step()
    return optimizer


def views_of_one_storage(state):
    """As cuDNN keeps the weights of an LSTM."""
    flat = torch.cat([values.flatten() for values in state.values() if values.is_floating_point()])
    views, at = {}, 0
    for name, values in state.items():
        if values.is_floating_point():
            views[name] = flat[at : at + values.numel()].view(values.shape)
            at += values.numel()
    return views


def write_predictions(path, model_name, model, frames):
    model.eval()
    with torch.no_grad():
        tensors = {"frames": frames, "predictions": model(windows_of(frames))}
    header, blocks, end = {"__metadata__": {"model": model_name, "sequence": str(SEQUENCE)}}, [], 0
    for name, tensor in tensors.items():
        blocks.append(tensor.contiguous().numpy().tobytes())
        begin, end = end, end + len(blocks[-1])
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    torch.manual_seed(5)
    torch.set_num_threads(1)
    frames = 3 * torch.rand(FRAMES, BINS) ** 2
    model = RNNModel(BINS, HIDDEN, LAYERS)
    optimizer = train(model, frames, 20)

    def write(name, content, predicting):
        torch.save(content, folder / f"{name}.pth")
        write_predictions(folder / f"{name}.safetensors", f"{name}.pth", predicting, frames)

    write("state_dict", model.state_dict(), model)
    # As training loops save it, from torch.nn.DataParallel.
    write("checkpoint", {
        "epoch": 20,
        "model_state_dict": torch.nn.DataParallel(model).state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": 0.25,
        "seed": torch.initial_seed(),
    }, model)
    write("parameters", dict([*model.named_parameters(), *model.named_buffers()]), model)
    write("views", views_of_one_storage(model.state_dict()), model)
    write("double", model.double().state_dict(), model.float())
    write("half", model.half().state_dict(), model.float())


if __name__ == "__main__":
    main()
