#!/usr/bin/env python3
"""The bill of materials of the image (CycloneDX 1.6): what lies in its tree, by name, version, licence and hash.

  sbom.py make   writes it, from the tree, Debian's database of packages in it, and the bills that Maven has written of our programs
  sbom.py check  names all that lies in a tree and is not in a bill, or not as it is there; fails if there is anything

A jar is known by its bytes: one that no bill of Maven's names ends the build.
"""

import argparse
import collections
import datetime
import hashlib
import json
import os
import re
import sys
import urllib.parse
import uuid
import zipfile

HOME = "usr/lib/hearth"
JAVA = HOME + "/java"
OWN = {"name": "Hearth"}
# Names of licences in Debian's machine-readable files whose SPDX identifiers differ; numbered GNU licences are computed.
SPDX = {
    "Expat": "MIT", "MIT": "MIT", "ISC": "ISC", "Zlib": "Zlib", "zlib": "Zlib", "curl": "curl", "CC0-1.0": "CC0-1.0", "0BSD": "0BSD",
    "Apache-2.0": "Apache-2.0", "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSD-4-clause": "BSD-4-Clause",
    "BSL-1.0": "BSL-1.0", "OFL-1.1": "OFL-1.1", "Unicode-3.0": "Unicode-3.0",
}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def files(tree, ending=""):
    """Paths below the tree of all files with this ending, in order."""
    found = []
    for folder, _, names in os.walk(tree):
        found += [os.path.relpath(os.path.join(folder, name), tree) for name in names if name.endswith(ending)]
    return sorted(path for path in found if not os.path.islink(os.path.join(tree, path)))


def located(component, path):
    component.setdefault("evidence", {"occurrences": []})["occurrences"].append({"location": "/" + path})
    return component


def hashed(data):
    return [{"alg": "SHA-256", "content": sha256(data)}]


# ---- Java ------------------------------------------------------------------------------------------------------------


def maven_components(bills):
    """What Maven has resolved, by SHA-256; only that hash is kept of the many."""
    known, dependencies = {}, collections.defaultdict(set)
    for bill in bills:
        content = json.loads(read(bill))
        for component in content["components"]:
            digests = [entry for entry in component.get("hashes", []) if entry["alg"] == "SHA-256"]
            for digest in digests:
                known[digest["content"]] = {**component, "hashes": digests}
        for entry in content.get("dependencies", []):
            dependencies[entry["ref"]].update(entry.get("dependsOn", []))
    return known, dependencies


def own_jar(path, data, version):
    """A jar that our build makes: of a module, or what Quarkus generates when it puts a program together."""
    name = os.path.basename(path)
    module = re.fullmatch(r"(?:io\.hearth\.)?(hearth-.+?)-\d.*\.jar", name)
    part = path[len(HOME) + 1 :]
    if not module and not re.fullmatch(r"(control-plane|agent)/(quarkus-run|quarkus/(generated|transformed)-bytecode)\.jar", part):
        return None
    # As Maven's bills refer to it.
    purl = f"pkg:maven/io.hearth/{module[1]}@{version}?type=jar" if module else f"pkg:generic/hearth/{part.replace('/', '-')}@{version}"
    return {
        "type": "library", "bom-ref": purl, "supplier": OWN, "group": "io.hearth", "name": module[1] if module else part,
        "version": version, "hashes": hashed(data), "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": purl,
    }


def native_files(path, purl):
    """Machine code in one of our jars, as parts of it."""
    parts = []
    with zipfile.ZipFile(path) as jar:
        for name in sorted(jar.namelist()):
            if re.search(r"\.(so|o|ptx|cubin|fatbin)$", name):
                parts.append({"type": "file", "bom-ref": f"{purl}#{name}", "name": name, "hashes": hashed(jar.read(name))})
    return parts


def jars(tree, bills, version):
    known, dependencies = maven_components(bills)
    found, strangers = {}, []
    for path in files(tree, ".jar"):
        if path.startswith(JAVA):
            continue
        data = read(tree, path)
        component = known.get(sha256(data)) or own_jar(path, data, version)
        if component is None:
            strangers.append(path)
            continue
        component = found.setdefault(sha256(data), component)
        if "evidence" not in component and component.get("group") == "io.hearth":
            parts = native_files(os.path.join(tree, path), component["bom-ref"])
            component.update({"components": parts} if parts else {})
        located(component, path)
    if strangers:
        raise SystemExit("No bill of Maven's knows these jars of the image: " + ", ".join(strangers))
    return list(found.values()), dependencies


def java_runtime(tree, release):
    """The runtime that jlink has made; "release" is the file of the JDK that it was made of."""
    made, source = ({key: value.strip('"') for key, _, value in (line.partition("=") for line in read(path).decode().splitlines())}
                    for path in (os.path.join(tree, JAVA, "release"), release))
    version = source.get("SEMANTIC_VERSION", made["JAVA_VERSION"])
    purl = f"pkg:generic/temurin@{version}" if "Temurin" in source.get("IMPLEMENTOR_VERSION", "") else f"pkg:generic/openjdk@{version}"
    parts = [located({"type": "file", "bom-ref": f"{purl}#{path}", "name": path, "hashes": hashed(read(tree, JAVA, path))}, f"{JAVA}/{path}")
             for path in files(os.path.join(tree, JAVA), ".jar")]
    return located({
        "type": "platform", "bom-ref": purl, "supplier": {"name": source.get("IMPLEMENTOR", "unknown")}, "name": "Java runtime (jlink)",
        "version": version, "hashes": hashed(read(tree, JAVA, "lib/modules")),
        "licenses": [{"expression": "GPL-2.0-only WITH Classpath-exception-2.0"}], "purl": purl,
        "properties": [{"name": "hearth:java-modules", "value": made["MODULES"]}], "components": parts,
    }, JAVA)


# ---- Front end -------------------------------------------------------------------------------------------------------


def front_end(tree):
    """npm packages in the scripts of the pages, as Vaadin's build has noted them: name and version."""
    packages = {}
    program = os.path.join(tree, HOME, "control-plane")
    for path in files(program, ".jar"):
        with zipfile.ZipFile(os.path.join(program, path)) as jar:
            stats = "META-INF/VAADIN/config/stats.json"
            if stats in jar.namelist():
                packages.update(json.loads(jar.read(stats))["npmModules"])
    if not packages:
        raise SystemExit("The control plane has no note of the npm packages in its pages (META-INF/VAADIN/config/stats.json).")
    return packages


def npm_purl(name, version):
    return f"pkg:npm/{urllib.parse.quote(name, safe='/')}@{urllib.parse.quote(version)}"


def npm_licences(name, version, locked):
    """The licence that the package's makers name, from the file that the scripts' packages were installed by."""
    package = locked.get("node_modules/" + name, {})
    if package.get("version") != version:
        raise SystemExit(f"The pages hold {name} {version} of npm, which package-lock.json does not name: build them anew.")
    licence = package.get("license", "")
    if re.fullmatch(r"[A-Za-z0-9.+-]+", licence):
        return [{"license": {"id": licence}}]
    return [{"expression": licence}] if licence else []


def npm_components(tree, lock):
    locked = json.loads(read(lock))["packages"]
    for name, version in sorted(front_end(tree).items()):
        purl = npm_purl(name, version)
        group, _, rest = name.rpartition("/")
        licences = npm_licences(name, version, locked)
        yield {"type": "library", "bom-ref": purl, **({"group": group} if group else {}), "name": rest, "version": version,
               **({"licenses": licences} if licences else {}), "purl": purl}


# ---- Debian ----------------------------------------------------------------------------------------------------------


def paragraphs(text):
    """Paragraphs of a file in Debian's format: fields, with what is continued on further lines."""
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*((?:.*)(?:\n[ \t].*)*)", block, re.MULTILINE))
        if fields:
            yield fields


def spdx(name):
    gnu = re.fullmatch(r"(A?GPL|LGPL|GFDL)-(\d(?:\.\d)?)(\+?)", name)
    if not gnu:
        return SPDX.get(name)
    number = gnu[2] if "." in gnu[2] else gnu[2] + ".0"
    exists = (gnu[1], number) in {("GPL", "1.0"), ("GPL", "2.0"), ("GPL", "3.0"), ("LGPL", "2.0"), ("LGPL", "2.1"), ("LGPL", "3.0"), ("AGPL", "3.0")}
    return f"{gnu[1]}-{number}-{'or-later' if gnu[3] else 'only'}" if exists else None


def debian_licences(text):
    """Licences that a machine-readable file names; none if it is not one."""
    if not text.startswith("Format:"):
        return []
    names = {fields["License"].splitlines()[0].strip() for fields in paragraphs(text) if "License" in fields}
    return [{"license": {"id": spdx(name)} if spdx(name) else {"name": name}} for name in sorted(names - {""})]


def installed(status):
    return [package for package in paragraphs(status) if package.get("Status", "install ok installed").endswith(" installed")]


def debian_purl(package):
    name, version = (urllib.parse.quote(package[key], safe="") for key in ("Package", "Version"))
    return f"pkg:deb/debian/{name}@{version}?arch={package['Architecture']}&distro=trixie"


def debian(tree, status):
    packages = installed(status)
    purls = {package["Package"]: debian_purl(package) for package in packages}
    source = {package["Package"]: package.get("Source", package["Package"]).split(" ")[0] for package in packages}
    texts = {name: os.path.join("usr/share/doc", name, "copyright") for name in purls}
    texts = {name: path for name, path in texts.items() if os.path.exists(os.path.join(tree, path))}
    dependencies = {}
    for package in packages:
        name = package["Package"]
        # Packages of one source often share one text.
        shared = [texts[other] for other in sorted(texts) if source[other] == source[name]]
        text = texts.get(name) or (shared[0] if shared else None)
        licences = debian_licences(read(tree, text).decode("utf-8", "replace")) if text else []
        component = {
            "type": "library", "bom-ref": purls[name], "supplier": {"name": package.get("Maintainer", "Debian")}, "name": name,
            "version": package["Version"], **({"licenses": licences} if licences else {}), "purl": purls[name],
            "properties": [{"name": "hearth:debian-architecture", "value": package["Architecture"]},
                           {"name": "hearth:debian-source", "value": source[name]}],
        }
        if text:
            component["properties"].append({"name": "hearth:licence-text", "value": "/" + text})
        needs = re.split(r"[,|]", package.get("Pre-Depends", "") + "," + package.get("Depends", ""))
        needed = {re.split(r"[ (:]", need.strip())[0] for need in needs}
        dependencies[purls[name]] = {purls[need] for need in needed if need in purls}
        yield component, dependencies


# ---- The bill --------------------------------------------------------------------------------------------------------


def model(tree):
    folder = HOME + "/starter/model"
    return located({
        "type": "machine-learning-model", "bom-ref": "hearth-starter-model", "supplier": OWN, "name": "hearth-starter-model",
        "hashes": hashed(read(tree, folder, "model.safetensors")), "licenses": [{"license": {"id": "Apache-2.0"}}],
    }, folder)


def make(options):
    java, dependencies = jars(options.tree, options.bill, options.program_version)
    components = java + [java_runtime(options.tree, options.java_release), model(options.tree)] + list(npm_components(options.tree, options.npm_lock))
    for component, needs in debian(options.tree, read(options.dpkg_status).decode()):
        components.append(component)
        dependencies.update(needs)
    refs = {component["bom-ref"] for component in components}
    purl = f"pkg:generic/hearth@{options.version}"
    graph = {ref: sorted(dependencies.get(ref, set()) & refs - {ref}) for ref in sorted(refs)}
    needed = {ref for needs in graph.values() for ref in needs}
    graph[purl] = sorted(refs - needed)
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(options.moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "supplier": OWN, "name": "os-image/lib/sbom.py"},
                                     {"type": "application", "group": "org.cyclonedx", "name": "cyclonedx-maven-plugin"}]},
            "component": {"type": "operating-system", "bom-ref": purl, "supplier": OWN, "name": "hearth", "version": options.version,
                          "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": purl},
        },
        "components": sorted(components, key=lambda component: component["bom-ref"]),
        "dependencies": [{"ref": ref, "dependsOn": needs} for ref, needs in sorted(graph.items())],
    }
    # The same content has the same number.
    bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))}"
    with open(options.output, "w", encoding="utf-8") as output:
        json.dump(bill, output, ensure_ascii=False, indent=1, sort_keys=True)
        output.write("\n")


def check(options):
    """Looks at the tree alone, by other ways than the bill was made where there are any."""
    components = json.loads(read(options.sbom))["components"]
    purls = {component.get("purl") for component in components}
    places = {place["location"]: part for component in components for part in [component, *component.get("components", [])]
              for place in part.get("evidence", {}).get("occurrences", [])}
    faults = []
    jar_paths = files(options.tree, ".jar")
    for path in jar_paths:
        component = places.pop("/" + path, None)
        if component is None:
            faults.append(f"The jar /{path} is not in the bill.")
        elif component["hashes"] != hashed(read(options.tree, path)):
            faults.append(f"The jar /{path} has other bytes than the bill says.")
    faults += [f"The bill names {path}, which is not there." for path in places if not os.path.exists(options.tree + path)]
    packages = installed(read(options.tree, HOME, "packages/debian").decode())
    faults += [f"The Debian package {package['Package']} {package['Version']} is not in the bill." for package in packages
               if debian_purl(package) not in purls]
    # What Debian's own list has lost would still have left its licence behind.
    ours = [component for component in components if str(component.get("purl")).startswith("pkg:deb/")]
    names = {name for component in ours for name in [component["name"], *(entry["value"] for entry in component["properties"])]}
    documented = os.listdir(os.path.join(options.tree, "usr/share/doc"))
    faults += [f"/usr/share/doc/{name} belongs to no Debian package of the bill." for name in sorted(documented) if name not in names]
    modules = front_end(options.tree)
    faults += [f"The npm package {name} {version} is not in the bill." for name, version in modules.items() if npm_purl(name, version) not in purls]
    print("\n".join(faults) or f"{len(jar_paths)} jars, {len(packages)} Debian packages and {len(modules)} npm packages are in the bill.")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    for option in ("--tree", "--dpkg-status", "--java-release", "--version", "--program-version", "--npm-lock", "--output"):
        making.add_argument(option, required=True)
    making.add_argument("--bill", action="append", default=[], help="written by Maven for a program that is in the tree")
    making.add_argument("--moment", type=int, required=True, help="seconds since 1970")
    checking = commands.add_parser("check")
    checking.add_argument("--tree", required=True)
    checking.add_argument("sbom")
    options = parser.parse_args()
    return make(options) if options.command == "make" else check(options)


if __name__ == "__main__":
    sys.exit(main())
