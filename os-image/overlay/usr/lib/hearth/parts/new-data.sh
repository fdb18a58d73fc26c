# shellcheck shell=bash disable=SC2154,SC2086
# A data partition for a machine that begins anew, and the stick that says what it becomes: for the installer and for a factory reset.
# Who takes this in has "say" and "refuse", the folder "settings" with the machine's settings, and the name "report" of a file for
# the stick; "root" stands for "/" in tests.

readonly root=${root:-${HEARTH_SYSTEM_ROOT:-}}
readonly stick=$root/run/hearth/stick

# summary TEXT: a line into the file "report" on the stick. A stick that is not there, is full or is being pulled out changes nothing.
summary() {
  mount -o remount,rw $stick 2>/dev/null || return 0
  {
    printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$stick/$report"
    sync -f $stick
    mount -o remount,ro $stick
  } || true
}

# find_stick SECONDS: mounts it, read-only.
find_stick() {
  mkdir -p $stick
  for _ in $(seq "$1"); do
    if [[ -e $root/dev/disk/by-label/PROVISION ]]; then
      mount -o ro,nosuid,nodev,noexec $root/dev/disk/by-label/PROVISION $stick
      return
    fi
    sleep 1
  done
  return 1
}

stick_takes_files() {
  mount -o remount,rw $stick 2>/dev/null && touch $stick/.hearth && rm $stick/.hearth && mount -o remount,ro $stick
}

provision() {
  $root/usr/lib/hearth/java/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -cp "$root/usr/lib/hearth/provisioning/*" \
    io.hearth.provisioning.ProvisionMain "$@"
}

# Whether the machine can do what the file asks for, while nothing is written yet.
check_encryption() {
  [[ $(<$settings/encryption) == tpm ]] || return 0
  [[ -e $root/dev/tpmrm0 ]] ||
    refuse "the file asks for encryption with a TPM 2.0, and this machine has none that the firmware shows." \
      "Switch it on in the firmware's set-up, or take \"encryption\" out of the file."
  # The key for emergencies goes onto the stick, and nowhere else.
  stick_takes_files ||
    refuse "the stick cannot be written to, and the recovery key of the encryption has to be put there."
  [[ $(<$root/run/hearth/secure-boot) == on ]] ||
    say "Secure Boot is not on: the TPM gives the key to whatever system is started on this machine. A disk that is taken out stays secret."
}

# Before an encryption, which does not encrypt what lay on the disk before.
forget_what_lay_there() {
  [[ $(<$settings/encryption) != tpm ]] || blkdiscard --quiet "$1" 2>/dev/null ||
    say "this disk forgets nothing on request: what lay on it before this installation may still be read from it"
}

# Encrypts the data partition. Whoever has the TPM of this machine, in the state of now, opens it; or the recovery key. The key that it
# is made with lies in memory only and opens nothing afterwards. Argon2 makes guessing slow; here is nothing to guess, both are random.
encrypt_data() {
  local target=$1 work=$root/run/hearth/new-key file
  (umask 077 && mkdir -p $work && head -c 64 /dev/urandom >$work/first)
  cryptsetup luksFormat --batch-mode --type luks2 --label hearth-crypt --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file $work/first "$target"
  (umask 077 && systemd-cryptenroll --recovery-key --unlock-key-file=$work/first "$target" >$work/recovery 2>/dev/null)
  file=hearth-recovery-key-$(machine_name)-$(cryptsetup luksUUID "$target" | cut -c 1-8).txt
  keep_recovery_key "$file" $work/recovery
  systemd-cryptenroll --tpm2-device=auto --tpm2-pcrs=7+12 --wipe-slot=password --unlock-key-file=$work/first "$target" >/dev/null
  rm -rf $work
  # As every start will do it.
  /usr/lib/systemd/systemd-cryptsetup attach hearth-data "$target" - tpm2-device=auto,headless=yes
  say "the data partition is encrypted. Its recovery key is on the stick, in $file: keep it where the machine is not, and delete it from the stick"
}

machine_name() {
  cat $settings/name 2>/dev/null || echo hearth
}

# On the stick, complete or not there, and read again.
keep_recovery_key() {
  mount -o remount,rw $stick
  {
    printf 'Recovery key of %s, made %s. It opens the data partition (LUKS %s) without the TPM.\r\n\r\n' \
      "$(machine_name)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(cryptsetup luksUUID "$target")"
    tr -d '\n' <"$2"
    printf '\r\n'
  } >"$stick/$1.new"
  sync -f $stick
  mv "$stick/$1.new" "$stick/$1"
  sync -f $stick
  mount -o remount,ro $stick
  grep -qF "$(<"$2")" "$stick/$1"
}

write_data() {
  local target=$1
  if [[ $(<$settings/encryption) == tpm ]]; then
    encrypt_data "$target"
    target=/dev/mapper/hearth-data
  fi
  mkfs.ext4 -q -F -L hearth-data "$target"
  mkdir -p $root/run/hearth/new-data
  mount -o nosuid,nodev "$target" $root/run/hearth/new-data
  mkdir -p $root/run/hearth/new-data/lib
  cp -a $settings $root/run/hearth/new-data/lib/hearth-system
  chmod 700 $root/run/hearth/new-data/lib/hearth-system
  write_given $root/run/hearth/new-data/lib
  umount $root/run/hearth/new-data
  if [[ $target == /dev/mapper/* ]]; then
    cryptsetup close hearth-data
  fi
}

# What the stick brings for the control plane: a certificate for its pages, and models where its page Models imports from.
write_given() {
  local lib=$1 model
  if [[ -s $settings/certificate.pem ]]; then
    install -d -o hearth -g hearth -m 700 "$lib/hearth" "$lib/hearth/keys"
    install -o hearth -g hearth -m 600 $settings/certificate.pem "$lib/hearth/keys/house.pem"
    rm "$lib/hearth-system/certificate.pem"
  fi
  if [[ -s $settings/models ]]; then
    install -d -o hearth -g hearth -m 700 "$lib/hearth" "$lib/hearth/import"
    while read -r model; do
      say "copying the model $model"
      cp -r --no-preserve=mode,ownership "$stick/$model" "$lib/hearth/import/"
    done <$settings/models
    chown -R hearth:hearth "$lib/hearth/import"
  fi
}
