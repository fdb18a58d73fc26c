#!/usr/bin/env python3
"""Gives a command to QEMU's monitor and waits until it has been carried out: monitor.py SOCKET COMMAND. Prints what QEMU says."""

import socket
import sys

PROMPT = b"(qemu) "
PATIENCE_SECONDS = 300


def answer(line):
    heard = b""
    while not heard.endswith(PROMPT):
        piece = line.recv(65536)
        if not piece:
            break
        heard += piece
    return heard


def main():
    path, command = sys.argv[1], sys.argv[2]
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE_SECONDS)
    line.connect(path)
    answer(line)
    line.sendall(command.encode() + b"\n")
    said = answer(line).decode(errors="replace").splitlines()[1:-1]
    print("\n".join(said), end="\n" if said else "")
    return 1 if any(one.startswith("Error") for one in said) else 0


if __name__ == "__main__":
    sys.exit(main())
