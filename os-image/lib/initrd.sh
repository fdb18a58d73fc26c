# The first program that runs: busybox, kmod and veritysetup, and no more kernel modules than it takes to find the root and
# to open it. It mounts no file system that somebody could have written to.

# Sets "initrd" to the file.
locate_initrd() {
  locate_rootfs
  initrd=$cache/initrd-$(digest_of "$rootfs" "$here/initrd/init" "$here/initrd/udhcpc" "$here/initrd/modules" "$here/lib/initrd.sh").zst
}

make_initrd() {
  locate_initrd
  [[ ! -f $initrd ]] || return 0
  as_owner initrd_from_rootfs
}

initrd_from_rootfs() {
  local work base tree kernel module file
  work=$(mktemp -d "$cache/initrd.XXXXXX")
  base=$work/base tree=$work/tree
  mkdir -p "$base"
  # Devices cannot be made without root, and are not needed.
  tar -C "$base" --exclude='./dev/*' -xf "$rootfs" ./usr ./lib ./lib64 ./bin ./sbin 2>/dev/null || true
  kernel=$(ls "$base/usr/lib/modules")
  mkdir -p "$tree"/{bin,proc,sys,dev,run,sysroot,tmp,usr/lib/modules,usr/lib64,usr/bin,usr/sbin}
  ln -s usr/lib "$tree/lib"
  ln -s usr/lib64 "$tree/lib64"
  ln -s usr/sbin "$tree/sbin"
  cp "$base/usr/bin/busybox" "$tree/bin/busybox"
  install -m 755 "$here/initrd/init" "$tree/init"
  install -m 755 "$here/initrd/udhcpc" "$tree/usr/lib/udhcpc"
  add_program "$base" "$tree" /usr/bin/kmod /usr/sbin/modprobe
  add_program "$base" "$tree" /usr/sbin/veritysetup /usr/sbin/veritysetup
  mkdir -p "$tree/usr/lib/modules/$kernel"
  cp "$base/usr/lib/modules/$kernel"/modules.{order,builtin,builtin.modinfo} "$tree/usr/lib/modules/$kernel/"
  for module in $(sed 's/#.*//' "$here/initrd/modules"); do
    modprobe -d "$base" -S "$kernel" --show-depends -q "$module" 2>/dev/null | awk '/^insmod/ { print $2 }'
  done | sort -u | while read -r file; do
    file=/usr/lib/modules/${file##*/lib/modules/}
    mkdir -p "$tree$(dirname -- "$file")"
    case $file in
      *.xz) xz -dc "$base$file" >"$tree${file%.xz}" ;;
      *) cp "$base$file" "$tree$file" ;;
    esac
  done
  depmod -b "$tree" "$kernel"
  sed 's/#.*//' "$here/initrd/modules" | xargs >"$tree/modules"
  find "$tree" -exec touch -h -d "@$cache_moment" {} +
  (cd "$tree" && find . | sort | cpio --quiet -o -H newc --owner=0:0 --reproducible) | zstd -q -12 -T2 >"$initrd.part"
  rm -rf "$work"
  mv "$initrd.part" "$initrd"
}

# A program with the libraries that it is linked to.
add_program() {
  local base=$1 tree=$2 library
  install -D "$base$3" "$tree$4"
  "$base"/usr/lib64/ld-linux-x86-64.so.2 --library-path "$base/usr/lib/x86_64-linux-gnu" --list "$base$3" |
    grep -o '/[^ ]*' | while read -r library; do
      case $library in
        */ld-linux*) install -D "$base/usr/lib64/ld-linux-x86-64.so.2" "$tree/usr/lib64/ld-linux-x86-64.so.2" ;;
        *) install -D "$base/usr/lib/x86_64-linux-gnu/$(basename -- "$library")" "$tree/usr/lib/$(basename -- "$library")" ;;
      esac
    done
}
