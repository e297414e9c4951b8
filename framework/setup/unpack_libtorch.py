#!/usr/bin/env python3
"""Unpack what C++ needs of the LibTorch wheels, and tell whether an unpacked folder is whole.

  unpack_libtorch.py unpack FOLDER PINS WHEELS   unpack the wheels in WHEELS that PINS names
  unpack_libtorch.py check FOLDER PINS           exit 1 and say why if FOLDER is not whole

A whole folder has the stamp `melgraph-libtorch.stamp`, which is written last: the pinned lines,
then size and name of every file.
"""

import os
import shutil
import sys
import zipfile

STAMP = "melgraph-libtorch.stamp"
KEPT = ("torch/include/", "torch/lib/", "torch/version.py", "nvidia/")
DROPPED = ("torch/lib/libtorch_python.so", "torch/lib/libshm")


def is_kept(name):
    if name.endswith(("/", ".a")) or name.startswith(DROPPED):
        return False
    return name.startswith(KEPT) or "/licenses/" in name


def wheel_files(pins, wheels):
    """Give (archive, entry) of every file that is kept."""
    for line in pins.splitlines():
        archive = zipfile.ZipFile(os.path.join(wheels, line.split()[1]))
        for entry in archive.infolist():
            if is_kept(entry.filename):
                yield archive, entry


def unpack(folder, pins, wheels):
    lines = [pins.rstrip("\n")]
    for archive, entry in wheel_files(pins, wheels):
        target = os.path.join(folder, entry.filename)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        # Reading to the end checks the CRC-32 of the entry.
        with archive.open(entry) as source, open(target, "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        lines.append(f"{entry.file_size} {entry.filename}")
    write_stamp(folder, lines)


def write_stamp(folder, lines):
    stamp = os.path.join(folder, STAMP)
    with open(stamp + ".part", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(stamp + ".part", stamp)


def problem(folder, pins):
    """Say what is wrong with the folder, or give None."""
    try:
        with open(os.path.join(folder, STAMP), encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return "it has no stamp"
    if not text.startswith(pins.rstrip("\n") + "\n"):
        return "its stamp names other wheels"
    for line in text[len(pins.rstrip("\n")) + 1:].splitlines():
        size, name = line.split(" ", 1)
        try:
            found = os.stat(os.path.join(folder, name)).st_size
        except OSError:
            return f"{name} is missing"
        if found != int(size):
            return f"{name} has {found} bytes, not {size}"
    return None


def main(arguments):
    if len(arguments) < 3 or arguments[0] not in ("unpack", "check"):
        sys.exit(__doc__)
    with open(arguments[2], encoding="utf-8") as file:
        pins = file.read()
    if arguments[0] == "unpack":
        unpack(arguments[1], pins, arguments[3])
        return 0
    reason = problem(arguments[1], pins)
    if reason:
        print(reason)
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
