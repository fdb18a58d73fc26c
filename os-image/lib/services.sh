# Hearth's own programs, laid out as they lie in the image below /usr/lib/hearth.

# The modules of the worker; device back ends are found on its class path.
readonly worker_modules="contract text device device-cpu device-cuda device-ascend engine worker"

stage_services() {
  services=$cache/services
  rm -rf "$services"
  mkdir -p "$services/worker/lib"
  copy "$root/appliance-ui/target/quarkus-app" "$services/control-plane"
  copy "$root/node-agent/agent/target/quarkus-app" "$services/agent"
  local module jar
  for module in $worker_modules; do
    [[ ! -d $root/runtime/$module/target/classes ]] || copy "$root/runtime/$module/target/classes" "$services/worker/classes/$module"
  done
  [[ -d $services/worker/classes/worker ]] || fail "The worker is not built. Use: ./hearth image build"
  local -a jars
  IFS=: read -r -a jars <<<"$(<"$root/runtime/worker/target/classpath")"
  for jar in "${jars[@]}"; do
    # Classes of our own modules are there as folders; libraries for other systems are left out.
    [[ $jar == *.jar && $jar != *macosx* && $jar != *windows* && $jar != *linux-arm64* && $jar != *aarch64* ]] || continue
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

# How the agent starts workers: one argument per line.
write_worker_command() {
  local home=/usr/lib/hearth module path=''
  for module in $worker_modules; do
    [[ ! -d $services/worker/classes/$module ]] || path+=$home/worker/classes/$module:
  done
  printf '%s\n' $home/java/bin/java --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector \
    --sun-misc-unsafe-memory-access=allow -Xlog:disable -Xlog:all=error:stderr -Xmx2g -cp "$path$home/worker/lib/*" \
    io.hearth.worker.Worker >"$services/worker/command"
}
