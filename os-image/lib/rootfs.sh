# Debian's part of the system: packages, without our own files. Made anew only when the list of packages changes.

readonly suite=trixie

# Sets "rootfs" to the archive.
locate_rootfs() {
  rootfs=$cache/rootfs-$(digest_of "$suite" "$here/packages" "$here/lib/rootfs.sh").tar
}

make_rootfs() {
  locate_rootfs
  [[ ! -f $rootfs ]] || return 0
  local sources packages
  sources=$(mktemp)
  # Where this machine gets its packages from, the image's come from, too; the address does not stay in the image.
  apt_sources >"$sources"
  packages=$(sed 's/#.*//' "$here/packages" | xargs | tr ' ' ,)
  local -a options=(--mode=unshare --variant=apt --architectures=amd64 --include="$packages"
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"')
  local path
  for path in /usr/share/man /usr/share/doc /usr/share/locale /usr/share/info /usr/share/lintian /usr/share/bug; do
    options+=(--dpkgopt="path-exclude=$path/*")
  done
  # Licences are kept: what is shipped must carry them.
  options+=(--dpkgopt='path-include=/usr/share/doc/*/copyright')
  options+=(--customize-hook='rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*')
  # The archive serves many commits, and must be the same whichever of them made it.
  SOURCE_DATE_EPOCH=$cache_moment mmdebstrap "${options[@]}" "$suite" "$rootfs.part" "$sources" --format=tar
  rm -f "$sources"
  mv "$rootfs.part" "$rootfs"
}

apt_sources() {
  local deb=http://deb.debian.org/debian security=http://deb.debian.org/debian-security
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg own=/etc/apt/sources.list.d/debian.sources
  if [[ -f $own ]]; then
    deb=$(sed -n 's/^URIs: *//p' "$own" | grep -v security | head -n 1)
    security=$(sed -n 's/^URIs: *//p' "$own" | grep security | head -n 1)
  fi
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$deb" "$suite" "$keyring" "${security:-$deb-security}" "$suite-security"
}
