#!/usr/bin/env python3
"""PyTorch as a competitor: `pytorch.py THREADS`, lines of JSON as in bench/competitors/process.js.

The material is what bench/peers/material.js has written. Needs Debian's python3-torch; libopenblas0-pthread makes it many
times faster than the reference BLAS, so `flags` says which was loaded and for which processor.
"""
import json
import math
import sys
import time

from blas import MATERIAL, loaded_blas, read_safetensors, torch

TOLERANCE = 1e-4  # relative to the largest entry


def agrees(value, expected):
    return bool((value - expected).abs().max() <= TOLERANCE * expected.abs().max())


def make_magnet(state, settings):
    class Magnet(torch.nn.Module):
        """BatchNorm over bins, LSTM layers, Dense on the last step."""

        def __init__(self, bins, hidden, layers):
            super().__init__()
            self.batch_norm = torch.nn.BatchNorm1d(bins, **settings)
            self.lstm = torch.nn.LSTM(bins, hidden, layers, batch_first=True)
            self.fc = torch.nn.Linear(hidden, bins)

        def forward(self, windows, states=None):
            normal = self.batch_norm(windows.transpose(1, 2)).transpose(1, 2)
            hidden, states = self.lstm(normal, states)
            return self.fc(hidden[:, -1]), states

    layers = sum(name.startswith("lstm.weight_hh") for name in state)
    bins, hidden = state["fc.weight"].shape
    model = Magnet(bins, hidden, layers)
    model.load_state_dict({**state, "batch_norm.num_batches_tracked": torch.tensor(0)})
    return model


class Material:
    def __init__(self, network):
        self.tensors, metadata = read_safetensors(MATERIAL / f"{network}.safetensors")
        self.sequence = int(metadata["sequence"])
        self.adam = json.loads(metadata["optimizer"])
        self.batch_norm = json.loads(metadata["batch_norm"])

    def model(self):
        state = {name[len("initial/") :]: t for name, t in self.tensors.items() if name.startswith("initial/")}
        return make_magnet(state, self.batch_norm)


class Training:
    def __init__(self, material):
        self.frames, self.batches = material.tensors["frames"], material.tensors["batches"]
        self.offsets = torch.arange(material.sequence)
        self.expected = material.tensors["losses"][0]
        self.model = material.model().train()
        self.optimizer = torch.optim.Adam(self.model.parameters(), **material.adam)

    def step(self, i):
        starts = self.batches[i % len(self.batches)]
        windows = self.frames[starts[:, None] + self.offsets]
        targets = self.frames[starts + len(self.offsets)]
        self.optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(self.model(windows)[0], targets)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


class Generation:
    """Each prediction is fed back: as the newest of the last frames, or as the only one with the states carried on."""

    def __init__(self, material, mode):
        self.expected = material.tensors[f"generate/{mode}"][:1]
        self.model = material.model().eval()
        past = material.tensors["frames"][None, : material.sequence]
        self.stateful = mode == "stateful"
        self.states = None
        self.input = past
        if self.stateful:
            self.input = past[:, -1:]
            with torch.inference_mode():
                self.states = self.model(past[:, :-1])[1]

    def step(self, _):
        with torch.inference_mode():
            prediction, states = self.model(self.input, self.states)
            if self.stateful:
                self.input, self.states = prediction[:, None], states
            else:
                self.input = torch.cat([self.input[:, 1:], prediction[:, None]], dim=1)
        return prediction


WORKLOADS = {
    f"{kind}/{network}": (make, network)
    for network in "AB"
    for kind, make in {
        "train-step": Training,
        "generate-window": lambda material: Generation(material, "window"),
        "generate-stateful": lambda material: Generation(material, "stateful"),
    }.items()
}


class Rival:
    def __init__(self, threads):
        if torch is None:
            raise RuntimeError("python3-torch is missing: apt-get install python3-torch libopenblas0-pthread")
        torch.set_num_threads(threads)
        self.running = {}

    def list(self):
        return {
            "version": f"PyTorch {torch.__version__}",
            "flags": f"{torch.get_num_threads()} thread(s), BLAS {loaded_blas()}",
            "workloads": [
                {"name": name, "unit": "step" if name.startswith("train") else "frame"}
                for name in WORKLOADS
            ],
        }

    def setup(self, workload):
        make, network = WORKLOADS[workload]
        self.running[workload] = {"job": make(Material(network)), "count": 0, "ok": True}
        return {"unitsPerRun": 1}

    def release(self, workload):
        self.running.pop(workload, None)
        return {}

    def run(self, workload, runs):
        state = self.running[workload]
        job = state["job"]
        milliseconds = 0.0
        if state["count"] == 0:  # timed by itself, so that its output can be checked
            output, milliseconds = self.timed(state, 1)
            state["ok"] = agrees(output, job.expected)
            runs -= 1
        if runs > 0:
            output, more = self.timed(state, runs)
            milliseconds += more
        checksum = float(output.sum())
        return {"milliseconds": milliseconds, "checksum": checksum, "ok": state["ok"] and math.isfinite(checksum)}

    @staticmethod
    def timed(state, runs):
        begin = time.perf_counter()
        for _ in range(runs):
            output = state["job"].step(state["count"])
            state["count"] += 1
        return output, 1e3 * (time.perf_counter() - begin)


def main():
    rival = None
    for line in sys.stdin:
        question = json.loads(line)
        do = question.pop("do")
        try:
            rival = rival or Rival(int(sys.argv[1]))
            answer = getattr(rival, do)(**question)
        except Exception as error:  # the other side reports it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
