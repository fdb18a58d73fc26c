# Keys for tests. An operator keeps keys of one's own elsewhere, offline if possible, and gives the folder with --keys.
#
#   boot.key, boot.pem             sign boot images; boot.pem is what the firmware must trust (Secure Boot)
#   bundle-ca.key, bundle-ca.pem   whom the appliance believes; only bundle-ca.pem is in the image
#   bundle.key, bundle.pem         sign bundles; can be replaced without touching boxes, as long as the authority stays
#   platform.key, platform.pem     own the firmware's lists (PK); sign who may change them
#   exchange.key, exchange.pem     may change the firmware's lists (KEK); sign the list of trusted certificates
#   enroll/{PK,KEK,db}.auth        those lists, signed: they travel on media and disks, and firmware in setup mode takes them

# make_keys FOLDER [CERTIFICATE...]: further certificates whose programs the firmware may start, such as that of a card's option ROM.
make_keys() {
  local certificate
  require_programs
  [[ ! -e $1/boot.key ]] || fail "There are keys in $1 already."
  for certificate in "${@:2}"; do
    certificate_bytes "$certificate" >/dev/null || fail "$certificate is no certificate, neither in PEM nor in DER."
  done
  timed "keys" write_keys "$1"
  timed "lists of trust" make_lists "$@"
  say "Keys for tests are in $1. Do not use them for boxes that matter."
}

write_keys() {
  umask 077
  mkdir -p "$1"
  cd "$1" || exit
  openssl req -x509 -newkey rsa:2048 -nodes -days 7300 -sha256 -subj "/CN=Hearth test boot signing" -keyout boot.key -out boot.pem
  openssl req -x509 -newkey rsa:2048 -nodes -days 7300 -sha256 -subj "/CN=Hearth test platform key" -keyout platform.key -out platform.pem
  openssl req -x509 -newkey rsa:2048 -nodes -days 7300 -sha256 -subj "/CN=Hearth test exchange key" -keyout exchange.key -out exchange.pem
  openssl req -x509 -newkey rsa:3072 -nodes -days 7300 -sha256 -subj "/CN=Hearth test update authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout bundle-ca.key -out bundle-ca.pem
  openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=Hearth test update signing" -keyout bundle.key -out bundle.csr
  openssl x509 -req -in bundle.csr -CA bundle-ca.pem -CAkey bundle-ca.key -CAcreateserial -days 3650 -sha256 -out bundle.pem \
    -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning,emailProtection\nbasicConstraints=critical,CA:FALSE\n')
  rm bundle.csr
}

# The firmware's lists, each signed by whom it obeys: PK by itself, KEK by PK, db by KEK.
make_lists() {
  local folder=$1 owner work certificate
  shift
  work=$(mktemp -d)
  owner=$(</proc/sys/kernel/random/uuid)
  mkdir -p "$folder/enroll"
  signature_list "$owner" "$folder/platform.pem" >"$work/PK"
  signature_list "$owner" "$folder/exchange.pem" >"$work/KEK"
  for certificate in "$folder/boot.pem" "$@"; do
    signature_list "$owner" "$certificate"
  done >"$work/db"
  sign_list PK platform
  sign_list KEK platform
  sign_list db exchange
  rm -rf "$work"
}

# The attributes are part of what is signed: those that the firmware's lists have, not all that there are.
sign_list() {
  sbvarsign --attr NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS,TIME_BASED_AUTHENTICATED_WRITE_ACCESS \
    --key "$folder/$2.key" --cert "$folder/$2.pem" --output "$folder/enroll/$1.auth" "$1" "$work/$1"
}

signature_list() {
  local der list
  der=$(mktemp) list=$(mktemp)
  certificate_bytes "$2" >"$der"
  sbsiglist --owner "$1" --type x509 --output "$list" "$der"
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
