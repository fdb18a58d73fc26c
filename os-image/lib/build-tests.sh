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
  for name in roothash root.img {loader,disk,install}.efi net/{hearth.efi,files.tar} "hearth-$version".{cdx.json,raucb,iso} disk.img; do
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

# How much each of our services may do, as systemd-analyze counts it (in tenths; docs/appliance.md says why). Without a virtual machine.
readonly exposures="control-plane:14 agent:14 worker@:9 system@:21 network-trial:20 console:17 console-serial:17 firewall:18 health:20 changed-slot:21
stick:23 order-reset:23 support-stick:21 settings:24 data:44 erase:45 drivers:48 installer:49 ssh:91
back-to-set-up:17"

test_hardening() {
  local unit limit said failed=0
  for unit in "$cache"/tree/usr/lib/systemd/system/hearth-*.service; do
    unit=${unit##*/hearth-} unit=${unit%.service}
    limit=$(tr ' ' '\n' <<<"$exposures" | sed -n "s/^$unit://p")
    [[ -n $limit ]] || fail "There is no limit for hearth-$unit.service: what may it do?"
    if said=$(systemd_analyze security --offline=true --threshold="$limit" --no-pager "hearth-$unit.service" 2>&1); then
      say "  hearth-$unit: $(sed -n 's/.*level for .*: \([0-9.]*\).*/\1/p' <<<"$said")"
    else
      say "  $(tail -n 1 <<<"$said"); its limit is $(bc -l <<<"scale=1; $limit / 10")"
      failed=1
    fi
  done
  ((failed == 0)) || fail "A service may do more than it should."
  # Words that systemd does not know take nothing away.
  said=$(systemd_analyze verify --man=no "$cache"/tree/usr/lib/systemd/system/hearth-*.service 2>&1 | grep 'hearth-.*: \(Unknown\|Failed to parse\|Invalid\)' || true)
  [[ -z $said ]] || fail "$said"
}

# That of the image, on the image's files.
systemd_analyze() {
  local libraries=$cache/tree/usr/lib/x86_64-linux-gnu
  "$cache/tree/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries:$libraries/systemd" "$cache/tree/usr/bin/systemd-analyze" --root="$cache/tree" "$@"
}
