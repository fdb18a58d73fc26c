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
    mark = f"END{time.time_ns()}"
    # Without colours and pages: nobody reads along. The mark is sent in two pieces, so that its echo is not taken for the answer.
    line.sendall(f"\nstty -echo 2>/dev/null; export TERM=dumb SYSTEMD_PAGER= SYSTEMD_COLORS=0; {{ {command}\n}} 2>&1; echo {mark[:5]}''{mark[5:]}:$?\n".encode())
    heard, until = b"", time.time() + seconds
    end = re.compile(rf"{mark}:(\d+)".encode())
    while time.time() < until:
        try:
            heard += line.recv(65536)
        except TimeoutError:
            continue
        found = end.search(heard)
        if found:
            text = heard[: found.start()].decode(errors="replace").replace("\r", "")
            text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)", "", text)
            print(text.split(f"{mark[:5]}''{mark[5:]}:$?\n")[-1], end="")
            return int(found.group(1))
    print(heard.decode(errors="replace"), file=sys.stderr)
    print(f"no answer within {seconds:.0f} s", file=sys.stderr)
    return 124


if __name__ == "__main__":
    sys.exit(main())
