#!/usr/bin/env bash
# Trains the bundled models; takes a few minutes with the native program, after `cmake --build --preset native` and
# `--preset wasm`.
set -euo pipefail
cd "$(dirname "$0")"
lodestone=../../build/native/lodestone
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

train() { "$lodestone" train "$@" --classic --weight-decay 0; }
train ../sounds/strings.wav -o "$work/responsive.safetensors" --fft 512 --hop 128 --training sequence --epochs 300
train ../sounds/piano.wav -o "$work/piano.safetensors" --training sequence --epochs 200
train ../sounds/piano.wav -o "$work/quality.safetensors" --init "$work/piano.safetensors" --epochs 40 --seed 1

for name in quality responsive; do node halve.js "$work/$name.safetensors" "$name.safetensors"; done
