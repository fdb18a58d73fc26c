# Boot images (one file each: kernel, first program, command line, signed) and the update bundle.

# The command line that all have in common. The root hash in it is what makes the signature one of the whole system. systemd takes no
# credentials from the firmware's tables: they could bring units along.
kernel_arguments() {
  printf '%s' "console=tty0 console=ttyS0,115200 panic=10 audit=0 quiet loglevel=4 systemd.machine_id=firmware" \
    " systemd.gpt_auto=0 systemd.show_status=auto systemd.import_credentials=no hearth.roothash=$(<"$result/roothash") hearth.hashoffset=$(<"$result/hashoffset")" \
    "$(cat "$result/drivers" 2>/dev/null)"
}

make_boot_images() {
  locate_initrd
  printf 'ID=hearth\nNAME=Hearth\nPRETTY_NAME="Hearth %s"\nVERSION_ID=%s\n' "$version" "$version" >"$result/os-release"
  sign_boot "$cache/systemd-bootx64.efi" "$result/loader.efi"
  make_boot_image disk
  make_boot_image install
  make_net
}

# make_boot_image MODE [ARGUMENT...]
make_boot_image() {
  local mode=$1
  /usr/bin/python3 "$here/lib/uki.py" --stub "$cache/linuxx64.efi.stub" --linux "$cache/vmlinuz" --initrd "$initrd" \
    --os-release "$result/os-release" --uname "$(<"$cache/kernel")" --cmdline "$(kernel_arguments) hearth.mode=$mode${2:+ ${*:2}}" \
    --output "$result/$mode.unsigned"
  sign_boot "$result/$mode.unsigned" "$result/$mode.efi"
  rm "$result/$mode.unsigned"
}

# What a network serves: the boot image, the system, and what the installer needs besides, whose hash the boot image carries, as it does
# that of the system.
make_net() {
  local files
  files=$(mktemp -d)
  rm -rf "$result/net"
  mkdir "$result/net"
  medium_files "$files"
  tar -C "$files" --sort=name --mtime="@$(moment)" --owner=0 --group=0 --numeric-owner -cf "$result/net/files.tar" .
  rm -rf "$files"
  ln "$result/root.img" "$result/net/root.img"
  make_boot_image net "hearth.files=$(sha256sum "$result/net/files.tar" | cut -d ' ' -f 1)"
  mv "$result/net.efi" "$result/net/hearth.efi"
}

# sign_boot PROGRAM TARGET: with each boot key; the firmware starts it if it trusts one of them.
sign_boot() {
  local certificate
  cp "$1" "$2.part"
  for certificate in $(boot_signers); do
    at_moment sbsign --key "${certificate%.pem}.key" --cert "$certificate" --output "$2.part" "$2.part" 2>/dev/null
  done
  mv "$2.part" "$2"
}

# The certificates of a bundle's boot image, for its hook: one that the firmware does not trust is refused before anything is written.
write_signers() {
  local certificate number=0
  mkdir "$1"
  for certificate in $(boot_signers); do
    openssl x509 -in "$certificate" -outform DER -out "$1/$((++number)).der"
  done
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

# bundle_of ROOT TARGET: one generation: the root, its boot image, and the hook that puts it in place. Laid out as RAUC's format "verity"
# says: squashfs, tree of hashes, signed manifest and its length. RAUC's own command would draw a salt at random and sign the hour, so
# that no two bundles were the same; otherwise its bytes are these.
bundle_of() {
  local content bundle=$2 size hash
  content=$(mktemp -d "$result/bundle.XXXXXX")
  ln "$1" "$content/root.img"
  cp "$result/disk.efi" "$content/boot.efi"
  cp "$result/loader.efi" "$content/loader.efi"
  write_signers "$content/signers"
  cp "$result"/hearth-*.cdx.json "$content/hearth-$version.cdx.json"
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
sha256=$(sha256sum <"$1" | cut -d ' ' -f 1)
size=$(stat -c %s "$1")
filename=root.img
hooks=post-install
EOT
  rm -f "$bundle" "$bundle.part"
  mksquashfs "$content" "$bundle.part" -all-root -noappend -quiet -no-progress -no-xattrs -comp zstd -Xcompression-level 1 \
    -all-time "$(moment)" -mkfs-time "$(moment)"
  size=$(stat -c %s "$bundle.part")
  hash=$(veritysetup format --no-superblock "$bundle.part" "$bundle.part" --hash-offset="$size" --salt="$(salt_of "hearth $version")" | awk '/Root hash/ { print $3 }')
  [[ -n $hash ]] || fail "veritysetup has given no hash of the bundle."
  sed -i "/^format=verity/a verity-hash=$hash\nverity-salt=$(salt_of "hearth $version")\nverity-size=$(($(stat -c %s "$bundle.part") - size))" "$content/manifest.raucm"
  at_moment openssl cms -sign -binary -nodetach -nosmimecap -md sha256 -outform DER -signer "$keys/bundle.pem" -inkey "$keys/bundle.key" \
    -in "$content/manifest.raucm" -out "$content/signature"
  { cat "$content/signature" && printf '%016x' "$(stat -c %s "$content/signature")" | xxd -r -p; } >>"$bundle.part"
  rm -rf "$content"
  mv "$bundle.part" "$bundle"
  # What an appliance will say of it.
  rauc --keyring="$keys/bundle-ca.pem" info "$bundle"
}
