#!/usr/bin/env python3
"""Puts kernel, first program and command line into one EFI program (a unified kernel image, UAPI.5), behind systemd's stub.

What systemd's ukify does, for a building machine whose Debian is older than the image's.
"""

import argparse

import pefile

# Sections in the order in which the stub measures them.
SECTIONS = (".osrel", ".cmdline", ".uname", ".initrd", ".linux")


def aligned(number, alignment):
    return -(-number // alignment) * alignment


def archive(name, content):
    """A cpio archive (newc) with one file, as the kernel unpacks it in front of another one."""

    def entry(path, body, mode, links):
        path = path.encode() + b"\0"
        numbers = (0, mode, 0, 0, links, 0, len(body), 0, 0, 0, 0, len(path), 0)
        head = b"070701" + b"".join(b"%08X" % number for number in numbers) + path
        return head + b"\0" * (-len(head) % 4) + body + b"\0" * (-len(body) % 4)

    return entry(name, content, 0o100444, 1) + entry("TRAILER!!!", b"", 0, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--stub", "--linux", "--initrd", "--os-release", "--uname", "--cmdline", "--output"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    contents = {
        ".osrel": open(options.os_release, "rb").read(),
        ".cmdline": options.cmdline.encode() + b"\0",
        ".uname": options.uname.encode() + b"\0",
        # The first program compares: what else is on the command line has not been signed.
        ".initrd": archive("arguments", options.cmdline.encode()) + open(options.initrd, "rb").read(),
        ".linux": open(options.linux, "rb").read(),
    }
    pe = pefile.PE(options.stub, fast_load=True)
    alignment = pe.OPTIONAL_HEADER.SectionAlignment
    file_alignment = pe.OPTIONAL_HEADER.FileAlignment
    last = max(pe.sections, key=lambda section: section.VirtualAddress)
    address = aligned(last.VirtualAddress + last.Misc_VirtualSize, alignment)
    table_end = max(section.get_file_offset() + section.sizeof() for section in pe.sections)
    room = min(section.PointerToRawData for section in pe.sections if section.PointerToRawData) - table_end
    if room < 40 * len(SECTIONS):
        raise SystemExit(f"The stub has no room for {len(SECTIONS)} more sections.")
    data = bytearray(pe.__data__[: aligned(len(pe.__data__), 1)])
    data += b"\0" * (aligned(len(data), file_alignment) - len(data))
    header = bytearray()
    for name in SECTIONS:
        content = contents[name]
        section = pefile.SectionStructure(pe.__IMAGE_SECTION_HEADER_format__, pe=pe)
        section.__unpack__(b"\0" * 40)
        section.Name = name.encode().ljust(8, b"\0")
        section.Misc_VirtualSize = len(content)
        section.VirtualAddress = address
        section.SizeOfRawData = aligned(len(content), file_alignment)
        section.PointerToRawData = len(data)
        section.Characteristics = 0x40000040  # readable, initialised data
        section.PointerToRelocations = section.PointerToLinenumbers = 0
        section.NumberOfRelocations = section.NumberOfLinenumbers = 0
        header += section.__pack__()
        data += content + b"\0" * (section.SizeOfRawData - len(content))
        address = aligned(address + len(content), alignment)
    data[table_end : table_end + len(header)] = header
    pe.FILE_HEADER.NumberOfSections += len(SECTIONS)
    pe.OPTIONAL_HEADER.SizeOfImage = address
    for structure in (pe.FILE_HEADER, pe.OPTIONAL_HEADER):
        packed = structure.__pack__()
        data[structure.get_file_offset() : structure.get_file_offset() + len(packed)] = packed
    with open(options.output, "wb") as output:
        output.write(data)


if __name__ == "__main__":
    main()
