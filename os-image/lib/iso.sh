# The medium to install from: an ISO that is a USB stick as well. Starts the system from the medium, which asks or is told what to do.

make_iso() {
  local work esp
  work=$(mktemp -d "$result/iso.XXXXXX")
  esp=$result/iso-esp.img
  mkdir -p "$work/hearth"
  ln "$result/root.img" "$work/hearth/root.img"
  cp "$result/disk.efi" "$work/hearth/boot.efi"
  cp "$result/loader.efi" "$work/hearth/loader.efi"
  printf '%s\n' "$version" >"$work/hearth/version"
  loader_texts "$work/hearth"
  rm -f "$esp"
  truncate -s 128M "$esp"
  mkfs.vfat -F 32 -n HEARTH -i 48454153 --invariant "$esp" >/dev/null
  at_moment mmd -i "$esp" ::EFI ::EFI/BOOT
  at_moment mcopy -i "$esp" "$result/install.efi" ::EFI/BOOT/BOOTX64.EFI
  find "$work" -exec touch -d "@$(moment)" {} +
  SOURCE_DATE_EPOCH=$(moment) xorriso -as mkisofs -quiet -r -J -V HEARTH -o "$result/hearth-$version.iso" \
    -append_partition 2 C12A7328-F81F-11D2-BA4B-00A0C93EC93B "$esp" -appended_part_as_gpt \
    -e --interval:appended_partition_2:all:: -no-emul-boot -partition_offset 16 "$work"
  rm -rf "$work" "$esp"
}

list_sizes() {
  [[ -d $result ]] || fail "Version $version is not built. Use: ./hearth image build"
  local file
  for file in "$result"/{root.img,disk.efi,install.efi,net.efi,"hearth-$version.raucb","hearth-$version.iso",disk.img}; do
    [[ ! -f $file ]] || printf '%-28s %8.1f MB\n' "${file##*/}" "$(bc -l <<<"$(du -B1 "$file" | cut -f 1) / 1000000")"
  done
  printf '%-28s %s\n' "root hash" "$(<"$result/roothash")"
}
