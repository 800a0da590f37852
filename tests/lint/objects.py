"""Object files of leaves and what binutils say about them.
The list is written by CMake: one line "isa path" per object built with the release flags."""

import os
import pathlib
import re
import shutil
import subprocess


def listed(list_file):
    """(isa, path) of every object."""
    lines = pathlib.Path(list_file).read_text().splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line.strip()]


def tool(name):
    """nm or objdump, that of a cross toolchain where `name` or the environment (OBJDUMP) says so; None: not installed."""
    return shutil.which(os.environ.get(name.upper(), name))


def symbols(nm, path):
    """(name, kind letter) of every symbol that the object defines."""
    out = subprocess.run([nm, "-P", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    return [tuple(line.split()[:2]) for line in out.splitlines() if line.strip()]


def sections(objdump, path):
    out = subprocess.run([objdump, "-h", path], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\s*\d+\s+(\S+)", out, re.MULTILINE)


def writable_bytes(objdump, path):
    """Size of what the object's code could change: variables, but not constants that hold addresses."""
    out = subprocess.run([objdump, "-h", path], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\s*\d+\s+\.(?:data|bss)(?:\.(?!rel\.ro)\S*)?\s+([0-9a-f]+)", out, re.MULTILINE)
    return sum(int(size, 16) for size in found)


class Instruction:
    def __init__(self, address, mnemonic, operands):
        self.address = address
        self.mnemonic = mnemonic
        self.operands = operands

    def target(self):
        """Where a branch goes; None: it is none.  Covers x86 jumps and AArch64 b.cond, cbnz, tbnz."""
        if not re.fullmatch(r"j\w+|b|b\.\w+|cbn?z|tbn?z", self.mnemonic):
            return None
        match = re.search(r"(?:^|[\s,])(?:0x)?([0-9a-f]+)(?:\s+<|\s*$)", self.operands)
        return int(match.group(1), 16) if match else None

    def __str__(self):
        return f"{self.mnemonic} {self.operands}"


def functions(objdump, path):
    """Demangled name -> list of instructions (AT&T syntax on x86)."""
    command = [objdump, "-d", "-C", "-w", "--no-show-raw-insn", path]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    current = None
    for line in out.splitlines():
        head = re.match(r"^[0-9a-f]+ <(.*)>:$", line)
        if head:
            current = found.setdefault(head.group(1), [])
            continue
        code = re.match(r"^\s*([0-9a-f]+):\t(?:\{\w+\} |data16 |rep[nz]* |lock |notrack |bnd )*(\S+)\s*(.*)$", line)
        if code and current is not None:
            operands = re.sub(r"\s*//.*$|\s+# .*$", "", code.group(3)).strip()  # comments
            current.append(Instruction(int(code.group(1), 16), code.group(2), operands))
    return found


def inner_loops(instructions):
    """The bodies (target of the backward branch up to and with the branch) that hold no other loop."""
    index = {instruction.address: i for i, instruction in enumerate(instructions)}
    loops = []
    for i, instruction in enumerate(instructions):
        target = instruction.target()
        if target is not None and target in index and index[target] <= i:
            loops.append((index[target], i))
    inner = [a for a in loops if not any(b != a and a[0] <= b[0] and b[1] <= a[1] for b in loops)]
    return [instructions[first:last + 1] for first, last in inner]
