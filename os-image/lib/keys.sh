# Keys for tests. An operator keeps keys of one's own elsewhere, offline if possible, and gives the folder with --keys.
#
#   boot.key, boot.pem             sign boot images; boot.pem is what the firmware must trust (Secure Boot)
#   bundle-ca.key, bundle-ca.pem   whom the appliance believes; only bundle-ca.pem is in the image
#   bundle.key, bundle.pem         sign bundles; can be replaced without touching boxes, as long as the authority stays

make_keys() {
  require_programs
  [[ ! -e $1/boot.key ]] || fail "There are keys in $1 already."
  timed "keys" write_keys "$1"
  say "Keys for tests are in $1. Do not use them for boxes that matter."
}

write_keys() {
  umask 077
  mkdir -p "$1"
  cd "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -days 7300 -sha256 -subj "/CN=Hearth test boot signing" -keyout boot.key -out boot.pem
  openssl req -x509 -newkey rsa:3072 -nodes -days 7300 -sha256 -subj "/CN=Hearth test update authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout bundle-ca.key -out bundle-ca.pem
  openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=Hearth test update signing" -keyout bundle.key -out bundle.csr
  openssl x509 -req -in bundle.csr -CA bundle-ca.pem -CAkey bundle-ca.key -CAcreateserial -days 3650 -sha256 -out bundle.pem \
    -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning,emailProtection\nbasicConstraints=critical,CA:FALSE\n')
  rm bundle.csr
}
