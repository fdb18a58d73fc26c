#!/usr/bin/env bash
# Builds the appliance's image, boots it, and tests it. `./hearth image` calls it.
#
#   image.sh build [--version V] [--keys DIR] [--drivers DIR] [--overlay DIR]
#                                               system, bundle, disk image, ISO: target/image/V
#                                               drivers of cards, as os-image/drivers/README says (default: os-image/drivers);
#                                               files of the overlay are laid over the system
#   image.sh keys DIR [CERTIFICATE...]          throwaway keys for tests; an operator has keys of one's own. Certificates: whose
#                                               programs Secure Boot lets start as well
#   image.sh keys show DIR                      who signs, whom images trust, until when
#   image.sh keys next bundle|boot DIR          a change of keys begins: images trust the present and the next one
#   image.sh keys switch bundle|boot DIR        and ends: the next one signs, the former is trusted no more
#   image.sh run [--version V] [--port N]       the disk image in a virtual machine, pages at https://127.0.0.1:N
#   image.sh test TEST...                       smoke, install, join, reset, update, page, rollback, powercut, resume, drivers,
#                                               secureboot, tpm, pxe, sbom, keys, hardening, reproducible
#   image.sh sizes [--version V]                what lies in the image
#   image.sh lack                               the programs that are missing on this machine, for apt-get install
#
# Needs no root, no loop devices and no mounts: everything is made in files. docs/appliance.md says how it fits together.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/.." && pwd)
readonly here root
# Where everything that is made lies; caches beside the results.
readonly out=${HEARTH_IMAGE_OUT:-$root/target/image}
readonly cache=${HEARTH_IMAGE_CACHE:-$out/cache}
for part in common rootfs java services initrd system drivers bundle disk iso keys machine \
  tests update-tests trust-tests drivers-tests build-tests keys-tests; do
  # shellcheck source=/dev/null
  . "$here/lib/$part.sh"
done

main() {
  local command=${1:-help}
  [[ $# -eq 0 ]] || shift
  case $command in
    build) read_options "$@" && build_all ;;
    keys) keys_command "$@" ;;
    run) read_options "$@" && run_machine ;;
    test) run_tests "$@" ;;
    sizes) read_options "$@" && list_sizes ;;
    lack) missing_programs ;;
    help | -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d' ;;
    *) fail "There is no command \"image $command\". \"./hearth image help\" lists all." ;;
  esac
}

read_options() {
  version=$(default_version) keys=$out/keys port=8443 drivers=$here/drivers overlay=''
  while (($# > 0)); do
    [[ -n ${2:-} ]] || fail "$1 needs a value."
    case $1 in
      --version) version=$2 ;;
      --keys) keys=$2 ;;
      --drivers) drivers=$2 ;;
      --port) port=$2 ;;
      --overlay) overlay=$2 ;;
      *) fail "There is no option \"$1\" here." ;;
    esac
    shift 2
  done
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
    fail "\"$version\" is no version. It looks like 1.4.0, or 1.4.0-rc.1."
  [[ -z $overlay || -d $overlay ]] || fail "There is no folder $overlay."
  result=$out/$version
}

build_all() {
  require_programs
  [[ -f $keys/bundle.pem ]] || make_keys "$keys"
  finish_switch "$keys"
  warn_of_ends
  mkdir -p "$result" "$cache"
  timed "system packages" make_rootfs
  timed "Java runtime" make_java
  timed "services" stage_services
  timed "first program" make_initrd
  timed "system" make_system
  timed "drivers" make_drivers
  timed "boot images" make_boot_images
  timed "bundle" make_bundle
  timed "disk image" make_disk "$result/disk.img"
  timed "ISO" make_iso
  list_sizes
}

main "$@"
