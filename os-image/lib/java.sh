# The Java runtime of the image: of the JDK that builds Hearth, the modules that its programs use.

readonly java_modules=java.se,jdk.unsupported,jdk.incubator.vector,jdk.zipfs,jdk.management,jdk.naming.dns,jdk.crypto.ec,jdk.jfr,jdk.localedata

locate_java() {
  java_runtime=$cache/java-$(digest_of "$java_modules" "$JAVA_HOME/release" "$here/lib/java.sh")
}

make_java() {
  [[ -x ${JAVA_HOME:-}/bin/jlink ]] || fail "JAVA_HOME must be a JDK with jlink."
  locate_java
  [[ ! -d $java_runtime ]] || return 0
  rm -rf "$java_runtime.part"
  # Java salts the order of its sets with the clock, and jlink writes sets of modules as they come.
  stopped_at "$cache_moment" "$JAVA_HOME/bin/jlink" --add-modules "$java_modules" --strip-debug --no-header-files --no-man-pages --compress zip-6 \
    --include-locales en,zh --output "$java_runtime.part"
  # What every start of Java loads first, ready to be mapped (a tenth of the control plane's start). The same bytes each time, unlike a
  # cache of ahead-of-time code, as long as the heap does not depend on this machine's memory and processors.
  "$java_runtime.part/bin/java" -XX:+UseG1GC -Xms128m -Xmx128m -Xshare:dump
  mv "$java_runtime.part" "$java_runtime"
}
