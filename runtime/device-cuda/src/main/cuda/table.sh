#!/bin/sh
# Prints docs/cuda-kernels.md from what ptxas said when the kernels were built.
#
#   table.sh [<work directory of build.sh>]
#
# Without a directory, the kernels are built first where the Maven build has them.
set -eu
export LC_ALL=C

if [ $# -gt 0 ]; then
    work=$(cd "$1" && pwd)
    cd "$(dirname "$0")"
else
    cd "$(dirname "$0")"
    sh build.sh ../../../target/classes/cuda
    work=../../../target/cuda-build
fi
if ! ls "$work"/*.log >/dev/null 2>&1; then
    echo "There is nothing to tell: the kernels were not built (no nvcc)." >&2
    exit 1
fi

cat <<TEXT
# Kernels as compiled for cards
Made by \`sh runtime/device-cuda/src/main/cuda/table.sh >docs/cuda-kernels.md\` with the CUDA compiler
$(sed -n 's/.*release .*V\([0-9.]*\).*/\1/p' "$work/compiler"). Registers per thread on compute capability 8.0, 8.6, 8.9 and 9.0; bytes of registers that are spilled to
memory and read back, at worst, per thread; bytes of static shared memory per block. \`CompiledKernelsTest\` holds the bounds.
Nothing here was measured on a card.
TEXT

for source in *.cu; do
    name=${source%.cu}
    [ -f "$work/$name.sm_80.log" ] || continue
    printf '\n## %s\n| kernel | 8.0 | 8.6 | 8.9 | 9.0 | spilled | shared |\n' "$source"
    echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: |'
    for target in sm_80 sm_86 sm_89 sm_90; do
        sed "s/^/$target /" "$work/$name.$target.log"
    done | awk '
        function number(before,    text) {
            text = $0
            if (!match(text, "[0-9]+ " before)) return 0
            return substr(text, RSTART, RLENGTH) + 0
        }
        /Compiling entry function/ { split($0, part, "\047"); kernel = part[2]; kernels[kernel] = 1 }
        /spill stores/ {
            spills = number("bytes spill stores") + number("bytes spill loads")
            if (spills > worst[kernel]) worst[kernel] = spills
        }
        /Used [0-9]+ registers/ {
            registers[kernel, $1] = number("registers")
            if (number("bytes smem") > shared[kernel]) shared[kernel] = number("bytes smem")
        }
        END {
            for (kernel in kernels)
                printf "| %s | %s | %s | %s | %s | %d | %d |\n", kernel, registers[kernel, "sm_80"],
                    registers[kernel, "sm_86"], registers[kernel, "sm_89"], registers[kernel, "sm_90"],
                    worst[kernel], shared[kernel]
        }' | sort
done
