#!/bin/sh
# Builds the emulated card: the kernels for the processor, and stand-ins for NVIDIA's libraries.
#
#   build.sh <output directory> [plain|checked|asan]
#   build.sh <output directory> <variant> <sources> <library>
#
# <output directory>/lib gets libhearth_emulator.so (emulator/), libhearth_kernels.so (every src/main/cuda/*.cu), and one
# library per other directory next to this script that has a file SONAME: all of its *.cpp as the library of that name,
# libcuda.so.1 before the others, which are linked with it. A file exports.map gives symbol versions, as NVIDIA's have.
#
# Only what is older than its sources is compiled. A file that does not compile is named, and everything else is built all the
# same; the exit status is 1 then. Without g++ nothing is built, with a warning, and the tests that need it are skipped.
#
# Variants: "checked" finds races, accesses beside allocations and misaligned ones (emulator/checker.cpp); "asan" has
# AddressSanitizer, which also finds what runs over the end of a variable.
#
# The second form adds lib/<library> to what the first has built: kernels from another directory, to take the place of ours.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1
variant=${2:-plain}
headers=$(cd "$here/../../main/cuda" && pwd)
kernels=${3:-$headers}
replacement=${4:-}
compiler=${CXX:-g++}
status=0

if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "WARNING: no C++ compiler ($compiler) was found. CUDA kernels are not tested on this machine. Install g++ and build again."
    exit 0
fi
mkdir -p "$out/lib" "$out/objects"
out=$(cd "$out" && pwd)
if command -v flock >/dev/null 2>&1 && [ -z "${HEARTH_BUILD_LOCKED:-}" ]; then
    HEARTH_BUILD_LOCKED=1 exec flock "$out/lock" sh "$0" "$@"
fi

# nvcc fuses products and sums, so g++ may, where the processor can. It also lets pointers to other types alias.
fused=""
if [ -r /proc/cpuinfo ] && grep -qw fma /proc/cpuinfo && grep -qw avx2 /proc/cpuinfo; then
    fused="-mavx2 -mfma"
fi
common="-std=c++17 -O2 -g1 -fPIC -fvisibility=hidden -fno-strict-aliasing -fno-math-errno -fcf-protection=none -pthread -Wall -Wextra"
if [ "$(uname -m)" != x86_64 ]; then
    common=$(echo "$common" | sed 's/-fcf-protection=none//')
fi
case $variant in
plain) ;;
checked) common="$common -DHEARTH_EMULATOR_ONE_THREAD -DHEARTH_EMULATOR_CHECKED" ;;
asan) common="$common -DHEARTH_EMULATOR_ONE_THREAD -fsanitize=address -fsanitize=alignment -fno-sanitize-recover=alignment -fno-omit-frame-pointer" ;;
*)
    echo "build.sh: unknown variant $variant" >&2
    exit 2
    ;;
esac
kernelFlags="$common $fused -ffp-contract=fast -DHEARTH_EMULATOR -Wno-unknown-pragmas -Wno-unused-function -Wno-sign-compare -I$here/emulator -I$headers"
if [ "$variant" = asan ]; then
    kernelFlags="$kernelFlags -O1"
elif [ "$variant" = checked ]; then
    kernelFlags="$kernelFlags -O1 -fsanitize=thread -fsanitize=alignment"
fi

# compile <object> <source> <flags>: unless the object is newer than all that it was made of, and was made with these flags.
compile() {
    if [ -f "$1" ] && [ -f "$1.d" ] && [ "$(cat "$1.flags" 2>/dev/null)" = "$3" ]; then
        made=$(sed -e 's/^[^:]*://' -e 's/\\$//' "$1.d")
        # shellcheck disable=SC2086
        if newer=$(find $made -newer "$1" 2>/dev/null) && [ -z "$newer" ]; then
            return 0
        fi
    fi
    mkdir -p "$(dirname "$1")"
    rm -f "$1"
    # shellcheck disable=SC2086
    if ! "$compiler" $3 -x c++ -MMD -MF "$1.d" -c "$2" -o "$1.new"; then
        echo "ERROR: $2 does not compile with the emulator." >&2
        return 1
    fi
    printf '%s' "$3" >"$1.flags"
    mv "$1.new" "$1"
}

# link <library> <name> <further flags> <objects...>: unless it is newer than all of them, and made of these.
link() {
    library=$1 name=$2 more=$3
    shift 3
    if [ -f "$library" ] && [ "$(cat "$out/objects/$name.list" 2>/dev/null)" = "$more $*" ] \
        && [ -z "$(find "$@" -newer "$library")" ]; then
        return 0
    fi
    # shellcheck disable=SC2086
    if ! "$compiler" $common -shared "-Wl,-soname,$name" -Wl,-z,defs "-Wl,-rpath,\$ORIGIN" -o "$library.new" "$@" \
        "-L$out/lib" $more; then
        echo "ERROR: $name could not be linked." >&2
        return 1
    fi
    mv "$library.new" "$library"
    printf '%s' "$more $*" >"$out/objects/$name.list"
}

# objects <directory> <flags> <sources...>: compiles all and leaves the objects that came of it in $list.
objects() {
    place=$out/objects/$1 flags=$2
    shift 2
    list=""
    for source in "$@"; do
        [ -f "$source" ] || continue
        object=$place/$(basename "$source").o
        if compile "$object" "$source" "$flags"; then
            list="$list $object"
        else
            status=1
        fi
    done
}

# shellcheck disable=SC2086
{
    if [ -n "$replacement" ]; then
        objects "$replacement" "$kernelFlags" "$kernels"/*.cu
        link "$out/lib/$replacement" "$replacement" "-lhearth_emulator" $list || status=1
        exit $status
    fi
    objects emulator "$common -I$here/emulator" "$here"/emulator/*.cpp
    link "$out/lib/libhearth_emulator.so" libhearth_emulator.so "-ldl" $list || status=1

    # Each file is a library of its own, so that only its own shared variables are filled before its blocks run.
    objects kernels "$kernelFlags" "$kernels"/*.cu
    mkdir -p "$out/lib/kernels"
    families="" names=""
    for object in $list; do
        name=$(basename "$object" .cu.o).so
        if link "$out/lib/kernels/$name" "$name" "-lhearth_emulator -Wl,-rpath,\$ORIGIN/.." "$object"; then
            families="$families $out/lib/kernels/$name" names="$names -l:$name"
        else
            status=1
        fi
    done
    echo "" >"$out/objects/none.cpp"
    [ -f "$out/objects/none.o" ] || "$compiler" -fPIC -c "$out/objects/none.cpp" -o "$out/objects/none.o"
    link "$out/lib/libhearth_kernels.so" libhearth_kernels.so \
        "-L$out/lib/kernels -Wl,-rpath,\$ORIGIN/kernels -Wl,--no-as-needed $names" "$out/objects/none.o" || status=1

    for directory in libcuda $(cd "$here" && ls); do
        [ -f "$here/$directory/SONAME" ] || continue
        name=$(cat "$here/$directory/SONAME")
        objects "$directory" "$common $fused -I$here/emulator -I$here/libcuda" "$here/$directory"/*.cpp
        more="-l:libcuda.so.1"
        if [ "$directory" = libcuda ]; then
            more="-Wl,--no-as-needed -lhearth_kernels -lhearth_emulator -Wl,--as-needed -ldl"
        fi
        if [ -f "$here/$directory/exports.map" ]; then
            more="$more -Wl,--version-script=$here/$directory/exports.map"
        fi
        link "$out/lib/$name" "$name" "$more" $list || status=1
    done
}
exit $status
