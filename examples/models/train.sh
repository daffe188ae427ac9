#!/usr/bin/env bash
# Trains the bundled models again: some minutes with the native program, after `cmake --build --preset native` and
# `--preset wasm`.
set -euo pipefail
cd "$(dirname "$0")"
lodestone=../../build/native/lodestone
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

"$lodestone" train ../sounds/strings.wav -o "$work/responsive.safetensors" --preset responsive --epochs 300
"$lodestone" train ../sounds/piano.wav -o "$work/piano.safetensors" --preset quality
"$lodestone" train ../sounds/piano.wav -o "$work/quality.safetensors" --init "$work/piano.safetensors" \
  --epochs 40 --seed 1 --weight-decay 0

for name in quality responsive; do node halve.js "$work/$name.safetensors" "$name.safetensors"; done
