#!/usr/bin/python3
"""Gives the values that Quarkus hands from one build step's code to another's numbers that do not depend on chance.

    renumber.py JAR

Before its release 3.35 (change 53025) Quarkus counts these values ("proxykey43") over all of its build steps, which run side by side, so
that two builds of one commit differ in the numbers and in nothing else. They are names that only the classes of this jar know: here
they are numbered anew, in the order in which the classes, by name, mention them. Entries are stored as they are: the image is
compressed as a whole, and the bytes do not depend on a version of zlib.
"""

import os
import re
import struct
import sys
import zipfile

KEY = re.compile(rb"proxykey[0-9]+")
# Bytes of a constant after its tag (JVMS 4.4); a text, 1, says its length itself.
SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}


def constants(code):
    """Where each constant of a class begins and ends; the last place is the end of all."""
    at, number, count = 10, 1, struct.unpack(">H", code[8:10])[0]
    while number < count:
        tag = code[at]
        end = at + 3 + struct.unpack(">H", code[at + 1 : at + 3])[0] if tag == 1 else at + 1 + SIZES[tag]
        yield tag, at, end
        at = end
        # A long number and a double count twice.
        number += 2 if tag in (5, 6) else 1


def rewritten(code, numbers):
    parts, done = [], 0
    for tag, start, end in constants(code):
        text = code[start + 3 : end]
        if tag == 1 and KEY.fullmatch(text):
            key = numbers.setdefault(text, b"proxykey%d" % (len(numbers) + 1))
            parts += [code[done:start], struct.pack(">BH", 1, len(key)), key]
            done = end
    return b"".join(parts) + code[done:]


def main(path):
    numbers = {}
    with zipfile.ZipFile(path) as jar:
        entries = jar.infolist()
        contents = {}
        for entry in sorted(entries, key=lambda entry: entry.filename):
            content = jar.read(entry)
            contents[entry.filename] = rewritten(content, numbers) if entry.filename.endswith(".class") else content
    with zipfile.ZipFile(path + ".part", "w", zipfile.ZIP_STORED) as jar:
        for entry in entries:
            same = zipfile.ZipInfo(entry.filename, entry.date_time)
            same.external_attr = entry.external_attr
            jar.writestr(same, contents[entry.filename])
    os.replace(path + ".part", path)
    print(f"{os.path.basename(path)}: {len(numbers)} values numbered anew")


if __name__ == "__main__":
    main(sys.argv[1])
