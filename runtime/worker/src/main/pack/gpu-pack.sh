#!/usr/bin/env bash
# Makes the pack for a machine with an NVIDIA card: one archive with all that gpu-check.sh (beside this script) needs there, a
# Java runtime included. `./hearth gpu-pack` builds and calls it.
#
#   gpu-pack.sh [--output FILE]     an archive; its ending, .tar.xz or .tar.gz, says how it is packed
#   gpu-pack.sh --folder DIR        the same files in a folder, without packing them
#   gpu-pack.sh --check OPTION...   only looks at the options
#
# A bare machine may have no xz. Python unpacks .tar.xz as well; where that is missing, too, choose .tar.gz, which is larger.
# The same inputs give the same bytes. JAVA_HOME must be a JDK; the modules must have been built, their tests compiled.
set -euo pipefail
export LC_ALL=C
umask 022

readonly name=hearth-gpu-pack
readonly most_bytes=60000000
# The time of every file: that of the project's other artefacts, project.build.outputTimestamp.
readonly time=1767225600
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../../../../.." && pwd)
readonly here root
readonly modules=(contract text device device-cpu device-cuda engine worker)
# Bytedeco's presets: of some thirty libraries, Hearth calls these.
readonly glue=(cudart cublas nccl)

main() {
  local output='' folder='' check=''
  if [[ ${1:-} == --check ]]; then
    check=yes
    shift
  fi
  while (($# > 0)); do
    case $1 in
      --output) output=${2:-} ;;
      --folder) folder=${2:-} ;;
      *) fail "There is no option \"$1\" here. It is: gpu-pack [--output FILE]" ;;
    esac
    [[ -n ${2:-} ]] || fail "$1 needs a value."
    shift 2
  done
  [[ -z $output || $output == *.tar.xz || $output == *.tar.gz ]] || fail "The name of the pack must end in .tar.xz or .tar.gz."
  [[ -z $check ]] || return 0
  require_what_is_packed
  if [[ -n $folder ]]; then
    [[ ! -e $folder ]] || fail "$folder is there already."
    stage "$folder"
  else
    archive "${output:-$(default_output)}"
  fi
}

fail() {
  printf '%s\n' "$*" >&2
  exit 2
}

default_output() {
  mkdir -p "$root/target"
  if command -v xz >/dev/null; then
    printf '%s' "$root/target/$name.tar.xz"
  else
    printf '%s' "$root/target/$name.tar.gz"
  fi
}

require_what_is_packed() {
  local module
  [[ -x ${JAVA_HOME:-}/bin/jlink ]] || fail "JAVA_HOME must be a JDK with jlink."
  [[ $(uname -sm) == "Linux x86_64" ]] || fail "The pack is for Linux on x86-64 and must be made on such a machine."
  for module in "${modules[@]}"; do
    [[ -d $root/runtime/$module/target/classes ]] || fail "$module is not built. Use: ./hearth gpu-pack"
  done
  [[ -d $root/runtime/engine/target/test-classes && -f $root/runtime/worker/target/test-classpath ]] ||
    fail "The tests are not compiled. Use: ./hearth gpu-pack"
  [[ -f $root/runtime/device-cuda/target/classes/cuda/index ]] ||
    printf '%s\n' "Without nvcc there are no kernels in this pack: the machine with the card compiles them with its libnvrtc." >&2
}

# ---- The archive ---------------------------------------------------------------------------------------------------

archive() {
  local output=$1 work bytes
  case $output in
    *.tar.xz) local -a pack=(xz -9 -T1) ;;
    *.tar.gz) local -a pack=(gzip -9n) ;;
  esac
  command -v "${pack[0]}" >/dev/null || fail "There is no ${pack[0]} on this machine. Choose the other ending."
  [[ -d $(dirname -- "$output") ]] || fail "There is no folder $(dirname -- "$output")."
  work=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf -- '$work' '$output.$$'" EXIT
  stage "$work/$name"
  tar -C "$work" --sort=name --format=gnu --mtime=@$time --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    -cf - "$name" | "${pack[@]}" >"$output.$$"
  bytes=$(stat -c %s "$output.$$")
  if ((bytes > most_bytes)); then
    fail "The pack would have $bytes bytes, and more than $most_bytes cannot be carried everywhere."
  fi
  mv -- "$output.$$" "$output"
  printf '%s\n' "$output" "$bytes bytes, SHA-256 $(sha256sum <"$output" | cut -d ' ' -f 1)"
}

# ---- Its content ---------------------------------------------------------------------------------------------------

stage() {
  local stage=$1 module
  mkdir -p "$stage/lib"
  for module in "${modules[@]}"; do
    copy "$root/runtime/$module/target/classes" "$stage/classes/$module"
  done
  tests "$stage"
  libraries "$stage/lib"
  java_runtime "$stage"
  copy "$root/runtime/starter/model" "$stage/starter/model"
  copy "$root/runtime/starter/sample" "$stage/starter/sample"
  cp "$here/gpu-check.sh" "$here/gpu_peer.py" "$root/LICENSE" "$root/docs/hardware.md" "$stage/"
  chmod 755 "$stage/gpu-check.sh"
  git -C "$root" describe --always --dirty --abbrev=40 2>/dev/null >"$stage/commit" || echo unknown >"$stage/commit"
}

copy() {
  mkdir -p "$(dirname -- "$2")"
  cp -r "$1" "$2"
}

# The engine's tests, and the numbers they compare with in the place where they look for them.
tests() {
  copy "$root/runtime/engine/target/test-classes" "$1/classes/engine-tests"
  rm -rf "$1/classes/engine-tests/goldens"
  copy "$root/runtime/engine/src/test/resources/goldens" "$1/engine/src/test/resources/goldens"
}

# Jars as they are; of tokenizers and CUDA presets, which hold libraries for every system, what this one needs, as folders.
# Left out: oneDNN, which is as large as half of the rest (the processor's own kernels do without), the HTTP server, the glue to
# Ascend cards, and what only other tests need.
libraries() {
  local lib=$1 jar
  local -a jars
  IFS=: read -r -a jars <<<"$(<"$root/runtime/worker/target/test-classpath")"
  for jar in "${jars[@]}"; do
    case ${jar##*/} in
      *-linux-arm64.jar | dnnl-* | vertx-* | netty-* | archunit-* | byte-buddy-* | jna-* | hearth-*) ;;
      tokenizers-*.jar) tokenizers "$jar" "$lib/tokenizers" ;;
      cuda-*.jar) unpack "$jar" "$lib/cuda" ;;
      *.jar) cp "$jar" "$lib/" ;;
    esac
  done
  cut_glue "$lib/cuda"
}

unpack() {
  mkdir -p "$2"
  (cd "$2" && "$JAVA_HOME/bin/jar" --extract --file "$1")
}

tokenizers() {
  unpack "$1" "$2"
  find "$2/native/lib" -mindepth 1 -maxdepth 1 -type d ! -name linux-x86_64 -exec rm -r {} +
  rm -rf "$2/nlp"
}

cut_glue() {
  local folder=$1/org/bytedeco/cuda part keep=' '
  for part in "${glue[@]}"; do
    keep+="libjni$part.so $part $part.class "
  done
  find "$folder" -mindepth 1 -maxdepth 1 -type d ! -name global ! -name presets ! -name linux-x86_64 | unwanted "$keep"
  find "$folder/linux-x86_64" "$folder/global" -mindepth 1 | unwanted "$keep"
  rm -rf "$1/META-INF/native-image"
}

# Deletes the paths that it reads, but for those whose last name is in a list.
unwanted() {
  local path
  while IFS= read -r path; do
    [[ $1 == *" ${path##*/} "* ]] || rm -rf "$path"
  done
}

# ---- The Java runtime ----------------------------------------------------------------------------------------------

# As large as it must be: the modules that anything in the pack refers to. java.desktop is left out: it makes a third of such a
# runtime, and what refers to it are JSON mappers that do without, and readers of pictures.
java_runtime() {
  local stage=$1 needed
  local -a jars
  jars=("$stage"/lib/*.jar)
  needed=$("$JAVA_HOME/bin/jdeps" -summary --ignore-missing-deps --multi-release 25 \
    --module-path "$(IFS=:; printf '%s' "${jars[*]}")" "${jars[@]}" "$stage"/classes/* "$stage"/lib/tokenizers "$stage"/lib/cuda |
    awk '$3 ~ /^(java|jdk)\./ && $3 != "java.desktop" {print $3}' | sort -u | paste -sd,)
  "$JAVA_HOME/bin/jlink" --add-modules "$needed,jdk.incubator.vector" --compress zip-0 --strip-debug --no-header-files \
    --no-man-pages --output "$stage/runtime" 2>&1 | grep -v '^WARNING: Using incubator modules' >&2 || true
  [[ -x $stage/runtime/bin/java ]] || fail "jlink could not make a runtime of the JDK in $JAVA_HOME."
}

main "$@"
