#!/usr/bin/env bash
# Installs the native build into a folder of its own, builds the consumer and the README's C++ quick start against that, and
# runs both: the first for its checks, the second (shortened) for its WAV.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$PWD/build/consumer
rm -rf "$work"
mkdir -p "$work"

cmake --install build/native --prefix "$work/prefix" >"$work/install.log"
"$work/prefix/bin/lodestone" --version

node tests/docs/blocks.js cpp >"$work/quickstart.cpp"
sed -i 's/trainer.epochs = 300/trainer.epochs = 2/' "$work/quickstart.cpp"

# Outside the source tree, so that nothing in it is found by accident.
cp tests/consumer/CMakeLists.txt tests/consumer/main.cpp "$work"
cmake -S "$work" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DQUICKSTART="$work/quickstart.cpp" >"$work/configure.log"
cmake --build "$work/build"

"$work/build/consumer"
mkdir -p "$work/examples"
ln -sfn "$PWD/examples/sounds" "$work/examples/sounds"
(cd "$work" && build/quickstart)
"$work/prefix/bin/lodestone" info "$work/dream.wav"
