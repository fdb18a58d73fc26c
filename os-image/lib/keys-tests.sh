# Tests of a change of keys, without a virtual machine: with the image's own RAUC, real bundles of a small system, and the hook of the
# bundle on folders that stand for the machine.

test_keys() {
  local -a clock=()
  local work=$out/keys-test keys=$out/keys-test/keys result=$out/keys-test/result
  rm -rf "$work"
  mkdir -p "$result"
  cp "$out/$version/hearth-$version.cdx.json" "$result/"
  head -c 1M "$cache/vmlinuz" >"$work/system"
  make_keys "$keys"
  bundle_keys_change
  boot_keys_change
  rm -rf "$work"
}

# generation NAME: a bundle as these keys make it now, and whom an image trusts that is built with it.
generation() {
  sign_boot "$cache/systemd-bootx64.efi" "$result/loader.efi"
  sign_boot "$cache/linuxx64.efi.stub" "$result/disk.efi"
  bundle_of "$work/system" "$work/$1.raucb" >"$work/log" 2>&1
  write_keyring "$work/$1.keyring"
}

# The RAUC of the image, which is newer than that of the machine that builds it; at an hour that "clock" may set.
image_rauc() {
  "${clock[@]}" "$cache/tree/usr/lib64/ld-linux-x86-64.so.2" --library-path "$cache/tree/usr/lib/x86_64-linux-gnu" "$cache/tree/usr/bin/rauc" "$@"
}

# takes GENERATION BUNDLE: whether a machine that runs the one believes the bundle of the other.
takes() {
  image_rauc --keyring="$work/$1.keyring" info "$work/$2.raucb" >"$work/said" 2>&1 || fail "$1 does not take the bundle of $2: $(tail -n 1 "$work/said")"
  say "  $1 takes the bundle of $2: $(sed -n "s/.*Verified .*signature by '\(.*\)'\$/\1/p" "$work/said")"
}

# declines GENERATION BUNDLE REASON
declines() {
  ! image_rauc --keyring="$work/$1.keyring" info "$work/$2.raucb" >"$work/said" 2>&1 || fail "$1 takes the bundle of $2."
  grep -q "$3" "$work/said" || fail "$1 refuses the bundle of $2, but not for what it is: $(tail -n 1 "$work/said")"
  say "  $1 refuses the bundle of $2: $(tail -n 1 "$work/said")"
}

bundle_keys_change() {
  generation before
  make_next_keys bundle "$keys"
  generation between
  (make_next_keys bundle "$keys") 2>/dev/null && fail "A second next key was made."
  switch_with_power_cuts bundle
  generation after
  takes before between
  takes between between
  takes between after
  takes after after
  declines before after 'signature verification failed'
  # The former key is trusted no more, whatever it signs.
  declines after before 'signature verification failed'
  declines after between 'signature verification failed'
  # The signer's certificate ends after ten years.
  clock=(faketime -f +11y)
  declines after after 'certificate has expired'
  clock=()
}

# switch_with_power_cuts KIND: the power goes after each step of a copy's switch; what is built next ends it. Then it is done for real.
switch_with_power_cuts() {
  local kind=$1 cut=0 ended=no copy=$work/cut
  while [[ $ended == no ]]; do
    rm -rf "$copy"
    cp -a "$keys" "$copy"
    if (interrupted_switch "$kind" "$copy" $cut) >/dev/null 2>&1; then ended=yes; fi
    ((++cut < 100)) || fail "The switch of the $kind keys does not end."
    # Not decided yet: all is as it was, and it can be begun again.
    (finish_switch "$copy")
    if [[ -f $copy/next/$kind.key ]]; then
      cmp -s "$copy/$kind.key" "$keys/$kind.key" || fail "After cut $cut the $kind key is another one, and a next one is there."
      (switch_keys "$kind" "$copy") >/dev/null 2>&1
    fi
    as_switched "$kind" "$copy" || fail "After cut $cut the $kind keys are not those that they should be."
  done
  ((cut > 4)) || fail "The power was never cut."
  switch_keys "$kind" "$keys"
  say "  $((cut - 1)) power cuts while the $kind keys were switched: ended by the next command, none lost"
}

# interrupted_switch KIND FOLDER STEPS: ends as a power cut does after so many changes of the folder.
interrupted_switch() {
  local left=$3 program
  for program in mv cp mkdir rm; do
    eval "$program() { ((left-- > 0)) || exit 9; command $program \"\$@\"; }"
  done
  switch_keys "$1" "$2"
}

# as_switched KIND FOLDER: whether the keys of the folder are the next ones of $keys, and the former ones are put aside.
as_switched() {
  local file retired
  retired=$(find "$2/retired" -mindepth 1 -maxdepth 1 | sort -V | tail -n 1)
  for file in $(key_files "$1"); do
    cmp -s "$keys/next/$file" "$2/$file" && cmp -s "$keys/$file" "$retired/$file" || return 1
  done
  [[ -z $(find "$2" -name '*.part' -o -name '*.switch') ]]
}

boot_keys_change() {
  local -a all
  mkdir -p "$work/machine/"{efi/EFI/BOOT,efi/EFI/hearth,efi/loader/entries,sys/firmware/efi/efivars,usr/lib/hearth,run/hearth,dev/disk/by-partlabel,bin}
  echo 0.0.1 >"$work/machine/usr/lib/hearth/version"
  printf '#!/bin/sh\necho %s\n' $((1 << 30)) >"$work/machine/bin/blockdev"
  chmod +x "$work/machine/bin/blockdev"
  printf '\6\0\0\0\1' >"$work/machine/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
  generation one-key
  cp "$result/loader.efi" "$work/machine/efi/EFI/BOOT/BOOTX64.EFI"
  cp "$keys/boot.pem" "$work/former.pem"
  list_of "$keys/enroll/db.auth" >"$work/db-former"
  make_next_keys boot "$keys"
  cp "$keys/next/boot.pem" "$work/next.pem"
  list_of "$keys/enroll/db-next.auth" >"$work/db-next"
  signed_by_exchange_key "$keys/enroll/db-next.auth" "$work/db-next"
  generation two-keys
  signed_by_both "$result/loader.efi" "$result/disk.efi"
  switch_with_power_cuts boot
  generation next-key
  ! sbverify --cert "$work/former.pem" "$result/loader.efi" >/dev/null 2>&1 || fail "The former key signs still."
  firmware_list "$work/db-former"
  installable two-keys
  installed_loader two-keys
  not_installable next-key
  firmware_list "$work/db-former" "$work/db-next"
  installable next-key
  installed_loader next-key
  # The list of a machine from which the former certificate has gone.
  firmware_list <(list_of "$keys/enroll/db.auth")
  installable two-keys
  not_installable one-key
}

signed_by_both() {
  local program certificate
  for program in "$@"; do
    for certificate in "$work/former.pem" "$work/next.pem"; do
      sbverify --cert "$certificate" "$program" >/dev/null 2>&1 || fail "$program is not signed with both keys."
    done
  done
  say "  the loader and the boot image carry the signatures of both keys"
}

# list_of FILE: what an authenticated variable would hold: after the hour (16 bytes) and the signature, which begins with its length.
list_of() {
  tail -c "+$((17 + $(od -An -tu4 -j 16 -N 4 "$1")))" "$1"
}

# signed_by_exchange_key FILE LIST: as the firmware checks an addition to its list "db" (attributes 0x67; UEFI 2.10, 8.2.2).
signed_by_exchange_key() {
  local length
  length=$(od -An -tu4 -j 16 -N 4 "$1")
  { printf 'd\0b\0\xcb\xb2\x19\xd7\x3a\x3d\x96\x45\xa3\xbc\xda\xd0\x0e\x67\x65\x6f\x67\0\0\0' && head -c 16 "$1" && cat "$2"; } >"$work/signed"
  tail -c +41 "$1" | head -c $((length - 24)) >"$work/signature"
  # The firmware's signatures are bare, without the frame that says what they are.
  { printf '\x30\x82%b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x82%b' "$(two_bytes $((length - 24 + 15)))" "$(two_bytes $((length - 24)))" &&
    cat "$work/signature"; } >"$work/framed"
  openssl smime -verify -inform DER -in "$work/framed" -content "$work/signed" -certfile "$keys/exchange.pem" -nointern -noverify -binary \
    >/dev/null 2>"$work/said" || fail "The addition to the firmware's list is not signed as the firmware asks: $(tail -n 1 "$work/said")"
  say "  the addition to the firmware's list is signed with the exchange key"
}

two_bytes() {
  printf '\\x%02x\\x%02x' $(($1 >> 8)) $(($1 & 255))
}

# firmware_list LIST...: what the firmware trusts; a variable begins with its attributes.
firmware_list() {
  { printf '\x27\0\0\0' && cat "$@"; } >"$work/machine/sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
}

# run_hook BUNDLE STEP: as RAUC runs it, from the bundle's own files.
run_hook() {
  rm -rf "$work/open"
  unsquashfs -q -n -d "$work/open" "$work/$1.raucb" >/dev/null
  PATH=$work/machine/bin:$PATH HEARTH_SYSTEM_ROOT=$work/machine RAUC_MF_VERSION=$version RAUC_SLOT_BOOTNAME=B "$work/open/hook" "$2" 2>"$work/said"
}

installable() {
  run_hook "$1" install-check || fail "The bundle \"$1\" is refused: $(<"$work/said")"
  say "  the firmware would start what is in the bundle \"$1\""
}

not_installable() {
  ! run_hook "$1" install-check || fail "The bundle \"$1\" would be installed, and the firmware would not start it."
  grep -q 'firmware does not trust' "$work/said" || fail "The bundle \"$1\" is refused, but not for what it is: $(<"$work/said")"
  say "  the bundle \"$1\" is refused: $(<"$work/said")"
}

# installed_loader BUNDLE: after its installation the loader carries the signature of every key that the bundle is signed with.
installed_loader() {
  local loader=$work/machine/efi/EFI/BOOT/BOOTX64.EFI certificate
  run_hook "$1" slot-post-install
  for certificate in "$work"/open/signers/*.der; do
    sbverify --cert <(openssl x509 -inform DER -in "$certificate") "$loader" >/dev/null 2>&1 || fail "After \"$1\" the loader does not carry the signature of $certificate."
  done
  # Only the first of these two had to change it: the other slot may need the former signature.
  cmp -s "$loader" <(unsquashfs -cat "$work/two-keys.raucb" loader.efi) || fail "The loader is not that of the bundle with both signatures."
}
