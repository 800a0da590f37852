"""The files a lint looks at, and their text without comments and strings.
A lint returns findings as "file:line: what is wrong; what to do" and ends with 0, 1 or 77 (skipped)."""

import os
import pathlib
import re
import subprocess
import sys

SKIPPED = 77  # the SKIP_RETURN_CODE of every lint in CMakeLists.txt
CODE = (".cpp", ".h", ".cu", ".cuh")


def files(root):
    """Paths below root, relative and sorted: what git tracks or would track; outside a clone, all but build/."""
    root = pathlib.Path(root)
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, text=True)
        if listed.returncode == 0:
            return sorted(f for f in set(listed.stdout.split("\0")) if f and (root / f).is_file())
    found = []
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name not in (".git", "build")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def code_files(root):
    return [f for f in files(root) if f.endswith(CODE)]


def read(root, file):
    return (pathlib.Path(root) / file).read_text(encoding="utf-8", errors="replace")


# Comments, raw strings, strings and characters of C++, in the order in which they can begin.
_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def without_comments(text, keep_strings=False):
    """The text with comments (and what strings hold) blanked; lines and columns stay."""

    def blank(match):
        token = match.group(0)
        if token.startswith(("//", "/*")):
            return re.sub(r"[^\n]", " ", token)
        if keep_strings or len(token) < 2:
            return token
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]

    return _TOKEN.sub(blank, text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def finish(findings, what):
    """Prints and returns the exit status."""
    for finding in findings:
        print(finding)
    print(f"{what}: {len(findings)} finding(s)")
    return 1 if findings else 0


def skip(reason):
    print(f"skipped: {reason}")
    return SKIPPED


def root_argument():
    return sys.argv[1] if len(sys.argv) > 1 else "."
