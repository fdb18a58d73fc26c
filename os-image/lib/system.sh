# The root file system: Debian's packages, our files, our programs; as squashfs with a tree of hashes behind it (dm-verity).

make_system() {
  locate_rootfs
  locate_java
  services=$cache/services
  tree=$cache/tree
  as_owner make_tree
  as_owner squash_tree
  seal "$result/root.img" "hearth $version" "$result/roothash" "$result/hashoffset"
}

make_tree() {
  rm -rf "$tree"
  mkdir -p "$tree"
  tar -C "$tree" --exclude='./dev/*' -xf "$rootfs"
  kernel=$(ls "$tree/usr/lib/modules")
  cp "$tree/boot/vmlinuz-$kernel" "$cache/vmlinuz"
  printf '%s' "$kernel" >"$cache/kernel"
  cp "$tree/usr/lib/systemd/boot/efi/linuxx64.efi.stub" "$tree/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$cache/"
  add_users
  cp -r "$here/overlay/." "$tree/"
  mkdir -p "$tree/usr/lib/hearth"
  cp -r "$java_runtime" "$tree/usr/lib/hearth/java"
  cp -r "$services/." "$tree/usr/lib/hearth/"
  chmod -R u=rwX,go=rX "$tree/usr/lib/hearth"
  chmod 755 "$tree"/usr/lib/hearth/bin/*
  # Java goes on without its archive if that does not fit, and so would nobody notice.
  "$tree/usr/lib/hearth/java/bin/java" -Xshare:on -version
  name_system
  write_keyring "$tree/etc/rauc/ca.pem"
  enable_services
  [[ -z $overlay ]] || cp -r "$overlay/." "$tree/"
  list_materials
  tidy
}

# The bill of materials, of the tree as it is and of Debian's database of packages before it is tidied away.
list_materials() {
  local sbom=$tree/usr/lib/hearth/sbom.cdx.json module
  local -a bills=()
  for module in appliance-ui node-agent/agent runtime/worker provisioning; do
    bills+=(--bill "$root/$module/target/bom.json")
  done
  /usr/bin/python3 "$here/lib/sbom.py" make --tree "$tree" --dpkg-status "$tree/var/lib/dpkg/status" --java-release "$JAVA_HOME/release" \
    --version "$version" --program-version "$(program_version)" --moment "$(moment)" \
    --npm-lock "$root/appliance-ui/package-lock.json" --output "$sbom" "${bills[@]}"
  cp "$sbom" "$result/hearth-$version.cdx.json"
}

# Enters users into the files of the image; passwords are locked.
add_users() {
  local entry name number
  while read -r entry; do
    [[ -n $entry ]] || continue
    IFS=: read -r name number _ <<<"$entry"
    printf '%s:x:%s:%s::/nonexistent:/usr/sbin/nologin\n' "$name" "$number" "$number" >>"$tree/etc/passwd"
    printf '%s:x:%s:\n' "$name" "$number" >>"$tree/etc/group"
    printf '%s:!*:20000::::::\n' "$name" >>"$tree/etc/shadow"
  done <<'USERS'
hearth:900:control plane
hearth-agent:901:agent
USERS
  # Root has no password either: nobody can log in.
  sed -i 's/^root:[^:]*:/root:!*:/' "$tree/etc/shadow"
}

name_system() {
  cat >"$tree/usr/lib/os-release" <<EOT
ID=hearth
ID_LIKE=debian
NAME=Hearth
PRETTY_NAME="Hearth $version"
VERSION_ID=$version
IMAGE_ID=hearth
IMAGE_VERSION=$version
EOT
  ln -sf ../usr/lib/os-release "$tree/etc/os-release"
  echo hearth >"$tree/etc/hostname"
  : >"$tree/etc/machine-id"
  printf '%s\n' "$version" >"$tree/usr/lib/hearth/version"
}

# Turns units on as their [Install] sections say, without running anything of the image.
enable_services() {
  local unit
  for unit in hearth-data hearth-erase hearth-changed-slot hearth-settings hearth-control-plane hearth-agent hearth-console hearth-console-serial hearth-health hearth-installer hearth-stick \
    hearth-firewall hearth-drivers hearth-ssh systemd-networkd systemd-resolved systemd-timesyncd systemd-boot-check-no-failures; do
    enable_unit "$unit.service"
  done
  enable_unit efi.mount
  enable_unit hearth-system.socket
  enable_unit hearth-worker.socket
  # No log-in prompt on the first console: the screen of Hearth is there. None elsewhere either: nobody has a password. No extensions
  # of the system from folders that can be written to: those of drivers are opened by hearth-drivers alone.
  for unit in getty@tty1.service getty.target serial-getty@.service console-getty.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer \
    systemd-sysext.service systemd-sysext.socket systemd-confext.service; do
    ln -sf /dev/null "$tree/etc/systemd/system/$unit"
  done
  ln -sf /run/systemd/resolve/stub-resolv.conf "$tree/etc/resolv.conf"
  ln -sf /usr/lib/systemd/system/multi-user.target "$tree/etc/systemd/system/default.target"
  rm -f "$tree/etc/systemd/system/systemd-boot-check-no-failures.service"
}

enable_unit() {
  local unit=$1 file word target
  file=$tree/usr/lib/systemd/system/$unit
  [[ -f $file ]] || return 0
  while read -r word target; do
    [[ -n $target ]] || continue
    for target in $target; do
      mkdir -p "$tree/etc/systemd/system/$target.$word"
      ln -sf "/usr/lib/systemd/system/$unit" "$tree/etc/systemd/system/$target.$word/$unit"
    done
  done < <(sed -n '/^\[Install\]/,$ { s/^WantedBy=/wants /p; s/^RequiredBy=/requires /p; s/^Alias=.*//p }' "$file")
}

# What a system that is never changed does not need, and what would differ from one build to the next.
tidy() {
  # The list of packages is part of what is shipped; it lies where /var of an older system does not hide it.
  mkdir -p "$tree/usr/lib/hearth/packages"
  sed -n '/^Package: /p; /^Version: /p; /^Architecture: /p; /^$/p' "$tree/var/lib/dpkg/status" >"$tree/usr/lib/hearth/packages/debian"
  rm -rf "$tree"/var/lib/{apt,dpkg} "$tree"/var/cache/{apt,debconf,ldconfig} "$tree"/var/log/* "${tree:?}"/boot/* "$tree"/tmp/* \
    "$tree"/usr/share/{zoneinfo/right,info,lintian} "$tree"/etc/{apt,machine-id.*,ld.so.cache~} "$tree"/etc/*- "$tree"/etc/ssh/ssh_host_*
  # Drawn at random when Debian's package is unpacked: all machines would have the same ids.
  rm -f "$tree"/etc/nvme/{hostid,hostnqn}
  # Debian's own way to start SSH: only ours is there, and only where the provisioning file asks for it.
  rm -rf "$tree"/etc/systemd/system/{multi-user.target.wants/ssh.service,ssh.service.wants,ssh.socket.wants,sshd.service,sshd.service.wants,sshd@.service.wants}
  rm -rf "$tree/usr/lib/python3" "$tree/usr/share/python3"
  # Nor the one that systemd makes by itself for hosts of virtual machines.
  rm -f "$tree"/usr/lib/systemd/system-generators/systemd-ssh-generator
  # Nobody becomes somebody else on this system.
  find "$tree/usr" -type f -perm /6000 -exec chmod u-s,g-s {} +
  mkdir -p "$tree/efi" "$tree/var/lib/hearth" "$tree/var/log/journal"
  cp -a "$tree/var" "$tree/usr/lib/hearth/var"
}

squash_tree() {
  rm -f "$result/root.img"
  mksquashfs "$tree" "$result/root.img" -comp zstd -Xcompression-level "${HEARTH_IMAGE_LEVEL:-9}" -b 256K -noappend -quiet \
    -no-progress -all-time "$(moment)" -mkfs-time "$(moment)" -no-xattrs
}

salt_of() {
  printf '%s' "$1" | sha256sum | cut -c 1-64
}

# seal IMAGE WORDS HASH OFFSET: appends the tree of hashes to an image; its root and where it begins go into files. Salt and UUID are made
# of the words, so that the same files have the same hash.
seal() {
  local image=$1 size offset
  size=$(stat -c %s "$image")
  offset=$(((size + 4095) / 4096 * 4096))
  truncate -s $offset "$image"
  veritysetup format "$image" "$image" --hash-offset=$offset --salt="$(salt_of "$2")" --uuid="$(uuid_of "$2")" |
    awk '/Root hash/ { print $3 }' >"$3"
  printf '%s' $offset >"$4"
  truncate -s %4096 "$image"
  [[ -s $3 ]] || fail "veritysetup has given no root hash."
}
