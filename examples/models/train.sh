#!/usr/bin/env bash
# Trains the bundled models by the presets they are named after; takes a few minutes with the native program, after
# `cmake --build --preset native`. Needs python3-numpy.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# best PRESET SOUND: of ten seeds, the one whose dream is most like the sound, moves as much and does not repeat it. The
# columns are those of docs/quality.md: 6 likeness, 7 flux, 8 variety, 9 novelty, 11 second starts.
best() {
  local seed
  seed=$("${PYTHON:-python3}" ../../tests/quality/table.py --seeds 10 --sounds "$2" --folder "$work/$1" -- --preset "$1" |
    tee /dev/stderr |
    awk -F '|' '$7 >= 0.8 && $7 <= 1.25 && $8 >= 0.8 && $9 >= 0.4 && $11 == 0 && NR > 2 { print $6, $3 }' |
    sort -n | awk 'NR == 1 { print $2 }')
  cp "$work/$1/default/$2-${seed:?no seed meets the measures}.safetensors" "$1.safetensors"
}

best quality piano
best responsive strings
