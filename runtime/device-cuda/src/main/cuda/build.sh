#!/bin/sh
# Builds the kernels for cards: every .cu next to this script, for every target.
#
#   build.sh <output directory> [<work directory>]
#
# <output directory>/<name>.<target>.cubin and .ptx are the images, <output directory>/index has a line for each: name, target,
# file, SHA-256. <output directory>/src gets the sources, with an index of their own (file, SHA-256), for machines on which
# they are compiled when they are first needed. The work directory, by default cuda-build two levels above the output, keeps
# what ptxas says of registers and spills (<name>.<target>.log) and what tells which images are up to date.
#
# A source is compiled again if it, a header that it includes, this script or the compiler has changed. The images depend on
# nothing else: not on folders, nor on the time. Without nvcc, or without g++, which it calls, only the sources are copied. A
# source that does not compile is named, everything else is built all the same, and the exit status is 1 then.
set -u
export LC_ALL=C

# Real cards by compute capability, and the virtual one whose PTX each is made of: the PTX also ships, for cards to come.
targets="sm_80:compute_80 sm_86:compute_80 sm_89:compute_80 sm_90:compute_90"
virtual="compute_80 compute_90"
flags="-std=c++17 -O3"
jobs=2

here=$(cd "$(dirname "$0")" && pwd)

# The files that a source is made of, itself included.
parts() {
    pending=$1 seen=""
    while [ -n "$pending" ]; do
        # shellcheck disable=SC2086
        set -- $pending
        file=$1
        shift
        pending=$*
        case " $seen " in *" $file "*) continue ;; esac
        seen="$seen $file"
        for include in $(sed -n 's/^ *# *include "\(.*\)".*/\1/p' "$file"); do
            [ -f "$include" ] && pending="$pending $include"
        done
    done
    echo "$seen"
}

# What the images of a source depend on, as one number.
key() {
    # shellcheck disable=SC2046
    cat "$here/build.sh" "$work/compiler" $(parts "$1") | sha256sum | cut -d ' ' -f 1
}

# Names that nvcc makes up contain a number made of the source's path.
nameless() {
    sed -E 's/(_INTERNAL_|_GLOBAL__N__)[0-9a-f]{8}_/\100000000_/g'
}

images() {
    for capability in $virtual; do echo "$1.$capability.ptx"; done
    for target in $targets; do echo "$1.${target%%:*}.cubin"; done
}

compile() {
    name=$1
    for capability in $virtual; do
        # shellcheck disable=SC2086
        nvcc $flags -allow-unsupported-compiler -ptx "-arch=$capability" "$name.cu" -o "$work/$name.$capability.raw" || return 1
        nameless <"$work/$name.$capability.raw" >"$out/$name.$capability.ptx" || return 1
        rm -f "$work/$name.$capability.raw"
    done
    for target in $targets; do
        real=${target%%:*} capability=${target##*:}
        nvcc -cubin "-arch=$real" -Xptxas -v,-O3 "$out/$name.$capability.ptx" -o "$out/$name.$real.cubin" \
            >"$work/$name.$real.log" 2>&1 || {
            cat "$work/$name.$real.log" >&2
            return 1
        }
    done
}

# Compiles a source unless its images are there and of this key.
build() {
    name=$1
    wanted=$(key "$name.cu")
    complete=yes
    for image in $(images "$name"); do [ -f "$out/$image" ] || complete=no; done
    for target in $targets; do [ -f "$work/$name.${target%%:*}.log" ] || complete=no; done
    if [ "$complete" = yes ] && [ "$(cat "$work/$name.key" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    rm -f "$work/$name.key"
    if ! compile "$name"; then
        images "$name" | while read -r image; do rm -f "$out/$image"; done
        echo "ERROR: $name.cu does not compile for cards." >&2
        return 1
    fi
    echo "$wanted" >"$work/$name.key"
}

# A line of the index for each image that is there.
index() {
    for source in *.cu; do
        name=${source%.cu}
        for image in $(images "$name"); do
            [ -f "$out/$image" ] || continue
            target=${image#"$name".}
            echo "$name ${target%.*} $image $(sha256sum <"$out/$image" | cut -d ' ' -f 1)"
        done
    done
}

# Files of the output that no source has made.
tidy() {
    for image in "$out"/*.cubin "$out"/*.ptx; do
        file=${image##*/}
        [ -f "$image" ] && [ ! -f "${file%%.*}.cu" ] && rm -f "$image"
    done
    for copy in "$out"/src/*; do
        file=${copy##*/}
        [ "$file" = index ] || [ -f "$file" ] || rm -f "$copy"
    done
    return 0
}

copySources() {
    mkdir -p "$out/src"
    for file in *.h *.cu; do
        cmp -s "$file" "$out/src/$file" || cp "$file" "$out/src/$file"
    done
    for file in *.h *.cu; do
        echo "$file $(sha256sum <"$file" | cut -d ' ' -f 1)"
    done >"$out/src/index"
}

# Whether there is a compiler for all targets; says what is lacking if not.
usable() {
    if ! command -v nvcc >/dev/null 2>&1 || ! nvcc --version >"$work/compiler" 2>&1; then
        echo "no CUDA compiler (nvcc) was found"
    elif ! command -v g++ >/dev/null 2>&1; then
        echo "nvcc needs g++, which was not found"
    else
        known=$(nvcc --list-gpu-code 2>/dev/null)
        for target in $targets; do
            echo "$known" | grep -qx "${target%%:*}" || {
                echo "this nvcc is too old for ${target%%:*}"
                return 1
            }
        done
        return 0
    fi
    return 1
}

if [ "$1" = --one ]; then
    out=$2 work=$3
    cd "$here" && build "$4"
    exit $?
fi

mkdir -p "$1"
out=$(cd "$1" && pwd)
work=${2:-$out/../../cuda-build}
mkdir -p "$work"
work=$(cd "$work" && pwd)
if command -v flock >/dev/null 2>&1 && [ -z "${HEARTH_BUILD_LOCKED:-}" ]; then
    HEARTH_BUILD_LOCKED=1 exec flock "$work/lock" sh "$0" "$@"
fi
cd "$here" || exit 1
copySources
tidy

if ! lacking=$(usable); then
    rm -f "$out/index" "$out"/*.cubin "$out"/*.ptx "$work"/*.key "$work"/*.log
    echo "Kernels for NVIDIA cards are not built here: $lacking. A machine with a card compiles them when it first needs" \
        "them, by NVIDIA's library libnvrtc."
    exit 0
fi
# The largest first, so that none is left alone at the end.
status=0
# shellcheck disable=SC2012
ls -S -- *.cu | sed 's/\.cu$//' | xargs -P "$jobs" -n 1 sh "$here/build.sh" --one "$out" "$work" || status=1
index >"$work/index.new"
cmp -s "$work/index.new" "$out/index" || cp "$work/index.new" "$out/index"
exit $status
