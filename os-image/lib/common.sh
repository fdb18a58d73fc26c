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

default_version() {
  sed -n 's:.*<version>\([0-9.]*\)\(-SNAPSHOT\)\{0,1\}</version>.*:\1:p' "$root/pom.xml" | head -n 1
}

# The moment that all files of the image carry: that of the last commit, so that the same commit gives the same bytes.
moment() {
  git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1767225600
}

# Runs a function with the rights of root over its own files alone: as root itself, or in a user namespace.
as_owner() {
  if ((EUID == 0)); then
    "$@"
  else
    unshare --user --map-root-user --map-auto -- bash -euo pipefail -c \
      "$(declare -f); $(declare -p here root out cache version result keys overlay rootfs java_runtime services tree initrd 2>/dev/null); \"\$@\"" - "$@"
  fi
}

# Programs by the Debian package that brings them.
readonly program_packages="mmdebstrap:mmdebstrap mksquashfs:squashfs-tools veritysetup:cryptsetup-bin sfdisk:fdisk mcopy:mtools
mkfs.vfat:dosfstools mke2fs:e2fsprogs xorriso:xorriso sbsign:sbsigntool rauc:rauc cpio:cpio zstd:zstd xz:xz-utils depmod:kmod
openssl:openssl python3:python3 git:git qemu-system-x86_64:qemu-system-x86 socat:socat curl:curl"

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
