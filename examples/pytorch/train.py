#!/usr/bin/env python3
"""Trains a Lodestone model with PyTorch, on one or more machines.

    python3 train.py sounds/ -o model.safetensors
    torchrun --nproc_per_node 2 train.py sounds/ -o model.safetensors

SOUNDS is a folder of WAV files of one sample rate, or one such file. Needs torch and numpy, nothing else. A GPU is
used if there is one. Gradients are exchanged with NCCL, or with gloo on CPUs.
"""
import argparse
import hashlib
import os
from pathlib import Path

import torch
import torch.distributed as distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model_file import save_model
from network import Magnet
from sounds import Windows


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sounds")
    parser.add_argument("-o", "--output", required=True, help="the model, as safetensors")
    parser.add_argument("--epochs", type=int, default=200, help="passes over all windows (200)")
    parser.add_argument("--batch", type=int, default=64, help="windows per step, over all processes (64)")
    parser.add_argument("--size", type=int, default=2048, help="FFT size in samples (2048)")
    parser.add_argument("--hop", type=int, default=512, help="samples between frames (512)")
    parser.add_argument("--sequence", type=int, default=40, help="frames used for a prediction (40)")
    parser.add_argument("--layers", type=int, default=2, help="LSTM layers, 1 to 4 (2)")
    parser.add_argument("--hidden", type=int, default=128, help="hidden size (128)")
    parser.add_argument("--scale", choices=["linear", "log1p"], default="linear", help="scale of the network's magnitudes")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="step size of Adam (1e-3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", help="a file written after every epoch; training resumes from it if it exists")
    return parser.parse_args()


def start_processes():
    """The number of this process, the number of processes, and its device."""
    rank, count = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    local = int(os.environ.get("LOCAL_RANK", 0))
    device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if count > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return rank, count, device


def run_epoch(network, loader, optimizer, device):
    """The mean loss over the windows of this process, and their number."""
    total, windows = torch.zeros((), device=device), 0
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(network(inputs.to(device)), targets.to(device))
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(inputs)
        windows += len(inputs)
    return total / windows


def mean_of_all(value, count):
    if count > 1:
        distributed.all_reduce(value)
    return value.item() / count


def check_agreement(network, count):
    """Checks that all processes have the same weights, to the bit."""
    state = b"".join(values.detach().cpu().numpy().tobytes() for values in network.parameters())
    digest = hashlib.sha256(state).hexdigest()
    digests = [digest] * count
    if count > 1:
        distributed.all_gather_object(digests, digest)
    if len(set(digests)) != 1:
        raise SystemExit("the processes have different weights")
    return digest[:16]


def save_checkpoint(path, **content):
    torch.save(content, f"{path}.part")
    Path(f"{path}.part").replace(path)


def main():
    options = arguments()
    rank, count, device = start_processes()
    torch.manual_seed(options.seed)
    windows = Windows(options.sounds, options.size, options.hop, options.sequence, options.scale)
    network = Magnet(options.size // 2 + 1, options.layers, options.hidden, options.sequence, options.scale).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=options.learning_rate, weight_decay=1e-4)
    losses = []
    if options.checkpoint and Path(options.checkpoint).exists():
        saved = torch.load(options.checkpoint, map_location=device)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        losses = saved["losses"]
    sampler = DistributedSampler(windows, count, rank, seed=options.seed, drop_last=True)
    loader = DataLoader(windows, max(2, options.batch // count), sampler=sampler, drop_last=True)
    if len(loader) == 0:
        raise SystemExit(f"only {len(windows)} windows for a batch of {options.batch}; needed: more sound, or --batch")
    learner = DistributedDataParallel(network) if count > 1 else network
    for epoch in range(len(losses), options.epochs):
        sampler.set_epoch(epoch)
        losses.append(mean_of_all(run_epoch(learner, loader, optimizer, device), count))
        if rank == 0:
            print(f"epoch {epoch + 1} of {options.epochs}: loss {losses[-1]:.6g}", flush=True)
            if options.checkpoint:
                state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "losses": losses}
                save_checkpoint(options.checkpoint, **state)
    digest = check_agreement(network, count)
    if rank == 0:
        stft = {
            "size": options.size,
            "window_size": options.size,
            "hop": options.hop,
            "window": "hann",
            "framing": "centered",
            "sample_rate": windows.rate,
        }
        save_model(options.output, network, stft, windows.linear.half(), losses)
        print(f"{count} processes agree on weights {digest}; {options.output} is ready to play", flush=True)
    if count > 1:
        distributed.barrier()  # no process exits while others still need it
        os._exit(0)  # destroying the group may wait forever for its own thread (seen with PyTorch 1.13)


main()
