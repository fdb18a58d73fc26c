# What all parts of the image's build share.

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 2
}

# Runs a step and says how long it took; what it prints goes into a log that is shown when it fails.
timed() {
  local name=$1 started=$SECONDS log code
  log=$out/logs/${name// /-}.log
  shift
  mkdir -p "$out/logs"
  # Not as a condition: within one, bash goes on after a command that fails.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  code=$?
  set -e
  if ((code != 0)); then
    tail -n 25 "$log" >&2
    say "The step \"$name\" has failed. Its whole log is in $log."
    exit 1
  fi
  printf '%-18s %4d s\n' "$name" $((SECONDS - started))
}

# The version of our modules, as Maven says it; that of an image is the same without "-SNAPSHOT", if no other is given.
program_version() {
  sed -n 's:.*<version>\([0-9.]*\(-SNAPSHOT\)\{0,1\}\)</version>.*:\1:p' "$root/pom.xml" | head -n 1
}

default_version() {
  local version
  version=$(program_version)
  printf '%s' "${version%-SNAPSHOT}"
}

# The moment that all files of the image carry: that of the last commit, so that the same commit gives the same bytes.
moment() {
  git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1767225600
}

# And that of what is made once and used for many commits.
readonly cache_moment=1767225600

# Runs a program for which it is that moment: for signatures and file systems that are dated with the hour of their making.
at_moment() {
  stopped_at "$(moment)" "$@"
}

# stopped_at SECONDS COMMAND...: with a clock that stands still.
stopped_at() {
  faketime -f "$(date -u -d "@$1" '+%F %T')" "${@:2}"
}

# A UUID that is the same for the same words, where others draw one at random.
uuid_of() {
  local digest
  digest=$(sha256sum <<<"$*")
  printf '%s' "${digest:0:8}-${digest:8:4}-4${digest:13:3}-8${digest:17:3}-${digest:20:12}"
}

# Runs a function with the rights of root over its own files alone: as root itself, or in a user namespace.
as_owner() {
  if ((EUID == 0)); then
    "$@"
  else
    unshare --user --map-root-user --map-auto -- bash -euo pipefail -c \
      "$(declare -f); $(declare -p here root out cache version result keys drivers overlay cache_moment rootfs build_root java_runtime services tree initrd 2>/dev/null); \"\$@\"" - "$@"
  fi
}

# Programs by the Debian package that brings them.
readonly program_packages="mmdebstrap:mmdebstrap mksquashfs:squashfs-tools unsquashfs:squashfs-tools veritysetup:cryptsetup-bin sfdisk:fdisk mcopy:mtools
mkfs.vfat:dosfstools mke2fs:e2fsprogs xorriso:xorriso sbsign:sbsigntool sbvarsign:sbsigntool rauc:rauc cpio:cpio zstd:zstd xz:xz-utils depmod:kmod
openssl:openssl xxd:xxd faketime:faketime python3:python3 git:git qemu-system-x86_64:qemu-system-x86 socat:socat curl:curl swtpm:swtpm bc:bc jq:jq"

missing_programs() {
  local entry
  for entry in $program_packages; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${entry%%:*}" >/dev/null || printf '%s\n' "${entry##*:}"
  done
  [[ -f /usr/share/OVMF/OVMF_CODE_4M.fd ]] || echo ovmf
  /usr/bin/python3 -c "import pefile" 2>/dev/null || echo python3-pefile
}

require_programs() {
  export PATH=$PATH:/usr/sbin:/sbin
  local missing
  missing=$(missing_programs | sort -u | tr '\n' ' ')
  [[ -z $missing ]] || fail "Programs are missing on this machine. As root: apt-get install --no-install-recommends $missing"
}

# A name for what depends on these files and words.
digest_of() {
  { cat -- "${@:2}"; printf '%s' "$1"; } | sha256sum | cut -c 1-16
}
