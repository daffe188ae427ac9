#!/usr/bin/env bash
# Trains the bundled models by the presets they are named after; takes a few minutes with the native program, after
# `cmake --build --preset native`. Needs python3-numpy.
set -euo pipefail
cd "$(dirname "$0")"
lodestone=../../build/native/lodestone
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# best PRESET SOUND: of ten seeds, the one whose minute of dream is most like the sound, moves as much, and does not
# repeat itself. docs/quality.md explains the measures.
best() {
  local sound=../sounds/$2.wav seed found
  for seed in {0..9}; do
    "$lodestone" train "$sound" -o "$work/$seed.safetensors" --preset "$1" --seed "$seed"
    "$lodestone" generate "$work/$seed.safetensors" -o "$work/$seed.wav" --seconds 60
  done
  found=$("${PYTHON:-python3}" ../../tests/quality/measure.py "$sound" "$work"/?.wav |
    awk '$5 >= 0.8 && $5 <= 1.25 && $7 >= 0.8 && $9 >= 0.4 { print $3, $1 }' | sort -n | head -n 1)
  echo "$1: ${found:?no seed meets the measures}"
  seed=$(basename "${found#* }" .wav)
  cp "$work/$seed.safetensors" "$1.safetensors"
}

best quality piano
best responsive strings
