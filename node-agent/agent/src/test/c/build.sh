#!/bin/sh
# Builds a stand-in for libnvidia-ml.so.1 twice: as a present driver has it, and as an old one that lacks what came later.
#
#   build.sh <output directory>
#
# The libraries go to <output directory>/new and <output directory>/old. What is newer than all sources is left alone. Without
# gcc the build goes on; the tests that need the stand-in are then skipped by name.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1
compiler=${CC:-gcc}

if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "WARNING: no C compiler ($compiler) was found. Tests that need the stand-in of NVIDIA's management library are skipped."
    exit 0
fi

build() {
    library=$out/$1/libnvidia-ml.so.1
    if [ -f "$library" ] && [ -z "$(find "$here" -maxdepth 1 -newer "$library" -type f)" ]; then
        return 0
    fi
    mkdir -p "$out/$1"
    # shellcheck disable=SC2086
    "$compiler" -std=gnu11 -O1 -g -fPIC -shared -fvisibility=hidden -Wall -Wextra -pthread $2 \
        "$here/configuration.c" "$here/cards.c" "$here/devices.c" "$here/health.c" "$here/events.c" \
        -o "$library.new" -ldl -lm && mv "$library.new" "$library"
}

build new "" && build old "-DOLD_DRIVER"
