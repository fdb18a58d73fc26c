# Hearth's own programs, laid out as they lie in the image below /usr/lib/hearth.

stage_services() {
  local jar part
  local -a jars
  services=$cache/services
  rm -rf "$services"
  mkdir -p "$services/worker/lib"
  copy "$root/appliance-ui/target/quarkus-app" "$services/control-plane"
  copy "$root/node-agent/agent/target/quarkus-app" "$services/agent"
  for part in control-plane agent; do
    /usr/bin/python3 "$here/lib/renumber.py" "$services/$part/quarkus/generated-bytecode.jar"
  done
  IFS=: read -r -a jars <<<"$(<"$root/runtime/worker/target/classpath")"
  for jar in "$root"/runtime/worker/target/hearth-worker-*.jar "${jars[@]}"; do
    [[ -f $jar ]] || fail "$jar is missing: the worker is not packaged. Use: ./hearth build"
    # Libraries for other systems are left out.
    [[ $jar != *macosx* && $jar != *windows* && $jar != *linux-arm64* && $jar != *aarch64* ]] || continue
    cp "$jar" "$services/worker/lib/"
  done
  mkdir -p "$services/provisioning"
  cp "$root"/provisioning/target/hearth-provisioning-*.jar "$root"/provisioning/target/lib/*.jar "$services/provisioning/"
  copy "$root/runtime/starter/model" "$services/starter/model"
  copy "$root/runtime/starter/sample" "$services/starter/sample"
  write_worker_command
}

copy() {
  mkdir -p "$(dirname -- "$2")"
  cp -r -- "$1" "$2"
}

# How the agent starts workers: one argument per line. The jars by name, since a pattern's order is the file system's.
write_worker_command() {
  local home=/usr/lib/hearth path
  path=$(printf "$home/worker/lib/%s:" $(ls "$services/worker/lib"))
  printf '%s\n' $home/java/bin/java --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector \
    --sun-misc-unsafe-memory-access=allow -Xlog:disable -Xlog:all=error:stderr -Xmx2g -cp "${path%:}" \
    io.hearth.worker.Worker >"$services/worker/command"
}
