#!/usr/bin/env bash
# examples/pytorch with two processes: the loss falls, a second run continues from the checkpoint, and the model plays.
# Needs python3-torch and the native program.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1

# -r and -t: without them this torchrun of 1.13 fails on Python 3.11.
train() {
  torchrun -r 1 -t 1 --log_dir "$folder/logs" --nproc_per_node 2 examples/pytorch/train.py examples/sounds \
    -o "$folder/model.safetensors" --checkpoint "$folder/checkpoint.pt" --size 512 --hop 256 --hidden 32 "$@" |
    tee "$folder/output.txt"
}

losses() { grep -o 'loss [0-9.e+-]*' "$folder/output.txt" | cut -d ' ' -f 2; }

train --epochs 2
first=$(losses | head -n 1)
[[ $(losses | wc -l) -eq 2 ]]
train --epochs 4
[[ $(losses | wc -l) -eq 2 ]]  # epochs 3 and 4
last=$(losses | tail -n 1)
echo "the loss went from $first to $last"
awk -v first="$first" -v last="$last" 'BEGIN { exit !(last < 0.9 * first) }'
grep -q '2 processes agree' "$folder/output.txt"

build/native/lodestone info "$folder/model.safetensors"
build/native/lodestone generate "$folder/model.safetensors" -o "$folder/dream.wav" --seconds 1 --json | tee "$folder/dream.json"
[[ $(stat -c %s "$folder/dream.wav") -gt 88000 ]]
cat >"$folder/play.mjs" <<SCRIPT
import { Magnet } from '$PWD/js/index.js';
const model = await Magnet.load(new URL('model.safetensors', import.meta.url));
const { samples } = await model.generate({ seconds: 1 });
if (!samples.every(Number.isFinite) || !samples.some((value) => Math.abs(value) > 1e-3)) throw new Error('no sound');
console.log(samples.length + ' samples in JavaScript');
SCRIPT
node "$folder/play.mjs"
