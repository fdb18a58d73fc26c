# Keys for tests. An operator keeps keys of one's own elsewhere, offline if possible, and gives the folder with --keys.
#
#   boot.key, boot.pem             sign boot images; boot.pem is what the firmware must trust (Secure Boot)
#   bundle-ca.key, bundle-ca.pem   whom the appliance believes; only bundle-ca.pem is in the image
#   bundle.key, bundle.pem         sign bundles; can be replaced without touching boxes, as long as the authority stays
#   platform.key, platform.pem     own the firmware's lists (PK); sign who may change them
#   exchange.key, exchange.pem     may change the firmware's lists (KEK); sign the list of trusted certificates
#   enroll/{PK,KEK,db}.auth        those lists, signed: they travel on media and disks, and firmware in setup mode takes them
#   enroll/db-next.auth            signed: adds the next boot key's certificate to the list of a machine in use
#   also-trusted/*.der             further certificates of that list
#   next/                          the same names: keys that will take the place of the present ones
#   retired/NUMBER/                keys whose place was taken
#
# A change of keys goes in two generations. "next": images from then on trust both authorities of updates, and boot images are signed
# with both boot keys. When all machines have one of these, "switch": the next key is the one that signs, and the former is not trusted
# any more. lib/tests says what is accepted when.

# keys_command [next|switch bundle|boot FOLDER | show FOLDER | FOLDER [CERTIFICATE...]]
keys_command() {
  case "$#:${1:-}" in
    3:next) make_next_keys "$2" "$3" ;;
    3:switch) switch_keys "$2" "$3" ;;
    2:show) show_keys "$2" ;;
    *:next | *:switch) fail "Say of what and where: image keys $1 bundle|boot FOLDER" ;;
    *:show) fail "Say where: image keys show FOLDER" ;;
    *) make_keys "${1:?Say where to: image keys FOLDER}" "${@:2}" ;;
  esac
}

# make_keys FOLDER [CERTIFICATE...]: further certificates whose programs the firmware may start, such as that of a card's option ROM.
make_keys() {
  local certificate
  require_programs
  [[ ! -e $1/boot.key ]] || fail "There are keys in $1 already."
  for certificate in "${@:2}"; do
    certificate_bytes "$certificate" >/dev/null || fail "$certificate is no certificate, neither in PEM nor in DER."
  done
  timed "keys" write_keys "$1"
  timed "further trust" keep_certificates "$@"
  timed "lists of trust" make_lists "$1"
  say "Keys for tests are in $1. Do not use them for boxes that matter."
}

write_keys() {
  umask 077
  mkdir -p "$1"
  write_boot_keys "$1" ""
  self_signed "$1" platform "platform key"
  self_signed "$1" exchange "exchange key"
  write_bundle_keys "$1" ""
}

# self_signed FOLDER NAME TITLE: for the firmware, which looks for the certificate itself and at nothing in it.
self_signed() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 7300 -sha256 -subj "/CN=Hearth test $3" -keyout "$1/$2.key" -out "$1/$2.pem"
}

# write_boot_keys FOLDER SUFFIX
write_boot_keys() {
  self_signed "$1" boot "boot signing$2"
}

# write_bundle_keys FOLDER SUFFIX: of two authorities that are trusted side by side, each has a name of its own.
write_bundle_keys() {
  openssl req -x509 -newkey rsa:3072 -nodes -days 7300 -sha256 -subj "/CN=Hearth test update authority$2" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout "$1/bundle-ca.key" -out "$1/bundle-ca.pem"
  openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=Hearth test update signing$2" -keyout "$1/bundle.key" -out "$1/bundle.csr"
  openssl x509 -req -in "$1/bundle.csr" -CA "$1/bundle-ca.pem" -CAkey "$1/bundle-ca.key" -CAcreateserial -CAserial "$1/bundle-ca.srl" -days 3650 -sha256 \
    -out "$1/bundle.pem" -extfile <(printf '%s\n' keyUsage=critical,digitalSignature extendedKeyUsage=codeSigning,emailProtection \
      basicConstraints=critical,CA:FALSE authorityKeyIdentifier=keyid)
  rm "$1/bundle.csr" "$1/bundle-ca.srl"
}

keep_certificates() {
  local folder=$1 certificate
  shift
  for certificate in "$@"; do
    mkdir -p "$folder/also-trusted"
    certificate_bytes "$certificate" >"$folder/also-trusted/$(certificate_bytes "$certificate" | sha256sum | cut -c 1-16).der"
  done
}

# --- Another key in the place of one

# The files of each kind.
key_files() {
  case $1 in
    bundle) echo bundle-ca.key bundle-ca.pem bundle.key bundle.pem ;;
    boot) echo boot.key boot.pem ;;
    *) fail "There are \"bundle\" and \"boot\" keys, and no \"$1\"." ;;
  esac
}

# make_next_keys KIND FOLDER: complete under its name, or not there.
make_next_keys() {
  local kind=$1 folder=$2
  local -a former
  require_programs
  key_files "$kind" >/dev/null
  [[ -f $folder/$kind.key ]] || fail "There are no keys in $folder."
  finish_switch "$folder"
  [[ ! -e $folder/next/$kind.key ]] || fail "There is a next $kind key in $folder already: build images, and switch when every machine has one."
  [[ $kind != boot || -f $folder/exchange.key ]] ||
    fail "exchange.key is not in $folder. It signs what the firmware is to trust: bring it for this, and take it away afterwards."
  mapfile -t former < <(compgen -G "$folder/retired/*/$kind.pem")
  timed "next keys" write_next_keys "$kind" "$folder" " $((${#former[@]} + 2))"
  [[ $kind != boot ]] || timed "list of trust" make_trusted_list "$folder"
  if [[ $kind == bundle ]]; then
    say "Images that are built from now on trust the present and the next authority, and are signed by the present one." \
      "When every machine runs one of them: image keys switch bundle $folder"
  else
    say "Boot images that are built from now on are signed with the present and the next key. Let every machine's firmware trust the next one" \
      "($folder/enroll/db-next.auth; docs/appliance.md says how), and install such an image. Then: image keys switch boot $folder"
  fi
}

write_next_keys() {
  local kind=$1 folder=$2 file
  umask 077
  rm -rf "$folder/next.part"
  mkdir -p "$folder/next.part" "$folder/next"
  "write_${kind}_keys" "$folder/next.part" "$3"
  # The one that the others are found by goes last.
  for file in $(key_files "$kind" | tr ' ' '\n' | grep -vx "$kind.key") "$kind.key"; do
    sync "$folder/next.part/$file"
    mv "$folder/next.part/$file" "$folder/next/$file"
  done
  rmdir "$folder/next.part"
  sync "$folder/next"
}

# switch_keys KIND FOLDER: one renaming decides; whatever comes after it can be broken off and is done at the next call or build.
switch_keys() {
  local kind=$1 folder=$2
  local -a former
  key_files "$kind" >/dev/null
  finish_switch "$folder"
  [[ -f $folder/next/$kind.key ]] || fail "There is no next $kind key in $folder. First: image keys next $kind $folder"
  [[ $kind != boot || -f $folder/exchange.key ]] || fail "exchange.key is not in $folder. It signs what the firmware is to trust."
  mapfile -t former < <(compgen -G "$folder/retired/*")
  mkdir -p "$folder/retired/$((${#former[@]} + 1))"
  mv "$folder/next/$kind.key" "$folder/next/$kind.key.switch"
  finish_switch "$folder"
  say "The $kind key is the next one from now on; the former is in $folder/retired: destroy it when no machine needs it any more."
}

# Goes on with a switch that was decided. Every step may have been done before.
finish_switch() {
  local folder=$1 kind file retired
  for kind in bundle boot; do
    [[ -e $folder/next/$kind.key.switch ]] || continue
    retired=$(find "$folder/retired" -mindepth 1 -maxdepth 1 | sort -V | tail -n 1)
    # As long as the former ones are not all put aside, they are in their places.
    for file in $(key_files "$kind"); do
      if [[ ! -e $retired/$file ]]; then
        cp -p "$folder/$file" "$retired/$file.part"
        sync "$retired/$file.part"
        mv "$retired/$file.part" "$retired/$file"
      fi
    done
    for file in $(key_files "$kind"); do
      if [[ -e $folder/next/$file ]]; then
        mv "$folder/next/$file" "$folder/$file"
      fi
    done
    # The lists hold the new boot key from here on. Made before the mark goes, so that they are never those of before.
    cp -p "$folder/next/$kind.key.switch" "$folder/$kind.key.part"
    mv "$folder/$kind.key.part" "$folder/$kind.key"
    [[ $kind != boot ]] || make_trusted_list "$folder"
    sync "$folder"
    rm "$folder/next/$kind.key.switch"
  done
}

# Who signs, whom images trust, and until when.
show_keys() {
  local folder=$1 file
  [[ -f $folder/bundle.pem ]] || fail "There are no keys in $folder."
  for file in bundle bundle-ca next/bundle next/bundle-ca boot next/boot; do
    [[ -f $folder/$file.pem ]] || continue
    printf '%-16s until %s, %s\n' "$file" "$(ends_on "$folder/$file.pem")" "$(openssl x509 -in "$folder/$file.pem" -noout -subject | sed 's/^subject= *//')"
  done
}

ends_on() {
  date -u -d "$(openssl x509 -in "$1" -noout -enddate | cut -d = -f 2)" +%F
}

# Says it half a year before a certificate ends; the firmware does not look at the end of the boot key's.
warn_of_ends() {
  local file
  for file in bundle bundle-ca; do
    openssl x509 -in "$keys/$file.pem" -noout -checkend $((180 * 86400)) >/dev/null ||
      say "Note: the certificate $keys/$file.pem ends on $(ends_on "$keys/$file.pem"); machines refuse updates that it signs afterwards. See: image keys next bundle"
  done
}

# write_keyring TARGET: the authorities whose bundles an image takes: the present one, and the next one, if there is one.
write_keyring() {
  cat "$keys/bundle-ca.pem" >"$1"
  [[ ! -f $keys/next/bundle.key ]] || cat "$keys/next/bundle-ca.pem" >>"$1"
}

# The certificates of the keys that sign boot images, one on each line.
boot_signers() {
  echo "$keys/boot.pem"
  [[ ! -f $keys/next/boot.key ]] || echo "$keys/next/boot.pem"
}

# --- The firmware's lists

# Each is signed by whom the firmware obeys: PK by itself, KEK by PK, db by KEK.
make_lists() {
  local folder=$1 work
  work=$(mktemp -d)
  mkdir -p "$folder/enroll"
  signature_list "$folder/platform.pem" >"$work/PK"
  signature_list "$folder/exchange.pem" >"$work/KEK"
  sign_list PK platform PK
  sign_list KEK platform KEK
  rm -rf "$work"
  make_trusted_list "$folder"
}

# db: the boot key, the next one, if there is one, and what else is trusted. For machines in use, whose list has the present one already,
# the next one by itself.
make_trusted_list() {
  local folder=$1 work certificate
  [[ -f $folder/exchange.key ]] || fail "exchange.key is not in $folder. It signs what the firmware is to trust."
  work=$(mktemp -d)
  for certificate in "$folder/boot.pem" "$folder/next/boot.pem" "$folder"/also-trusted/*.der; do
    [[ ! -f $certificate ]] || signature_list "$certificate"
  done >"$work/db"
  sign_list db exchange db
  if [[ -f $folder/next/boot.pem ]]; then
    signature_list "$folder/next/boot.pem" >"$work/db-next"
    sign_list db exchange db-next APPEND_WRITE
  else
    rm -f "$folder/enroll/db-next.auth"
  fi
  rm -rf "$work"
}

# sign_list VARIABLE KEY FILE [ATTRIBUTE]: the attributes are part of what is signed: those that the firmware's lists have, not all that
# there are.
sign_list() {
  sbvarsign --attr "NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS,TIME_BASED_AUTHENTICATED_WRITE_ACCESS${4:+,$4}" \
    --key "$folder/$2.key" --cert "$folder/$2.pem" --output "$folder/enroll/$3.auth.part" "$1" "$work/$3"
  mv "$folder/enroll/$3.auth.part" "$folder/enroll/$3.auth"
}

# signature_list CERTIFICATE: as the firmware's lists have it. Whose it is says a UUID, made of the platform's certificate.
signature_list() {
  local der list
  der=$(mktemp) list=$(mktemp)
  certificate_bytes "$1" >"$der"
  sbsiglist --owner "$(uuid_of "$(certificate_bytes "$folder/platform.pem" | sha256sum)")" --type x509 --output "$list" "$der"
  cat "$list"
  rm -f "$der" "$list"
}

certificate_bytes() {
  openssl x509 -in "$1" -outform DER 2>/dev/null || openssl x509 -inform DER -in "$1" -outform DER 2>/dev/null
}

# enroll_files TARGET: the signed lists as files of a folder, if these keys have any.
enroll_files() {
  local list
  for list in PK KEK db; do
    [[ -f $keys/enroll/$list.auth ]] || return 0
  done
  mkdir -p "$1"
  cp "$keys"/enroll/{PK,KEK,db}.auth "$1/"
}
