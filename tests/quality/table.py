#!/usr/bin/env python3
"""Trains on the bundled sounds, dreams and measures: the tables of docs/quality.md. table.py [--classic] [-- OPTION...]

The native program trains and dreams with its defaults; options after `--` are passed to its `train`. Reports
and models are kept in FOLDER and reused. Needs python3-numpy; each seed of a sound takes some minutes.
"""
import argparse
import json
import subprocess
from pathlib import Path

import numpy

from measure import read
from measures import HOP, QUIET_RANGE, SIZE, Reference, magnitudes

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/native/lodestone"
SOUNDS = ("piano", "strings", "drums")
FIGURES = ("likeness", "flux", "variety", "novelty", "quiet likeness")


def run(report, *command):
    """Runs the native program, unless its report already exists, and returns the report."""
    if not report.exists():
        report.write_bytes(subprocess.run([PROGRAM, *command, "--json"], stdout=subprocess.PIPE, check=True).stdout)
    return json.loads(report.read_text())


def sound_learned(model):
    """The training sound's frames as stored in the model, at the level at which they were learned; their size and hop."""
    folded = Path(model).with_suffix(".folded")  # the form whose frames are plain numbers
    subprocess.run([PROGRAM, "convert", model, "-o", folded, "--folded"], stdout=subprocess.DEVNULL, check=True)
    content = folded.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    entry, stft = header["impulses"], json.loads(header["__metadata__"]["lodestone"])["stft"]
    first, last = (start + offset for offset in entry["data_offsets"])
    kind = {"F16": "<f2", "F32": "<f4"}[entry["dtype"]]
    frames = numpy.frombuffer(content[first:last], kind).reshape(entry["shape"]).astype(numpy.float64)
    return frames, stft["size"], stft["hop"]


def float_samples(path):
    content = Path(path).read_bytes()
    data = content.index(b"data") + 8
    return numpy.frombuffer(content[data : data + int.from_bytes(content[data - 4 : data], "little")], "<f4")


def measures(source, model, dream):
    """All measures of a dream beside the frames learned, and its likeness to the recording down to its quiet parts."""
    samples, dreamed = read(source)[0], magnitudes(float_samples(dream))
    (learned, size, hop), recorded = sound_learned(model), magnitudes(samples)
    same = magnitudes(samples, size, hop)
    centred = learned[size // 2 // hop :][: len(same)]  # the model's first frames reach over the start
    level = (centred * same).sum() / (same**2).sum()
    if (size, hop) != (SIZE, HOP):
        learned = level * recorded
    quiet = Reference(recorded, 44100, QUIET_RANGE).compare(dreamed / level)["likeness"]
    return {**Reference(learned, 44100).compare(dreamed), "quiet likeness": quiet}


def rows(sound, seed, folder, train_options, dream_options, jumps):
    name, seeded = f"{sound}-{seed}", ("--seed", str(seed))
    model = str(folder / f"{name}.safetensors")
    source = str(ROOT / f"examples/sounds/{sound}.wav")
    trained = run(folder / f"{name}.json", "train", source, "-o", model, *seeded, *train_options)
    for chance in jumps:
        dream = folder / f"{name}-{chance}.wav"
        options = [*seeded, "--randomness", str(chance), "--encoding", "float32", *dream_options]
        dreamed = run(folder / f"{name}-{chance}.json", "generate", model, "-o", str(dream), *options)
        found = measures(source, model, dream)
        figures = [f"{found[figure]:.2f}" for figure in FIGURES]
        yield [sound, seed, f"{trained['loss']:.2g}", f"{chance:.0%}", *figures, dreamed["reseeds"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    classic = "MAGNet's settings: 30 s, Griffin-Lim, with and without jumps"
    parser.add_argument("--classic", action="store_true", help=classic)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sounds", nargs="+", choices=SOUNDS, default=SOUNDS)
    parser.add_argument("--folder", type=Path, default=ROOT / "out/quality")
    parser.add_argument("train_options", nargs="*", metavar="OPTION")
    given = parser.parse_args()
    folder = given.folder / ("classic" if given.classic else "default")
    folder.mkdir(parents=True, exist_ok=True)
    train, dream, jumps = given.train_options, ["--seconds", "60"], (0,)
    if given.classic:
        train = ["--classic", *train]
        dream, jumps = ["--seconds", "30", "--phase", "griffin-lim", "--temperature", "0"], (0, 0.05)
    header = ("sound", "seed", "training loss", "jumps", *FIGURES, "second starts")
    print("|", " | ".join(header), "|\n|" + "---|" * len(header))
    for sound in given.sounds:
        for seed in range(given.seeds):
            for row in rows(sound, seed, folder, train, dream, jumps):
                print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main()
