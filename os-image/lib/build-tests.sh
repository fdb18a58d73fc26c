# Tests of what the build has made, without a virtual machine.

# Whether the bill of materials is what CycloneDX says it must be, and names all that lies in the system that was built.
test_sbom() {
  local sealed=$out/sealed
  rm -rf "$sealed"
  # From the squashfs itself, not from the folder that it was made of.
  unsquashfs -q -n -no-xattrs -d "$sealed" "$result/root.img" usr/lib/hearth usr/share/doc >/dev/null
  cmp "$sealed/usr/lib/hearth/sbom.cdx.json" "$result/hearth-$version.cdx.json" || fail "The bill in the system is another one."
  /usr/bin/python3 "$here/lib/sbom.py" check --tree "$sealed" "$result/hearth-$version.cdx.json"
  local module=$root/provisioning/target
  "$JAVA_HOME/bin/java" -cp "$module/test-classes:$(<"$module/test-classpath")" io.hearth.provisioning.BillSchema "$result/hearth-$version.cdx.json"
  rm -rf "$sealed"
}

# Whether the same commit gives the same bytes: built a second time elsewhere, from nothing but the commit and the keys.
test_reproducible() {
  local again=$out/again name different=0
  [[ -z $(git -C "$root" status --porcelain) ]] || fail "There are changes that are not in a commit: nobody could build this a second time."
  rm -rf "$again"
  git clone -q "$root" "$again/hearth"
  HEARTH_IMAGE_OUT=$again/image "$again/hearth/hearth" image build --version "$version" --keys "$keys" >&2
  for name in roothash root.img {loader,disk,install,net}.efi "hearth-$version".{cdx.json,raucb,iso} disk.img; do
    if cmp -s "$result/$name" "$again/image/$version/$name"; then
      say "  $name: the same, $(stat -c %s "$result/$name") bytes, SHA-256 $(sha256sum <"$result/$name" | cut -c 1-16)..."
    else
      say "  $name: $(cmp -l "$result/$name" "$again/image/$version/$name" 2>/dev/null | wc -l) bytes differ; $(stat -c %s "$result/$name" "$again/image/$version/$name" | xargs) bytes"
      different=1
    fi
  done
  if ((different)); then
    diff -rq --no-dereference "$cache/tree" "$again/image/cache/tree" | head -n 50 >&2 || true
    fail "Two builds of one commit differ; the second one is kept in $again."
  fi
  rm -rf "$again"
}
