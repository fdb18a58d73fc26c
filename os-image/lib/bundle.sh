# Boot images (one file each: kernel, first program, command line, signed) and the update bundle.

# The command line that all have in common. The root hash in it is what makes the signature one of the whole system.
kernel_arguments() {
  printf '%s' "console=tty0 console=ttyS0,115200 panic=10 audit=0 quiet loglevel=4 systemd.machine_id=firmware" \
    " systemd.gpt_auto=0 systemd.show_status=auto hearth.roothash=$(<"$result/roothash") hearth.hashoffset=$(<"$result/hashoffset")"
}

make_boot_images() {
  local mode kernel more
  locate_initrd
  kernel=$(<"$cache/kernel")
  printf 'ID=hearth\nNAME=Hearth\nPRETTY_NAME="Hearth %s"\nVERSION_ID=%s\n' "$version" "$version" >"$result/os-release"
  for mode in disk install net; do
    more="hearth.mode=$mode"
    [[ $mode != net ]] || more+=" hearth.url=${HEARTH_IMAGE_URL:-http://10.0.2.2:8099/root.img}"
    /usr/bin/python3 "$here/lib/uki.py" --stub "$cache/linuxx64.efi.stub" --linux "$cache/vmlinuz" --initrd "$initrd" \
      --os-release "$result/os-release" --uname "$kernel" --cmdline "$(kernel_arguments) $more" --output "$result/$mode.unsigned"
    sign_boot "$result/$mode.unsigned" "$result/$mode.efi"
    rm "$result/$mode.unsigned"
  done
  sign_boot "$cache/systemd-bootx64.efi" "$result/loader.efi"
}

sign_boot() {
  sbsign --key "$keys/boot.key" --cert "$keys/boot.pem" --output "$2" "$1" 2>/dev/null
}

# What the page Updates says of the bundle, with line ends as manifests have them.
bundle_notes() {
  local notes=${HEARTH_IMAGE_NOTES:-}
  notes=${notes//\\/\\\\}
  [[ -z $notes ]] || printf 'description=%s\n' "${notes//$'\n'/\\n}"
}

make_bundle() {
  bundle_of "$result/root.img" "$result/hearth-$version.raucb"
}

# bundle_of ROOT TARGET: one generation: the root, its boot image, and the hook that puts it in place.
bundle_of() {
  local content
  content=$(mktemp -d "$result/bundle.XXXXXX")
  ln "$1" "$content/root.img"
  cp "$result/disk.efi" "$content/boot.efi"
  printf '%s\n' "$version" >"$content/version"
  install -m 755 "$here/bundle/hook" "$content/hook"
  cat >"$content/manifest.raucm" <<EOT
[update]
compatible=hearth-x86_64
version=$version
$(bundle_notes)
[bundle]
format=verity

[hooks]
filename=hook
hooks=install-check

[image.rootfs]
filename=root.img
hooks=post-install
EOT
  rm -f "$2"
  rauc --cert="$keys/bundle.pem" --key="$keys/bundle.key" --mksquashfs-args="-comp zstd -Xcompression-level 1 -all-time $(moment) -mkfs-time $(moment)" \
    bundle "$content" "$2"
  rm -rf "$content"
}
