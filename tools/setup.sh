#!/usr/bin/env bash
# setup.sh run|test: the system packages and the virtual environment the product (run) or its tests (test) need.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(python3-venv libgl1 libegl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3
  libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0
  tesseract-ocr tesseract-ocr-sqi tesseract-ocr-ita tesseract-ocr-ell tesseract-ocr-deu tesseract-ocr-fra
  # hints said aloud
  espeak-ng alsa-utils
  # PyInstaller reads shared libraries with objdump
  binutils)
[ "${1:-run}" = test ] && packages+=(age openssh-client fonts-ocr-b poppler-utils
  postgresql chromium libatomic1 libfuse2 fuse3 swtpm tpm2-tools
  gnome-keyring dbus-daemon)
# A Node.js from elsewhere brings its own npm, and Debian's npm does not go with it.
[ "${1:-run}" = test ] && ! command -v npm >/dev/null && packages+=(nodejs npm)

missing=()
if command -v dpkg-query >/dev/null; then
  # Some are provided by a renamed package on newer systems, hence the look at what provides them.
  installed=$(dpkg-query -W -f='${Status} ${Package} ${Provides}\n' 2>/dev/null | grep '^install ok installed')
  for p in "${packages[@]}"; do
    grep -qE "[ ,]$(printf %s "$p" | sed 's/[.+]/\\&/g')([ ,(]|$)" <<<"$installed" || missing+=("$p")
  done
fi
if [ ${#missing[@]} -gt 0 ]; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  if command -v apt-get >/dev/null && $sudo true 2>/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    echo "installing: ${missing[*]}"
    $sudo apt-get update -qq >/dev/null
    $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "These system packages are missing; install them with: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
fi

if [ ! -x .venv/bin/python ]; then
  for python in python3.11 python3.12 python3; do
    command -v "$python" >/dev/null || continue
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'; then found=$python; break; fi
  done
  [ -n "${found:-}" ] || { echo "Python 3.11 or 3.12 is needed; install it with: sudo apt-get install python3.11" >&2; exit 1; }
  "$found" -m venv .venv
fi
if ! cmp -s requirements.lock .venv/installed.lock; then
  echo "installing the Python packages of requirements.lock"
  .venv/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
  cp requirements.lock .venv/installed.lock
fi
.venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .

if [ "${1:-run}" = test ] && ! cmp -s tests/node/package-lock.json tests/node/node_modules/installed.json; then
  echo "installing the Node.js packages of tests/node"
  (cd tests/node && npm ci --silent --no-audit --no-fund && cp package-lock.json node_modules/installed.json)
fi
