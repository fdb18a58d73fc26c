# The disk of an installed appliance, as a file: EFI partition, two slots, data. The installer makes the same on a real disk.

# Sizes in MiB. A real disk has larger slots, for drivers; see the installer.
readonly esp_size=512 slot_size=${HEARTH_IMAGE_SLOT:-1024} data_size=${HEARTH_IMAGE_DATA:-4096}
readonly root_type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709

make_disk() {
  local disk=$1 esp
  esp=$result/esp.img
  rm -f "$disk" "$esp"
  (($(stat -c %s "$result/root.img") <= slot_size << 20)) || fail "The system does not fit into a slot of $slot_size MiB."
  truncate -s "$((2 + esp_size + 2 * slot_size + data_size))M" "$disk"
  partition_table | sfdisk -q "$disk"
  truncate -s ${esp_size}M "$esp"
  mkfs.vfat -F 32 -n HEARTH-ESP -i 48454152 --invariant "$esp" >/dev/null
  boot_files "$result/loader.efi" "$result/disk.efi"
  local -a starts
  mapfile -t starts < <(sfdisk -d "$disk" | sed -n 's/.*start= *\([0-9]*\),.*/\1/p')
  dd if="$esp" of="$disk" bs=1M seek=$((starts[0] / 2048)) conv=notrunc,sparse status=none
  dd if="$result/root.img" of="$disk" bs=1M seek=$((starts[1] / 2048)) conv=notrunc,sparse status=none
  E2FSPROGS_FAKE_TIME=$(moment) mke2fs -q -t ext4 -L hearth-data -U "$(uuid_of data)" \
    -E "offset=$((starts[3] * 512)),lazy_itable_init=0,hash_seed=$(uuid_of "data hashes")" "$disk" "$((data_size - 1))M"
  rm -f "$esp"
}

partition_table() {
  cat <<EOT
label: gpt
label-id: $(uuid_of disk)
name=hearth-esp, start=1MiB, size=${esp_size}MiB, type=U, uuid=$(uuid_of esp)
name=hearth-root-a, size=${slot_size}MiB, type=$root_type, uuid=$(uuid_of root-a)
name=hearth-root-b, size=${slot_size}MiB, type=$root_type, uuid=$(uuid_of root-b)
name=hearth-data, type=L, uuid=$(uuid_of data)
EOT
}

# What the boot loader of a new disk reads: its settings, and the entry of the first slot.
loader_texts() {
  printf 'timeout 0\nconsole-mode keep\neditor no\nauto-entries no\nsecure-boot-enroll manual\n' >"$1/loader.conf"
  printf 'title Hearth %s\nsort-key 0\nversion %s\nefi /EFI/hearth/a.efi\n' "$version" "$version" >"$1/slot-a.conf"
}

# The first slot has three attempts to prove itself; after that it needs none.
boot_files() {
  local work
  work=$(mktemp -d)
  loader_texts "$work"
  at_moment mmd -i "$esp" ::EFI ::EFI/BOOT ::EFI/hearth ::loader ::loader/entries
  at_moment mcopy -i "$esp" "$1" ::EFI/BOOT/BOOTX64.EFI
  at_moment mcopy -i "$esp" "$2" ::EFI/hearth/a.efi
  at_moment mcopy -i "$esp" "$work/loader.conf" ::loader/loader.conf
  at_moment mcopy -i "$esp" "$work/slot-a.conf" "::loader/entries/slot-a+3.conf"
  copy_enroll_files
  rm -rf "$work"
}

# The firmware's lists onto an EFI partition: the loader offers to enroll them while the firmware is in setup mode.
copy_enroll_files() {
  local lists
  lists=$(mktemp -d)
  enroll_files "$lists/hearth"
  if [[ -d $lists/hearth ]]; then
    at_moment mmd -i "$esp" ::loader/keys
    at_moment mcopy -s -i "$esp" "$lists/hearth" ::loader/keys/
  fi
  rm -rf "$lists"
}
