"""Every C++ file is as clang-format 14 writes it (other versions write some of it differently)."""

import re
import shutil
import subprocess
import sys

import tree

VERSION = 14


def formatter():
    """(command, reason): the program, or why it cannot be used."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        command = shutil.which(name)
        if not command:
            continue
        said = subprocess.run([command, "--version"], capture_output=True, text=True).stdout
        version = re.search(r"version (\d+)", said)
        if version and int(version.group(1)) == VERSION:
            return command, ""
    return None, f"clang-format {VERSION} is not installed"


def check(root, command):
    files = [f for f in tree.code_files(root)]
    said = subprocess.run([command, "--dry-run", "--style=file", "--ferror-limit=1", *files], cwd=root, capture_output=True, text=True)
    found = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error): code should be clang-formatted", said.stderr, re.MULTILINE)
    first = {}
    for file, line in found:
        first.setdefault(file, line)
    if said.returncode and not found:
        return [f"clang-format failed: {said.stderr.strip()}"]
    return [f"{file}:{line}: not formatted; run clang-format -i {file}" for file, line in first.items()]


if __name__ == "__main__":
    program, why_not = formatter()
    if not program:
        sys.exit(tree.skip(why_not))
    sys.exit(tree.finish(check(tree.root_argument(), program), "format"))
