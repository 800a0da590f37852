"""scripts/record-machine keeps what the program reads, and nothing that names the machine.  Needs lstopo."""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

program, script = sys.argv[1:]
if not (shutil.which("lstopo-no-graphics") or shutil.which("lstopo")):
    print("skipped: lstopo is missing (package hwloc-nox)")
    sys.exit(77)


def doctor(*arguments):
    said = subprocess.run([program, "doctor", "--output", "json", *arguments], check=True, capture_output=True)
    return json.loads(said.stdout)["machine"]


with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder) / "recorded"
    subprocess.run([script, out], check=True, capture_output=True)
    here = doctor()
    there = doctor("--root", out / "root", "--topology", out / "topology.xml")
    for key in ("cpu", "allowance", "board"):
        assert here[key] == there[key], f"{key}: {here[key]} here, {there[key]} recorded"
    if not here["gpus"]:  # a recording has none
        assert here["id"] == there["id"], f"id: {here['id']} here, {there['id']} recorded"

    host = socket.gethostname()
    for file in out.rglob("*"):
        if not file.is_file():
            continue
        text = file.read_text(errors="replace")
        if len(host) > 3:  # a shorter one is a word like any other
            assert not re.search(rf"\b{re.escape(host)}\b", text), f"{file} holds the host's name"
        assert not re.search(r"(?i)serial(?!ize)|HostName|ProductUUID", text), f"{file} holds an identifying field"
        assert not re.search(r"\b[0-9a-f]{32,}\b", text), f"{file} holds a long number that may name a container"

    again = subprocess.run([script, out], capture_output=True, text=True)
    assert again.returncode == 2 and "it exists" in again.stderr, "an existing directory must be refused"
print("recorded and read back alike")
