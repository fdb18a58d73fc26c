# The medium to install from: an ISO that is a USB stick as well. Starts the system from the medium, which asks or is told what to do.

make_iso() {
  local work esp
  work=$(mktemp -d "$result/iso.XXXXXX")
  esp=$result/iso-esp.img
  mkdir -p "$work/hearth"
  ln "$result/root.img" "$work/hearth/root.img"
  medium_files "$work/hearth"
  rm -f "$esp"
  truncate -s 128M "$esp"
  mkfs.vfat -F 32 -n HEARTH -i 48454153 --invariant "$esp" >/dev/null
  at_moment mmd -i "$esp" ::EFI ::EFI/BOOT ::EFI/hearth ::loader ::loader/entries
  # The loader starts it, after a moment in which a person can enroll the keys of Secure Boot instead.
  at_moment mcopy -i "$esp" "$result/loader.efi" ::EFI/BOOT/BOOTX64.EFI
  at_moment mcopy -i "$esp" "$result/install.efi" ::EFI/hearth/install.efi
  sed 's/^timeout .*/timeout 5/' "$work/hearth/loader.conf" >"$result/iso-loader.conf"
  printf 'title Install Hearth %s\nefi /EFI/hearth/install.efi\n' "$version" >"$result/iso-entry.conf"
  at_moment mcopy -i "$esp" "$result/iso-loader.conf" ::loader/loader.conf
  at_moment mcopy -i "$esp" "$result/iso-entry.conf" ::loader/entries/install.conf
  copy_enroll_files
  find "$work" -exec touch -d "@$(moment)" {} +
  SOURCE_DATE_EPOCH=$(moment) xorriso -as mkisofs -quiet -r -J -V HEARTH -o "$result/hearth-$version.iso" \
    -append_partition 2 C12A7328-F81F-11D2-BA4B-00A0C93EC93B "$esp" -appended_part_as_gpt \
    -e --interval:appended_partition_2:all:: -no-emul-boot -partition_offset 16 "$work"
  rm -rf "$work" "$esp" "$result"/iso-{loader,entry}.conf
}

# What the installer needs besides the system.
medium_files() {
  cp "$result/disk.efi" "$1/boot.efi"
  cp "$result/loader.efi" "$1/loader.efi"
  printf '%s\n' "$version" >"$1/version"
  loader_texts "$1"
  enroll_files "$1/keys"
}

list_sizes() {
  [[ -d $result ]] || fail "Version $version is not built. Use: ./hearth image build"
  local file
  for file in "$result"/{root.img,disk.efi,install.efi,net/hearth.efi,"hearth-$version.raucb","hearth-$version.iso",disk.img}; do
    [[ ! -f $file ]] || printf '%-28s %8.1f MB\n' "${file##*/}" "$(bc -l <<<"$(du -B1 "$file" | cut -f 1) / 1000000")"
  done
  printf '%-28s %s\n' "root hash" "$(<"$result/roothash")"
}
