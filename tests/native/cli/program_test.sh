#!/usr/bin/env bash
# Runs the real program on real files, to test what a fake host cannot. Usage: program_test.sh PROGRAM SOUNDS
set -u
program=$1 sounds=$2
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
  echo "FAIL: $1"
  sed 's/^/    /' err.txt out.txt
  failures=$((failures + 1))
}

# expect CODE WORDS...: runs the program; its output is in out.txt and err.txt.
expect() {
  local wanted=$1
  shift
  "$program" "$@" >out.txt 2>err.txt
  local code=$?
  [ "$code" -eq "$wanted" ] || fail "lodestone $* ended with $code, not $wanted"
}

says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }
no_leftovers() { [ -z "$(find . -name '*.tmp')" ] || fail "a temporary file is left over"; }

small="--fft 512 --hop 256 --layers 16 --sequence 8 --batch 16"

expect 0 --version
expect 0 help
says out.txt generate

# The whole chain, with the formats that libsndfile reads and a resampled sound.
expect 0 analyze "$sounds/piano.wav" -o s.safetensors --fft 512 --hop 128 --rate 22050
says out.txt "22050 Hz"
expect 0 info s.safetensors
says out.txt "9"
expect 0 phase s.safetensors -o p.wav --nofuture 1 --batch 2 --save-spectrum r.safetensors
says out.txt consistency
# shellcheck disable=SC2086
expect 0 train "$sounds/piano.wav" -o alone.safetensors --epochs 2 $small --threads 1
expect 0 train "$sounds/piano.wav" -o m.safetensors --epochs 2 $small --threads 8
cmp alone.safetensors m.safetensors || fail "eight threads give a different model than one"
expect 0 generate m.safetensors -o g.wav --seconds 1 --phase fast
expect 0 info g.wav
says out.txt 44100
expect 0 plot g.wav -o g.png --size 600x300
[ "$(head -c 8 g.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "g.png is not a PNG"
expect 0 plot m.safetensors -o l.png

# Failures leave existing files unchanged.
echo precious >keep
cp keep keep.copy
expect 2 analyze keep -o keep
says err.txt "also an input"
expect 2 analyze /nowhere.wav -o keep
expect 2 phase m.safetensors -o keep
ln -s keep link
expect 2 analyze "$sounds/piano.wav" -o folder/missing/x
says err.txt "no folder"
mkdir a_folder
expect 2 analyze "$sounds/piano.wav" -o a_folder
says err.txt "a folder"
expect 2 analyze a_folder -o x
for where in ./new.wav a_folder/../new.wav "$PWD//new.wav"; do
  expect 2 phase s.safetensors -o new.wav --save-spectrum "$where"
  says err.txt "another file"
done
ln -s keep new.link
expect 2 phase s.safetensors -o keep --save-spectrum new.link
says err.txt "another file"
# Even if somebody has put a link where the temporary file could be expected.
sh -c 'ln -s keep "d.npy.$$.tmp" && exec "$@"' sh "$program" analyze "$sounds/drums.wav" -o d.npy >out.txt 2>err.txt ||
  fail "a link next to the output was in the way"
rm d.npy.*.tmp
cmp -s keep keep.copy || fail "keep was changed"

# A full disk: the device refuses, and the program says so.
expect 2 analyze "$sounds/drums.wav" -o /dev/full
says err.txt "No space left"
[ -c /dev/full ] || fail "/dev/full was replaced"
# A limit on file size simulates a disk that fills up: the old file stays.
cp keep small.npy
(ulimit -f 8 && trap '' XFSZ && "$program" analyze "$sounds/drums.wav" -o small.npy >out.txt 2>err.txt)
code=$?
[ "$code" -eq 2 ] || fail "a file that grows too large ended with $code, not 2"
cmp -s small.npy keep.copy || fail "a failed write changed the file"
no_leftovers

# Links are followed, and permissions stay.
chmod 640 keep
expect 0 analyze "$sounds/drums.wav" -o link
[ -L link ] || fail "the link was replaced"
[ "$(stat -c %a keep)" = 640 ] || fail "permissions changed"

# Ctrl-C during training.
# shellcheck disable=SC2086
"$program" train "$sounds/piano.wav" -o half.safetensors --epochs 100000 $small >out.txt 2>err.txt &
pid=$!
for ((tenths = 0; tenths < 600; ++tenths)); do
  grep -q epoch.*loss err.txt && break
  sleep 0.1
done
kill -INT $pid
wait $pid
code=$?
[ "$code" -eq 130 ] || fail "Ctrl-C ended with $code, not 130"
says err.txt half.safetensors
expect 0 generate half.safetensors -o h.wav --seconds 0.5 --phase fast
no_leftovers

# A damaged header must not make the program ask for the memory it claims.
cp "$sounds/piano.wav" huge.wav
printf '\xff\xff\xff\x7f' | dd of=huge.wav bs=1 seek=40 conv=notrunc 2>/dev/null
expect 2 info huge.wav
head -c 3000 "$sounds/piano.wav" >cut.wav
expect 2 info cut.wav
says err.txt expected
head -c 20 "$sounds/piano.wav" >header.wav
expect 2 info header.wav

[ "$failures" -eq 0 ] && echo "all passed"
exit "$failures"
