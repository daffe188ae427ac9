#!/usr/bin/python3
"""Trains on the bundled sounds, dreams, measures, and prints a table: table.py [--classic] [options]

Training and dreaming are those of the native program, with its defaults; what follows `--` is given to its `train`.
Results are kept in FOLDER and not made again. Needs python3-numpy; a seed of a sound takes some minutes.
"""
import argparse
import json
import subprocess
from pathlib import Path

from measure import measure

ROOT = Path(__file__).resolve().parents[2]
SOUNDS = ("piano", "strings", "drums")


def run(report, *command):
    """Runs the native program unless its report is there already."""
    if not report.exists():
        found = subprocess.run([ROOT / "build/native/lodestone", *command, "--json"], stdout=subprocess.PIPE, check=True)
        report.write_bytes(found.stdout)
    return json.loads(report.read_text())


def rows(sound, seed, folder, train_options, dream_options, jumps, seconds):
    name = f"{sound}-{seed}"
    source, model = str(ROOT / f"examples/sounds/{sound}.wav"), str(folder / f"{name}.safetensors")
    trained = run(folder / f"{name}.json", "train", source, "-o", model, "--seed", str(seed), *train_options)
    for chance in jumps:
        dream = str(folder / f"{name}-{chance}.wav")
        options = ["--seed", str(seed), "--randomness", str(chance), "--seconds", str(seconds), *dream_options]
        dreamed = run(folder / f"{name}-{chance}.json", "generate", model, "-o", dream, *options)
        (found,) = measure(source, [dream])
        figures = [f"{found[x]:.2f}" for x in ("likeness", "flux", "variety", "novelty")]
        yield [sound, seed, f"{trained['loss']:.3g}", f"{chance:.0%}", *figures, dreamed["reseeds"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classic", action="store_true", help="as MAGNet: its settings, 30 s, Griffin-Lim, jumps or none")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sounds", nargs="+", choices=SOUNDS, default=SOUNDS)
    parser.add_argument("--folder", type=Path, default=ROOT / "out/quality")
    parser.add_argument("train_options", nargs="*", metavar="OPTION")
    given = parser.parse_args()
    folder = given.folder / ("classic" if given.classic else "default")
    folder.mkdir(parents=True, exist_ok=True)
    train = [*(["--classic"] if given.classic else []), *given.train_options]
    dream, jumps, seconds = (["--phase", "griffin-lim"], (0, 0.05), 30) if given.classic else ([], (0,), 60)
    print("| sound | seed | training loss | jumps | likeness | flux | variety | novelty | re-seeds |")
    print("|---|---|---|---|---|---|---|---|---|")
    for sound in given.sounds:
        for seed in range(given.seeds):
            for row in rows(sound, seed, folder, train, dream, jumps, seconds):
                print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main()
