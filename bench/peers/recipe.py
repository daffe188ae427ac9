#!/usr/bin/env python3
"""The default training in PyTorch: `recipe.py THREADS EPOCHS SECONDS` trains on what recipe.js has written for at most so
many epochs (0: all) and seconds, and prints a line of JSON: the version, the seconds that it took, the loss of each epoch.

BatchNorm's slope and shift are left out: the LSTM's input weights can do the same.
"""
import json
import math
import sys
import time

from blas import MATERIAL, loaded_blas, read_safetensors, torch

if torch is None:
    sys.exit("python3-torch is missing: apt-get install python3-torch libopenblas0-pthread")


class Network(torch.nn.Module):
    def __init__(self, inputs, layers, mean, scale):
        super().__init__()
        self.mean, self.scale = mean, scale
        self.lstm = torch.nn.LSTM(inputs, layers[0], len(layers), batch_first=True)
        self.fc = torch.nn.Linear(layers[0], inputs)

    def forward(self, frames, states):
        hidden, states = self.lstm((frames - self.mean) * self.scale, states)
        return self.fc(hidden), states


def train(tensors, recipe, epochs, limit):
    """The loss of each epoch. Stretches of frames run in lanes, each with its state, from a random place on; what the
    network hears next time is mixed from the sound and its predictions."""
    frames, weight, energy = tensors["frames"], tensors["weight"], tensors["energy"]
    network = Network(frames.shape[1], recipe["layers"], tensors["mean"], tensors["scale"])
    adam = torch.optim.Adam(network.parameters(), lr=recipe["learningRate"])
    predictions, lanes = len(frames) - 1, recipe["batch"] // recipe["stretch"]
    begins = torch.tensor([predictions * lane // lanes for lane in range(lanes)])
    lane = math.ceil(predictions / lanes)
    steps = math.ceil(lane / recipe["stretch"])
    offsets = torch.arange(math.ceil(lane / steps))
    total, done = recipe["epochs"] * steps, 0
    heard, losses, start = frames.clone(), [], time.perf_counter()
    while len(losses) < epochs and time.perf_counter() - start < limit:
        first = begins + (torch.randint(predictions, ()) if losses else 0)
        states, loss_of_epoch = None, 0.0
        for step in range(steps):
            rows = (first[:, None] + step * len(offsets) + offsets) % predictions
            targets = frames[rows + 1]
            cosine = (1 + math.cos(math.pi * done / total)) / 2
            adam.param_groups[0]["lr"] = recipe["learningRate"] * (recipe["decay"] + (1 - recipe["decay"]) * cosine)
            predicted, states = network(heard[rows], states)
            loss = (weight * (predicted - targets) ** 2).mean()
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1)
            adam.step()
            with torch.no_grad():
                states = tuple(state.detach() for state in states)
                share = (2 * recipe["feedback"] * torch.rand(lanes, 1, 1)).clamp(max=1)
                error = predicted - targets
                heard[rows + 1] = (targets + share * error).clamp(min=recipe["lowest"])
                loss_of_epoch += float((energy * error**2).sum(-1).mean()) / steps
            done += 1
        losses.append(loss_of_epoch + recipe["outside"])
    return time.perf_counter() - start, losses


def main():
    threads, epochs, limit = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    tensors, metadata = read_safetensors(MATERIAL / "recipe.safetensors")
    recipe = json.loads(metadata["recipe"])
    seconds, losses = train(tensors, recipe, epochs or recipe["epochs"], limit)
    version = f"PyTorch {torch.__version__}, {torch.get_num_threads()} thread(s), BLAS {loaded_blas()}"
    print(json.dumps({"version": version, "seconds": seconds, "losses": losses}))


main()
