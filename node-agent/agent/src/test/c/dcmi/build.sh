#!/bin/sh
# Builds a stand-in for the management library of Ascend cards, laid out like an installed driver:
#
#   build.sh <output directory>           <output directory>/new and /old: as a present driver has it, and as an old one that
#                                         lacks what came later; the library is in driver/lib64 of each
#   build.sh --into <CANN's directory>    the present one alone, in driver/lib64 of that directory
#
# What is newer than all sources is left alone. Without gcc the build goes on; the tests that need the stand-in are then skipped
# by name.
set -u
here=$(cd "$(dirname "$0")" && pwd)
compiler=${CC:-gcc}

if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "WARNING: no C compiler ($compiler) was found. Tests that need the stand-in of Ascend's management library are skipped."
    exit 0
fi

build() {
    library=$1/driver/lib64/libdcmi.so
    if [ -f "$library" ] && [ -z "$(find "$here" -newer "$library" -type f)" ]; then
        return 0
    fi
    mkdir -p "$1/driver/lib64"
    # shellcheck disable=SC2086
    "$compiler" -std=gnu11 -O1 -g -fPIC -shared -fvisibility=hidden -Wall -Wextra -Werror -pthread $2 \
        "$here/configuration.c" "$here/cards.c" "$here/devices.c" "$here/health.c" "$here/events.c" "$here/processes.c" \
        -o "$library.new" -ldl -lm && mv "$library.new" "$library"
}

if [ "$1" = --into ]; then
    build "$2" ""
else
    build "$1/new" "" && build "$1/old" "-DOLD_DRIVER"
fi
