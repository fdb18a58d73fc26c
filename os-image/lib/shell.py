#!/usr/bin/env python3
"""Runs a command in a test machine through its shell on a serial line: shell.py SOCKET SECONDS COMMAND. Exit status: the command's."""

import re
import socket
import sys
import time


def main():
    path, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    line = socket.socket(socket.AF_UNIX)
    line.connect(path)
    line.settimeout(1)
    now = time.time_ns()
    begin, end = f"BEGIN{now}", f"END{now}"
    # Marks are sent in two pieces, so that their echo is not taken for the answer. No colours, no pages: nobody reads along.
    line.sendall(b"\nstty -echo 2>/dev/null; export TERM=dumb SYSTEMD_PAGER= SYSTEMD_COLORS=0; PS1=; PS2=\n")
    line.sendall(f"echo BEG''IN{now}; {{ {command}\n}} 2>&1; echo E''ND{now}:$?\n".encode())
    heard, until = b"", time.time() + seconds
    found = None
    while time.time() < until and not found:
        try:
            heard += line.recv(65536)
        except TimeoutError:
            continue
        found = re.search(rf"{begin}\r?\n(.*?){end}:(\d+)".encode(), heard, re.DOTALL)
    if not found:
        print(heard.decode(errors="replace"), file=sys.stderr)
        print(f"no answer within {seconds:.0f} s", file=sys.stderr)
        return 124
    text = found.group(1).decode(errors="replace").replace("\r", "")
    print(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)", "", text), end="")
    return int(found.group(2))


if __name__ == "__main__":
    sys.exit(main())
