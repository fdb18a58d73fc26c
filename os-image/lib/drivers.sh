# Drivers that the operator dropped into os-image/drivers (README there): compiled against the kernel of this image, signed, and
# shipped behind the system in the same partition image, under a tree of hashes of their own. The boot image's signed command line
# carries that tree's root, and which cards on the PCI bus the drivers are for. Without drivers nothing of this is made.

readonly build_packages=make,gcc,patch,xz-utils,zstd,bzip2,cpio,kmod,file
readonly recipe_words="title pci cards blacklist unpack build modules files option load node device allow"

make_drivers() {
  local -a names
  local name
  rm -f "$result/drivers"
  mapfile -t names < <(list_drivers)
  ((${#names[@]} > 0)) || return 0
  for name in "${names[@]}"; do
    check_recipe "$name"
    check_packages "$name"
  done
  locate_rootfs
  make_build_root
  for name in "${names[@]}"; do
    build_driver "$name"
  done
  as_owner pack_drivers "${names[@]}"
  append_drivers "${names[@]}"
}

list_drivers() {
  local folder
  for folder in "$drivers"/*/; do
    folder=$(basename -- "$folder")
    [[ $folder != recipes && $folder != '*' ]] || continue
    [[ $folder =~ ^[a-z][a-z0-9-]{0,30}$ ]] || fail "The folder \"$folder\" in $drivers: its name must be of small letters, digits and dashes."
    printf '%s\n' "$folder"
  done
}

# ---- What the operator gave ----------------------------------------------------------------------------------------

recipe_of() {
  local file
  for file in "$drivers/$1/recipe" "$here/drivers/recipes/$1"; do
    [[ ! -f $file ]] || { printf '%s' "$file" && return 0; }
  done
  fail "There is no recipe for the driver \"$1\": write $drivers/$1/recipe, as os-image/drivers/README says."
}

# The values of all lines of a recipe that begin with a word.
recipe_values() {
  sed -n "s/^$2[[:space:]]\{1,\}//p" "$(recipe_of "$1")"
}

check_recipe() {
  local file word rest number=0
  file=$(recipe_of "$1") || exit 2
  while read -r word rest; do
    number=$((number + 1))
    [[ -n $word && $word != \#* ]] || continue
    [[ " $recipe_words " == *" $word "* ]] || fail "$file, line $number: there is no word \"$word\" in recipes."
    [[ -n $rest ]] || fail "$file, line $number: \"$word\" needs a value."
    case $word in
      pci) [[ $rest =~ ^([0-9a-f]{4}):([0-9a-f]{4}|\*):([0-9a-f]{4}|\*)$ ]] ||
        fail "$file, line $number: \"$rest\" is not vendor:device:class, such as 10de:*:0302 (small hexadecimal digits)." ;;
      cards) [[ $rest =~ ^[a-z]+(\ +[a-z]+)*$ ]] || fail "$file, line $number: \"$rest\" are not kinds of cards, such as: cards cuda" ;;
      blacklist | load | allow | device | node | option) [[ $rest =~ ^[][A-Za-z0-9_.*{}=,\ /-]+$ ]] ||
        fail "$file, line $number: \"$rest\" holds a character that \"$word\" cannot have." ;;
      unpack) [[ $rest =~ ^(nvidia-run|ascend-run|deb|tar)\ +[^/\ ]+\ +[A-Za-z0-9_.-]+$ ]] ||
        fail "$file, line $number: it must be: unpack nvidia-run|ascend-run|deb|tar FILE FOLDER" ;;
      build) [[ $rest =~ ^(kbuild|make)\ +[^/\ ] && $rest != *..* ]] || fail "$file, line $number: it must be: build kbuild|make FOLDER [WORD...]" ;;
      modules) [[ $rest != *..* && $rest != /* ]] || fail "$file, line $number: the files to take lie in the unpacked folders." ;;
      files) [[ $rest != *..* && $rest != /* && $rest =~ \ /(usr|etc)/[^*\ ]*$ ]] ||
        fail "$file, line $number: it must be: files PATTERN... FOLDER, the folder in /usr/ or /etc/." ;;
    esac
  done <"$file"
  for word in title pci unpack modules load; do
    [[ -n $(recipe_values "$1" $word) ]] || fail "$file has no line \"$word\"."
  done
}

# Every package must be what its checksum says, and must have one.
check_packages() {
  local folder=$drivers/$1 file
  [[ -s $folder/SHA256SUMS ]] || fail "There is no SHA256SUMS in $folder. Take the checksums from where the packages come from."
  (cd "$folder" && sha256sum --check --strict --quiet SHA256SUMS) >&2 || fail "A package in $folder is not what SHA256SUMS says (above)."
  for file in "$folder"/*; do
    file=${file##*/}
    [[ $file == recipe || $file == SHA256SUMS ]] || grep -q "[ *]$file\$" "$folder/SHA256SUMS" || fail "SHA256SUMS in $folder does not name $file."
  done
}

# ---- Compiling -----------------------------------------------------------------------------------------------------

# Sets "build_root" to an archive of Debian with the compiler and the headers of exactly the kernel that is in the image.
make_build_root() {
  local kernel sources image headers
  kernel=$(<"$cache/kernel")
  image=$(package_version "$rootfs" "linux-image-$kernel")
  build_root=$cache/build-root-$(printf '%s' "$suite $kernel $image $build_packages" | sha256sum | cut -c 1-16).tar
  [[ ! -f $build_root ]] || return 0
  sources=$(mktemp)
  apt_sources >"$sources"
  SOURCE_DATE_EPOCH=$(moment) mmdebstrap --mode=unshare --variant=apt --architectures=amd64 --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Retries "3"' --include="linux-headers-$kernel,$build_packages" \
    "$suite" "$build_root.part" "$sources" --format=tar ||
    fail "Debian does not serve the headers of kernel $kernel any more. Delete $rootfs to take the kernel that it serves now."
  rm -f "$sources"
  headers=$(package_version "$build_root.part" "linux-headers-$kernel")
  [[ $headers == "$image" ]] || fail "The kernel of the image is $image, its headers are $headers. Delete $rootfs to take both anew."
  mv "$build_root.part" "$build_root"
}

package_version() {
  tar -xOf "$1" ./var/lib/dpkg/status | awk -v name="$2" '/^Package: / { here = $2 == name } here && /^Version: / { print $2 }'
}

# Runs a program of the vendor, or the compiler, where it sees nothing but the build root: no network, no files of this machine.
# Not a defence against a package that means harm; that is what checksums are for.
in_build_root() {
  # shellcheck disable=SC2016
  unshare --user --map-root-user --mount --net --pid --fork --kill-child -- bash -euc '
    for file in null zero full random urandom; do
      : >"$1/dev/$file"
      mount --bind "/dev/$file" "$1/dev/$file"
    done
    mount -t proc proc "$1/proc" 2>/dev/null || true
    root=$1
    shift
    exec chroot "$root" /usr/bin/env -i "$@"
  ' - "$1" PATH=/usr/sbin:/usr/bin HOME=/work LC_ALL=C TZ=UTC "SOURCE_DATE_EPOCH=$(moment)" "KBUILD_BUILD_TIMESTAMP=@$(moment)" \
    KBUILD_BUILD_USER=hearth KBUILD_BUILD_HOST=hearth "${@:2}" </dev/null
}

# Where the files of a driver lie when it is built. What it is made of is in the name.
driver_folder() {
  printf '%s' "$cache/driver-$1-$(digest_of "$build_root" "$(recipe_of "$1")" "$drivers/$1/SHA256SUMS" "$here/lib/drivers.sh")"
}

build_driver() {
  local name=$1 folder base kernel line module
  local -a words
  folder=$(driver_folder "$name")
  [[ ! -d $folder ]] || return 0
  kernel=$(<"$cache/kernel")
  base=$(mktemp -d "$cache/build.XXXXXX")
  chmod 755 "$base"
  tar -C "$base" --exclude='./dev/*' --no-same-owner -xf "$build_root"
  mkdir -p "$base/work/packages" "$base/work/stage/usr/lib/hearth/drivers" "$base/work/stage/usr/lib/modules/$kernel/updates/$name"
  cp "$drivers/$name"/* "$base/work/packages/"
  while read -ra words; do unpack_package "$base" "${words[@]}"; done < <(recipe_values "$name" unpack)
  while read -ra words; do compile "$base" "$kernel" "${words[@]}"; done < <(recipe_values "$name" build)
  while read -r line; do
    collect "$base" "$line" "/usr/lib/modules/$kernel/updates/$name"
  done < <(recipe_values "$name" modules)
  while read -r line; do
    line=${line//\{version\}/$(version_of "$name")}
    collect "$base" "${line% *}" "${line##* }"
  done < <(recipe_values "$name" files)
  in_build_root "$base" bash -euc 'strip --strip-debug "$@"' - $(cd "$base" && find work/stage/usr/lib/modules -name '*.ko' -printf '/%p ')
  cp "$(recipe_of "$name")" "$base/work/stage/usr/lib/hearth/drivers/$name"
  write_rules "$name" "$base/work/stage/usr/lib"
  chmod -R u=rwX,go=rX "$base/work/stage"
  for module in "$base/work/stage/usr/lib/modules/$kernel/updates/$name"/*.ko; do
    [[ $(modinfo -F vermagic "$module") == "$kernel "* ]] || fail "${module##*/} is not for kernel $kernel: $(modinfo -F vermagic "$module")"
  done
  mv "$base/work/stage" "$folder.part"
  mv "$folder.part" "$folder"
  rm -rf "$base"
}

unpack_package() {
  local base=$1 kind=$2 pattern=$3 folder=/work/$4
  local -a found
  mapfile -t found < <(compgen -G "$base/work/packages/$pattern")
  ((${#found[@]} == 1)) || fail "${#found[@]} packages are called \"$pattern\"; there must be one."
  set -- "/work/packages/${found[0]##*/}"
  case $kind in
    nvidia-run) in_build_root "$base" sh "$1" --extract-only --target "$folder" ;;
    ascend-run) in_build_root "$base" sh "$1" --noexec "--extract=$folder" ;;
    deb) in_build_root "$base" dpkg-deb -x "$1" "$folder" ;;
    tar) in_build_root "$base" sh -euc 'mkdir -p "$2" && tar -C "$2" --no-same-owner -xf "$1"' - "$1" "$folder" ;;
  esac || fail "${1##*/} could not be unpacked."
}

# What the * in the name of a driver's first package stands for.
version_of() {
  local pattern file
  read -r _ pattern _ < <(recipe_values "$1" unpack)
  file=$(compgen -G "$drivers/$1/$pattern")
  file=${file##*/}
  file=${file#"${pattern%%\**}"}
  printf '%s' "${file%"${pattern##*\*}"}"
}

# "kbuild FOLDER" is the kernel's own way for modules outside of its tree; "make FOLDER WORD..." what the vendor's makefile wants.
compile() {
  local base=$1 kernel=$2 kind=$3 folder=/work/$4
  shift 4
  set -- "${@//\{kernel\}/$kernel}"
  case $kind in
    kbuild) in_build_root "$base" make -j "$(nproc)" -C "/usr/lib/modules/$kernel/build" "M=$folder" "$@" modules ;;
    make) in_build_root "$base" make -j "$(nproc)" -C "$folder" "$@" ;;
  esac || fail "The modules in ${folder#/work/} could not be compiled for kernel $kernel (the compiler's words are above)."
}

# Copies what fits the patterns; links stay links. Libraries get the links that their names inside ask for.
collect() {
  # shellcheck disable=SC2016
  in_build_root "$1" bash -euc '
    shopt -s nullglob
    cd /work
    mkdir -p "/work/stage$2"
    read -ra patterns <<<"$1"
    for pattern in "${patterns[@]}"; do
      found=($pattern)
      ((${#found[@]} > 0)) || { echo "Nothing that was unpacked fits \"$pattern\"." >&2; exit 1; }
      cp -r --no-dereference --preserve=mode,links "${found[@]}" "/work/stage$2/"
    done
    libraries=("/work/stage$2"/*.so*)
    ((${#libraries[@]} == 0)) || ldconfig -n "/work/stage$2"
  ' - "$2" "$3"
}

# What follows from a recipe: options of modules, who may open the devices, and that the agent's unit admits them.
write_rules() {
  local name=$1 usr=$2 line word
  while read -r line; do
    mkdir -p "$usr/modprobe.d" && printf 'options %s\n' "$line" >>"$usr/modprobe.d/hearth-$name.conf"
  done < <(recipe_values "$name" option)
  mkdir -p "$usr/udev/rules.d" "$usr/systemd/system/hearth-agent.service.d"
  set -f
  for word in $(recipe_values "$name" device); do
    printf 'KERNEL=="%s", GROUP="hearth-agent", MODE="0660"\n' "$word"
  done >"$usr/udev/rules.d/70-hearth-$name.rules"
  {
    echo '[Service]'
    for word in $(recipe_values "$name" allow); do
      printf 'DeviceAllow=char-%s rw\n' "$word"
    done
  } >"$usr/systemd/system/hearth-agent.service.d/50-$name.conf"
  set +f
}

# ---- Packing -------------------------------------------------------------------------------------------------------

# One folder for each driver, merged over the system when its card is there. The lists of modules (depmod) are those of the system's
# and all drivers' modules together, so that it does not matter which are merged.
pack_drivers() {
  local name kernel all=$cache/all-modules packed=$cache/drivers-tree module file
  kernel=$(<"$cache/kernel")
  rm -rf "$all" "$packed"
  mkdir -p "$all/usr/lib/modules" "$packed"
  ln -s usr/lib "$all/lib"
  cp -r "$cache/tree/usr/lib/modules/$kernel" "$all/usr/lib/modules/"
  for name in "$@"; do
    cp -r "$(driver_folder "$name")" "$packed/$name"
    find "$packed/$name" -type f -perm /6000 -exec chmod u-s,g-s {} +
    for module in "$packed/$name/usr/lib/modules/$kernel/updates/$name"/*.ko; do
      sign_module "$module"
    done
    cp -r "$packed/$name/usr/lib/modules/$kernel/updates" "$all/usr/lib/modules/$kernel/"
  done
  depmod -b "$all" "$kernel"
  for name in "$@"; do
    for file in "$all/usr/lib/modules/$kernel"/modules.{alias,dep,symbols}{,.bin} "$all/usr/lib/modules/$kernel"/modules.{devname,softdep,weakdep}; do
      [[ ! -f $file ]] || cp "$file" "$packed/$name/usr/lib/modules/$kernel/"
    done
  done
  rm -f "$result/drivers.img"
  mksquashfs "$packed" "$result/drivers.img" -comp zstd -Xcompression-level "${HEARTH_IMAGE_LEVEL:-9}" -b 256K -noappend -quiet \
    -no-progress -all-root -all-time "$(moment)" -mkfs-time "$(moment)" -no-xattrs
}

# Appends the signature as the kernel's sign-file does: the message of CMS, twelve bytes about it, and the mark at the end.
# The kernel believes the certificate because the firmware does (db): that of boot images.
sign_module() {
  local signature size
  signature=$(mktemp)
  openssl cms -sign -binary -noattr -nocerts -nosmimecap -md sha256 -outform DER -signer "$keys/boot.pem" -inkey "$keys/boot.key" \
    -in "$1" -out "$signature"
  size=$(stat -c %s "$signature")
  {
    cat "$signature"
    # Kind 2 is PKCS #7; the length is the last of them, its highest byte first.
    printf '\0\0\2\0\0\0\0\0'
    printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((size >> 24)) $((size >> 16 & 255)) $((size >> 8 & 255)) $((size & 255)))"
    printf '~Module signature appended~\n'
  } >>"$1"
  rm -f "$signature"
}

append_drivers() {
  local start hash offset size name line words=''
  seal "$result/drivers.img" "hearth drivers $version" "$result/drivers.hash" "$result/drivers.offset"
  start=$(stat -c %s "$result/root.img")
  size=$(stat -c %s "$result/drivers.img")
  cat "$result/drivers.img" >>"$result/root.img"
  hash=$(<"$result/drivers.hash") offset=$(<"$result/drivers.offset")
  for name in "$@"; do
    while read -r line; do words+=,$name/$line; done < <(recipe_values "$name" pci)
  done
  line=" hearth.drivers=$hash,$start,$size,$offset hearth.cards=${words#,}"
  words=$(for name in "$@"; do recipe_values "$name" blacklist; done | xargs | tr ' ' ,)
  line+=${words:+ modprobe.blacklist=$words}
  # The kernel takes 2047 characters in all.
  ((${#line} <= 1200)) || fail "The recipes name too many cards for the kernel's command line: use * for device or class."
  printf '%s' "$line" >"$result/drivers"
  rm -f "$result"/drivers.{img,hash,offset}
}
