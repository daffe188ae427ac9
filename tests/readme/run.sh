#!/usr/bin/env bash
# Runs the README's JavaScript quick start and its command lines as they stand there, but for the number of epochs. Its C++
# is built and run by tests/consumer.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$root/build/readme
rm -rf "$work"
mkdir -p "$work"
ln -s "$root/examples" "$work/examples"

# Within the repository, where Node resolves the package's own name.
node tests/readme/extract.js js | sed 's/epochs: 200/epochs: 2/' >"$work/quickstart.mjs"
node tests/readme/extract.js console | sed -n 's/--epochs 200/--epochs 2/; s/^\$ //p' >"$work/quickstart.sh"

cd "$work"
node quickstart.mjs
PATH=$root/build/native:$PATH bash -euxo pipefail quickstart.sh
