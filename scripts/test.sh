#!/usr/bin/env bash
# Installs what is missing, builds, and runs every suite, even after one has failed. Needs no input.
# Supports Debian 12 on x86-64 with Node >= 20. LODESTONE_LONG=1 adds slow tests (npm run test:long).
# Each suite's output is kept in build/logs; the last line is 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/bootstrap.sh test

export LODESTONE_FUZZ_SECONDS=${LODESTONE_FUZZ_SECONDS:-$([[ -n ${LODESTONE_LONG:-} ]] && echo 300 || echo 10)}
cores=$(nproc)
logs=build/logs
results=$logs/results.txt
mkdir -p "$logs"
: >"$results"
trap 'trap - TERM; kill 0' INT TERM  # the lanes end too

longest=1800  # seconds of a suite; one that hangs is stopped and has failed

# kill_tree PID: a process and its descendants, also those in groups of their own, as browsers are.
kill_tree() {
  local child
  for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do kill_tree "$child"; done
  kill -KILL "$1" 2>/dev/null || true
}

# suite NAME COMMAND...: runs it, records the result, and shows the end of its output if it failed.
suite() {
  local name=$1 log start=$SECONDS outcome=passed task timer
  shift
  log=$logs/${name// /-}.log
  echo "== $name"
  ("$@") >"$log" 2>&1 &
  task=$!
  (sleep "$longest" && echo "stopped after $longest s" >>"$log" && kill_tree "$task") &>/dev/null &
  timer=$!
  wait "$task" 2>/dev/null || { outcome=FAILED && tail -n 60 "$log"; }
  kill_tree "$timer"; wait "$timer" 2>/dev/null || true
  printf '%-34s %-6s %5d s\n' "$name" "$outcome" $((SECONDS - start)) | tee -a "$results"
}

build() { cmake --preset "$1" && cmake --build --preset "$1" -- -k 0; }
native_tests() { ctest --preset "$1" -j "$cores"; }
cpp_files() { find include src tests wasm bench -path bench/peers -prune -o -name '*.[ch]pp' -print0; }
vectors() { find tests/vectors -name '*.safetensors' -print0; }

check_cpp_format() { cpp_files | xargs -0 clang-format-14 --dry-run --Werror; }
# Checks src/ as the sanitized build compiles it: several files at once, so that their headers are parsed once. Clang's
# analyzer takes an included file for code, not for a header, if the file that includes it is named UnifiedSource….
# It follows an eighth of its usual number of steps through a function, which finds most defects in a third of the time.
check_cpp_defects() {
  local build=build/native-sanitize commands=build/tidy/compile_commands.json batch analyzer=()
  [[ -n ${LODESTONE_LONG:-} ]] || analyzer=(--extra-arg=-{Xclang,analyzer-config,Xclang} --extra-arg=max-nodes=30000)
  mkdir -p build/tidy
  sed 's|/Unity/unity_|/Unity/UnifiedSource_|g' "$build/compile_commands.json" >"$commands"
  for batch in $(find "$build" -path '*/Unity/unity_*.cxx'); do cp "$batch" "${batch/unity_/UnifiedSource_}"; done
  {
    grep -rl --include='UnifiedSource_*.cxx' "$PWD/src/" "$build"
    sed -n "s|.*\"file\": \"\($PWD/src/.*\)\".*|\1|p" "$commands"
  } | xargs -P "$cores" -n 1 clang-tidy-14 -p build/tidy --quiet "${analyzer[@]}"
}
types() { npm run types && npm --prefix bench run types; }
# Browser tests in which no sound plays can share the machine.
silent=(checkpoints docs import library serve)
browser_tests() {
  local browser=$1
  shift
  BROWSER=$browser node --test "${@/#/tests/browser/}"
}
silent_tests() { browser_tests "$1" "${silent[@]/%/.test.js}"; }
sounding_tests() {
  local files
  files=$(cd tests/browser && ls *.test.js | grep -vxFf <(printf '%s.test.js\n' "${silent[@]}"))
  browser_tests "$1" $files
}
verify_native() { vectors | xargs -0 build/native/lodestone-verify; }
compare_with_pytorch() {
  cmake --build --preset native --target train_piano
  "$PYTHON" tests/pytorch/compare_training.py build/native/tests/pytorch/train_piano
}
verify_wasm() { vectors | xargs -0 npm run --silent verify --; }

suite 'generated files are current' npm run facts -- --check
suite 'build native' build native
suite 'build wasm' build wasm
suite 'build native-sanitize' build native-sanitize
suite 'build scripts' npm run build:js
suite 'types' types

# Lanes run at the same time, the suites of a lane one after another. Benchmarks only have to work here.
benchmarks() {
  suite 'bench, quick' scripts/bench.sh --quick
  suite 'bench:realtime, quick' scripts/bench.sh --realtime --quick
  suite 'consumer of the installed library' tests/consumer/run.sh
  suite 'measures of quality' "$PYTHON" tests/quality/test_measures.py
  suite 'Chromium, silent' silent_tests chromium
  suite 'Firefox, silent' silent_tests firefox
}
tests() {
  suite 'native tests, sanitized, fuzzers' native_tests native-sanitize
  suite 'native tests' native_tests native
  suite 'documentation' node --test tests/docs/*.test.js
  suite 'Node tests' npm test
  suite 'tests of the bench' npm --prefix bench test
  suite 'package, installed' node --test tests/package/*.test.js
}
checks() {
  suite 'clang-tidy' check_cpp_defects
  suite 'clang-format' check_cpp_format
  suite 'API reference' npm run reference
  suite 'eslint' npm run lint
  suite 'prettier' npm run format:check
  suite 'verify, native' verify_native
  suite 'verify, wasm' verify_wasm
}
benchmarks & tests & checks & wait

# What plays in real time has the machine to itself: beside anything else, an audio thread is late now and then.
suite 'Chromium' sounding_tests chromium
suite 'Firefox' sounding_tests firefox

if "$PYTHON" -c 'import torch' 2>/dev/null; then
  suite 'PyTorch, models from and to' "$PYTHON" tests/pytorch/interchange.py build/native/lodestone build/native/lodestone-verify
  suite 'PyTorch example' tests/pytorch/example.sh
  [[ -z ${LODESTONE_LONG:-} ]] || suite 'PyTorch, 200 epochs' compare_with_pytorch
else
  echo 'PyTorch tests: not run, python3-torch is not installed' | tee -a "$results"
fi

printf '\n'
cat "$results"
printf 'whole run: %d s\n' "$SECONDS"
passed=$(grep -c ' passed ' "$results" || true) failed=$(grep -c ' FAILED ' "$results" || true)
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
