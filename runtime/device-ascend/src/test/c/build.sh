#!/bin/sh
# Builds the stand-in of CANN: its libraries with the same C interface, which compute on the processor.
#
#   build.sh <output> [plain|address|thread]
#   build.sh <output> --lack symbol,symbol,... [8|9] [name]
#
# <output>/cann8 and <output>/cann9 are laid out like installations of CANN 8.x and 9.x, for HEARTH_ASCEND_HOME. The second form
# adds <output>/<name> (lacking-<first symbol>, unless one is given): a face without those symbols; an operator goes with both of
# its functions.
#
# What belongs where:
#   runtime/ objects/      the core that all libraries of a face share, libstandin_core.so, and of it
#     acl_*.c              libascendcl.so, or libacl_rt.so in the 9.x face
#     nnopbase_*.c         libnnopbase.so
#   nn/ tf/  math_ nn_ tf_ libopapi.so, or libopapi_math.so, libopapi_nn.so, libopapi_transformer.so; other files help these
#   hccl/    hccl_ hcomm_  libhccl.so, or libhccl.so and libhcomm.so; other files go to the core
#   test/                  <output>/<face>/test: programs against the libraries of that face
# Symbols that STANDIN_NINE_ONLY names are not in the 8.x face.
#
# It is built for the architecture that the compiler makes code for: CC=aarch64-linux-gnu-gcc build.sh <another output>.
#
# Only what is older than its sources is compiled. A file that does not compile is named, and everything else is built all the
# same; the exit status is 1 then. Without gcc nothing is built, with a warning, and the tests that need it are skipped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
compiler=${CC:-gcc}

if [ "${1:-}" = --compile ]; then # one object: --compile <object> <source> <flags>
    mkdir -p "$(dirname "$2")"
    rm -f "$2"
    # shellcheck disable=SC2086
    if ! "$compiler" $4 -MMD -MF "$2.d" -c "$3" -o "$2.new"; then
        echo "ERROR: $3 does not compile." >&2
        exit 1
    fi
    printf '%s' "$4" >"$2.flags"
    mv "$2.new" "$2"
    exit 0
fi

if [ $# -lt 1 ]; then
    echo "usage: build.sh <output> [plain|address|thread] | <output> --lack symbols [8|9] [name]" >&2
    exit 2
fi
if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "WARNING: no C compiler ($compiler) was found. The Ascend device is not tested on this machine. Install gcc and build again."
    exit 0
fi
target=$("$compiler" -dumpmachine)
architecture=${target%%-*}
mkdir -p "$1/objects"
out=$(cd "$1" && pwd)
if command -v flock >/dev/null 2>&1 && [ -z "${HEARTH_BUILD_LOCKED:-}" ]; then
    HEARTH_BUILD_LOCKED=1 exec flock "$out/lock" sh "$0" "$@"
fi
shift
variant=plain lacking="" lack_face=8 lack_name=""
if [ "${1:-}" = --lack ]; then
    lacking=$(printf '%s' "$2" | tr ',' ' ')
    lack_face=${3:-8}
    lack_name=${4:-lacking-${2%%,*}}
    variant=$(cat "$out/objects/variant" 2>/dev/null || echo plain)
elif [ $# -gt 0 ]; then
    variant=$1
fi
status=0

common="-std=c11 -D_GNU_SOURCE -g1 -fPIC -fno-semantic-interposition -fno-math-errno -pthread -Wall -Wextra -Werror -I$here/include"
case $variant in
plain) optimise=-O3 link="" ;;
address) optimise="-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer" link="-fsanitize=address,undefined" ;;
thread) optimise="-O1 -fsanitize=thread" link="-fsanitize=thread" ;;
*)
    echo "build.sh: unknown variant $variant" >&2
    exit 2
    ;;
esac
echo "$variant" >"$out/objects/variant"
# Cards fuse products and sums, so gcc may, where the processor can.
if [ "$architecture" = x86_64 ] && [ -r /proc/cpuinfo ] && grep -qw fma /proc/cpuinfo && grep -qw avx2 /proc/cpuinfo; then
    optimise="$optimise -mavx2 -mfma"
fi
common="$common $optimise -ffp-contract=fast"

# tool <name> <arguments>: ar, ld, nm or objcopy for the code that the compiler makes.
tool() {
    tool_program=$("$compiler" -print-prog-name="$1")
    shift
    "$tool_program" "$@"
}

# fresh <object> <flags>: the object is newer than all that it was made of, and was made with these flags.
fresh() {
    [ -f "$1" ] && [ -f "$1.d" ] && [ "$(cat "$1.flags" 2>/dev/null)" = "$2" ] || return 1
    made=$(sed -e 's/^[^:]*://' -e 's/\\$//' "$1.d")
    # shellcheck disable=SC2086
    newer=$(find $made -newer "$1" 2>/dev/null) && [ -z "$newer" ]
}

flags_of() {
    case $1 in
    runtime | objects) echo "$common -I$here/runtime -I$here/objects" ;;
    *) echo "$common -I$here/$1" ;;
    esac
}

# compile_all: every source, two at a time.
compile_all() {
    {
        for folder in runtime objects nn tf hccl; do
            flags=$(flags_of $folder)
            for source in "$here/$folder"/*.c; do
                [ -f "$source" ] || continue
                name=$(basename "$source" .c)
                if [ "$name" = face ]; then
                    for face in 8 9; do
                        object=$out/objects/$folder/face$face.o
                        fresh "$object" "$flags -DSTANDIN_FACE=$face" || printf '%s\0%s\0%s\0' "$object" "$source" "$flags -DSTANDIN_FACE=$face"
                    done
                else
                    object=$out/objects/$folder/$name.o
                    fresh "$object" "$flags" || printf '%s\0%s\0%s\0' "$object" "$source" "$flags"
                fi
            done
        done
    } | xargs -0 -r -n 3 -P 2 sh "$0" --compile || status=1
}

# objects <folder> <pattern...>: objects of sources that exist, by the shell pattern of their names.
objects() {
    folder=$1
    shift
    for pattern in "$@"; do
        for source in "$here/$folder"/$pattern.c; do
            object=$out/objects/$folder/$(basename "$source" .c).o
            [ -f "$source" ] && [ -f "$object" ] && echo "$object"
        done
    done
}

# others <folder> <prefixes>: objects of sources without one of these prefixes.
others() {
    for object in $(objects "$1" '*'); do
        case " $2 " in
        *" $(basename "$object" | sed 's/_.*//')_ "*) ;;
        *) echo "$object" ;;
        esac
    done
}

# exported <face> <objects...>: names that a library of this face exports.
exported() {
    face=$1
    shift
    tool nm --defined-only -g "$@" 2>/dev/null | awk -v face="$face" -v lacking="$lacking" '
        BEGIN { n = split(lacking, list, " "); for (i = 1; i <= n; i++) { gone[list[i]] = gone[list[i] "GetWorkspaceSize"] = 1 } }
        $2 == "T" && $3 ~ /^(acl|Hccl)/ { names[$3] = 1 }
        $3 ~ /^standin_nine_/ && face == 8 { n = substr($3, 14); gone[n] = gone[n "GetWorkspaceSize"] = 1 }
        END { for (name in names) if (!(name in gone)) print name }' | sort
}

# shared <library> <script> <more> <inputs...>: links a library, unless it is newer than its inputs and its list of names.
shared() {
    library=$1 script=$2 more=$3
    shift 3
    if [ -f "$library" ] && [ -z "$(find "$@" "$script" -newer "$library")" ] && [ "$(cat "$library.list" 2>/dev/null)" = "$more $*" ]; then
        return 0
    fi
    # shellcheck disable=SC2086
    if ! "$compiler" -shared -pthread $link "-Wl,-soname,$(basename "$library")" -Wl,-z,defs "-Wl,-rpath,\$ORIGIN" \
        "-Wl,--version-script=$script" -o "$library.new" "$@" $more -lm; then
        echo "ERROR: $(basename "$library") could not be linked." >&2
        status=1
        return 1
    fi
    mv "$library.new" "$library"
    printf '%s' "$more $*" >"$library.list"
}

# keep <file>: standard input, unless the file has it already.
keep() {
    cat >"$1.new"
    if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}

# group <face> <library> <folder> <prefix...>: one relocatable object of those files of the folder and what they need of others,
# so that folders may use the same names. Prints its name.
group() {
    g_face=$1 g_library=$2 g_folder=$3
    shift 3
    patterns=$(for prefix in "$@"; do printf '%s*\n' "$prefix"; done)
    set -f
    # shellcheck disable=SC2086
    set -- $patterns
    set +f
    members=$(objects "$g_folder" "$@")
    [ -n "$members" ] || return 0
    whole=$out/objects/$g_folder.a
    all=$(objects "$g_folder" '*')
    # shellcheck disable=SC2086
    if [ ! -f "$whole" ] || [ -n "$(find $all -newer "$whole")" ] || [ "$(tool ar t "$whole" | wc -l)" != "$(echo "$all" | wc -l)" ]; then
        rm -f "$whole"
        tool ar crs "$whole" $all
    fi
    names=$objects_of_face/$g_library-$g_folder.names
    exported "$g_face" $members | keep "$names"
    result=$objects_of_face/$g_library-$g_folder.o
    if [ ! -f "$result" ] || [ -n "$(find "$whole" "$names" -newer "$result")" ]; then
        # shellcheck disable=SC2086
        tool ld -r -o "$result.new" $members "$whole" >&2 && tool objcopy --keep-global-symbols="$names" "$result.new" >&2 || return 1
        mv "$result.new" "$result"
    fi
    echo "$result"
}

# library <face> <name> <inputs...>: a library that exports what its inputs define for others.
library() {
    l_face=$1 l_name=$2
    shift 2
    [ $# -gt 0 ] || return 0
    {
        echo '{ global:'
        exported "$l_face" "$@" | sed 's/$/;/'
        echo 'local: *; };'
    } | keep "$objects_of_face/$l_name.map"
    shared "$libraries/$l_name" "$objects_of_face/$l_name.map" "-L$libraries -lstandin_core" "$@"
}

# misplaced: operators in files whose name does not tell their library.
misplaced() {
    for folder in nn tf; do
        for object in $(others $folder "math_ nn_ tf_"); do
            if tool nm --defined-only -g "$object" | grep -q ' T aclnn'; then
                echo "ERROR: $object defines operators; its name must begin with math_, nn_ or tf_." >&2
                status=1
            fi
        done
    done
}

version_files() {
    home=$1
    if [ "$2" = 8 ]; then
        cann=8.1.RC1 inner=V100R001C21 driver=25.0.rc1 hal=7.35.23 firmware=7.7.0.1.231
    else
        cann=9.0.0 inner=V100R001C25 driver=25.5.0 hal=7.35.30 firmware=7.8.0.5.216
    fi
    mkdir -p "$home/runtime" "$home/$architecture-linux" "$home/driver/lib64/driver" "$home/firmware"
    keep "$home/runtime/version.info" <<END
Version=$cann
version_dir=$cann
END
    keep "$home/$architecture-linux/ascend_toolkit_install.info" <<END
package_name=Ascend-cann-toolkit
version=$cann
innerversion=${inner}SPC001B238
arch=$architecture
os=linux
END
    keep "$home/driver/version.info" <<END
Version=$driver
ascendhal_version=$hal
package_version=$driver
compatible_version=[V100R001C15],[V100R001C18],[$inner]
END
    keep "$home/firmware/version.info" <<END
Version=$firmware
package_version=$driver
compatible_version_drv=[$driver,$driver.]
END
}

# make_face <name> <8|9>
# shellcheck disable=SC2046
make_face() {
    face=$2
    libraries=$out/$1/lib64
    objects_of_face=$out/objects/$1
    mkdir -p "$libraries" "$objects_of_face"
    echo '{ global: standin_*; local: *; };' | keep "$objects_of_face/core.map"
    shared "$libraries/libstandin_core.so" "$objects_of_face/core.map" "" "$out/objects/runtime/face$face.o" \
        $(others runtime acl_ | grep -v '/face') $(others objects nnopbase_) $(others hccl "hccl_ hcomm_") || return 1
    if [ "$face" = 8 ]; then
        library 8 libascendcl.so $(objects runtime 'acl_*')
        library 8 libnnopbase.so $(objects objects 'nnopbase_*')
        library 8 libopapi.so $(group 8 libopapi nn math_ nn_ tf_) $(group 8 libopapi tf math_ nn_ tf_)
        library 8 libhccl.so $(objects hccl 'hccl_*' 'hcomm_*')
    else
        library 9 libacl_rt.so $(objects runtime 'acl_*')
        library 9 libnnopbase.so $(objects objects 'nnopbase_*')
        for part in math:math_ nn:nn_ transformer:tf_; do
            prefix=${part#*:} part=libopapi_${part%%:*}
            library 9 "$part.so" $(group 9 "$part" nn "$prefix") $(group 9 "$part" tf "$prefix")
        done
        library 9 libhccl.so $(objects hccl 'hccl_*')
        library 9 libhcomm.so $(objects hccl 'hcomm_*')
    fi
    version_files "$out/$1" "$face"
}

# tests <name>: programs against the libraries of a face.
tests() {
    mkdir -p "$out/$1/test"
    for source in "$here"/test/*.c; do
        [ -f "$source" ] || continue
        program=$out/$1/test/$(basename "$source" .c)
        libraries=$out/$1/lib64
        if [ -f "$program" ] && [ -z "$(find "$here/test" "$here/include" "$libraries" -newer "$program" -type f)" ]; then
            continue
        fi
        list=$(cd "$libraries" && ls ./*.so | sed 's|^\./|-l:|')
        # shellcheck disable=SC2086
        if ! "$compiler" $common $link "$source" -o "$program" "-L$libraries" -Wl,--no-as-needed $list -lm "-Wl,-rpath,\$ORIGIN/../lib64"; then
            echo "ERROR: $source does not compile." >&2
            status=1
        fi
    done
}

compile_all
misplaced
if [ -n "$lack_name" ]; then
    make_face "$lack_name" "$lack_face" || status=1
else
    for face in 8 9; do
        make_face cann$face $face || status=1
        tests cann$face
    done
fi
exit $status
