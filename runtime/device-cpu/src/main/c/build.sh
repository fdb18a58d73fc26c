#!/bin/sh
# Builds libhearth_cpu_<variant>.so for the architecture that the compiler makes code for.
#
#   build.sh <output directory> <object directory>
#   CC=aarch64-linux-gnu-gcc build.sh <output directory> <object directory>
#
# The libraries go to <output directory>/linux-<architecture>.
#
# A library that is newer than all sources is left alone. Without gcc, or where it fails, the build goes on: the device then
# uses its portable kernels.
set -u
here=$(cd "$(dirname "$0")" && pwd)
objects=$2
compiler=${CC:-gcc}

if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "WARNING: no C compiler ($compiler) was found. The CPU device will run on its portable Java kernels, which are" \
        "several times slower. Install gcc and build again."
    exit 0
fi

target=$("$compiler" -dumpmachine)
architecture=${target%%-*}
out=$1/linux-$architecture
common="-std=gnu11 -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -fopenmp -fPIC -fvisibility=hidden -Wall -Wextra"
twice="activation attention attention_grad cache dropout elementwise embedding linear loss norm rope sampling"
once="optimizer system"

build() {
    variant=$1
    flags=$2
    library=$out/libhearth_cpu_$variant.so
    if [ -f "$library" ] && [ -z "$(find "$here" -newer "$library" -name '*.[ch]')" ] \
        && [ "$library" -nt "$here/build.sh" ]; then
        return 0
    fi
    mkdir -p "$out" "$objects/$variant"
    list=""
    for file in $twice; do
        for type in F32 BF16; do
            object=$objects/$variant/$file-$type.o
            # shellcheck disable=SC2086
            "$compiler" $common $flags -DACT_$type -c "$here/$file.c" -o "$object" || return 1
            list="$list $object"
        done
    done
    for file in $once; do
        object=$objects/$variant/$file.o
        # shellcheck disable=SC2086
        "$compiler" $common $flags -c "$here/$file.c" -o "$object" || return 1
        list="$list $object"
    done
    # shellcheck disable=SC2086
    "$compiler" -shared -fopenmp $list -lm -o "$library.new" && mv "$library.new" "$library"
}

case $architecture in
x86_64)
    variants="avx512:-march=x86-64-v4,-mprefer-vector-width=512 avx2:-march=x86-64-v3 generic:-march=x86-64"
    ;;
*)
    variants="generic:-O3"
    ;;
esac
for entry in $variants; do
    variant=${entry%%:*}
    if ! build "$variant" "$(echo "${entry#*:}" | tr ',' ' ')"; then
        echo "WARNING: $compiler could not build the $variant kernels of the CPU device; it will do without them."
        rm -f "$out/libhearth_cpu_$variant.so"
    fi
done
exit 0
