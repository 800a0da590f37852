"""What a cubin holds: the instructions and inner loops of its kernels, decoded without NVIDIA's tools, for parts
from sm_80 to sm_90a.  An instruction has 128 bits: its operation in bits 0-8, the form of its operands in 9-11,
registers D, A, B, C in 16-23, 24-31, 32-39, 64-71.  Every entry below was compared with nvdisasm 13.5 over the
objects of this project."""

import struct

OPERATIONS = {
    0x02: "MOV", 0x05: "CS2R", 0x07: "SEL", 0x08: "FSEL", 0x0C: "ISETP", 0x10: "IADD3", 0x11: "LEA", 0x12: "LOP3",
    0x16: "PRMT", 0x17: "IMNMX", 0x19: "SHF", 0x1C: "PLOP3", 0x21: "FADD", 0x23: "FFMA", 0x24: "IMAD",
    0x25: "IMAD.WIDE", 0x26: "IDP", 0x2B: "DFMA", 0x31: "HFMA2", 0x35: "HFMA2", 0x36: "VIADD", 0x37: "IMMA",
    0x3C: "HMMA", 0x3E: "F2FP", 0x3F: "DMMA", 0x7A: "QMMA", 0x82: "UMOV", 0x87: "USEL", 0x8C: "UISETP",
    0x90: "UIADD3", 0x91: "ULEA", 0x92: "ULOP3", 0x96: "UPRMT", 0x97: "UIADD3.64", 0x99: "USHF", 0xB9: "ULDC",
    0xCA: "R2UR", 0x108: "MUFU", 0x118: "NOP", 0x119: "S2R", 0x11D: "BAR", 0x141: "BSYNC", 0x144: "CALL",
    0x145: "BSSY", 0x147: "BRA", 0x14D: "EXIT", 0x150: "RET", 0x155: "BMOV", 0x156: "BMOV", 0x181: "LDG",
    0x182: "LDC", 0x183: "LDL", 0x184: "LDS", 0x186: "STG", 0x187: "STL", 0x188: "STS", 0x189: "SHFL",
    0x192: "MEMBAR", 0x1C3: "S2UR", 0x1C5: "WARPGROUP", 0x1C6: "FENCE", 0x1F0: "HGMMA", 0x1F1: "IGMMA",
    0x1F3: "QGMMA",
}

WIDTH = [(73, 3, {4: ".32", 5: ".64", 6: ".128"})]
# Loads past L1 (.cg) are STRONG.GPU, read-only ones (.nc) CONSTANT, volatile ones STRONG.SYS.
CACHING = WIDTH + [(77, 4, {0: "", 4: ".CONSTANT", 7: ".STRONG.GPU", 10: ".STRONG.SYS"}), (84, 3, {0: ".EF", 1: "", 5: ".NA"})]
# Operation -> (first bit, bits, value -> what is appended to its name).
MODIFIERS = {
    "HFMA2": [(85, 1, {0: ".F16", 1: ".BF16"})],
    "HMMA": [(75, 1, {0: ".1688", 1: ".16816"}), (76, 1, {0: ".F16", 1: ".F32"}), (82, 2, {0: "", 1: ".BF16", 2: ".TF32"})],
    "IMMA": [(83, 3, {0: ".S8", 7: ".S4"})],
    "DMMA": [(76, 2, {0: ".884", 3: ".16816"})],
    "HGMMA": [(75, 1, {0: ".F16", 1: ".F32"}), (76, 2, {0: "", 1: ".BF16", 2: ".TF32"})],
    "MUFU": [(74, 4, {2: ".EX2", 4: ".RCP"})],
    "LDG": CACHING, "STG": CACHING, "LDS": WIDTH, "STS": WIDTH, "LDL": WIDTH, "STL": WIDTH,
}

LOADS = ("LDG", "LDS", "LDL")
REGISTER_FORM = 1  # of bits 9-11: A, B and C are registers
NO_REGISTER = 255


class Instruction:
    def __init__(self, address, word, arch):
        self.address = address
        self.word = word
        self.arch = arch

    def bits(self, first, count):
        return self.word >> first & ((1 << count) - 1)

    @property
    def operation(self):
        return OPERATIONS.get(self.bits(0, 9), f"operation {self.bits(0, 9):#x}")

    @property
    def name(self):
        text = self.operation
        for first, count, names in MODIFIERS.get(text, []):
            value = self.bits(first, count)
            text += names.get(value, f".{value}?")
        return text

    @property
    def destination(self):
        return self.bits(16, 8)

    @property
    def sources(self):
        """Registers read; None where an operand is no register."""
        if self.operation in LOADS:
            return [self.bits(24, 8)]
        if self.bits(9, 3) != REGISTER_FORM:
            return None
        return [r for r in (self.bits(24, 8), self.bits(32, 8), self.bits(64, 8)) if r != NO_REGISTER]

    def target(self):
        """Where a branch goes; None: it is none."""
        if self.operation != "BRA":
            return None
        offset = self.bits(34, 48)
        offset -= (offset >> 47) << 48
        if self.arch >= 90:
            offset = offset << 8 | self.bits(16, 8)
        return self.address + 16 + 4 * offset


def sections(data):
    """(name, contents) of each section of a 64-bit little-endian ELF file."""
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a 64-bit little-endian ELF file")
    headers_at, = struct.unpack_from("<Q", data, 0x28)
    size, count, names_index = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, headers_at + i * size) for i in range(count)]
    names_at = headers[names_index][4]
    for name, kind, _, _, offset, length, *_ in headers:
        begin = names_at + name
        yield data[begin:data.index(b"\0", begin)].decode(), b"" if kind == 8 else data[offset:offset + length]


def kernels(data, arch):
    """Mangled name -> instructions."""
    found = {}
    for name, text in sections(data):
        if name.startswith(".text."):
            words = struct.iter_unpack("<QQ", text)
            found[name[len(".text."):]] = [Instruction(16 * i, low | high << 64, arch) for i, (low, high) in enumerate(words)]
    return found


def inner_loops(instructions):
    """The bodies (target of the backward branch up to and with the branch) that hold no other loop.  A branch to
    itself, behind the end of every kernel, is none."""
    spans = [(i.target() // 16, i.address // 16) for i in instructions if i.target() is not None and i.target() < i.address]
    inner = [a for a in spans if not any(b != a and a[0] <= b[0] and b[1] <= a[1] for b in spans)]
    return [instructions[first:last + 1] for first, last in inner]
