"""What the loops of compute probes hold, read from objects with the release flags: exactly the arithmetic that
is counted, in registers of the right width, on independent accumulators, no memory.  What is counted comes from
the program pipe_table, which prints the descriptions that the probes compute their work from.  With 24 chains
GCC 12 went through memory and an AVX-512 "peak" read 103 instead of 226 Gop/s."""

import collections
import re
import subprocess

import objects

# Register of each instruction set: as a regular expression with the lanes of AArch64 left open.
REGISTER = {"scalar": r"xmm\d+", "sse2": r"xmm\d+", "avx128": r"xmm\d+", "avx2": r"ymm\d+", "avx_vnni": r"ymm\d+",
            "avx512": r"zmm\d+", "avx512_vnni": r"zmm\d+", "avx512_bf16": r"zmm\d+", "avx512_fp16": r"zmm\d+",
            "amx_int8": r"tmm\d+", "amx_bf16": r"tmm\d+"}
SUFFIX = {"f64": "pd", "f32": "ps", "f16": "ph"}
LANES = {"f64": "2d", "f32": "4s", "f16": "8h"}
SVE_LANES = {"f64": "d", "f32": "s", "f16": "h"}
SCALAR = {"f64": "d", "f32": "s"}

# Kernel -> groups of instructions; a group's accumulators are its own, and its instructions equally frequent.
# Operations per lane of each instruction.
X86 = {"fma": [("vfmadd213",)], "fadd": [("vadd", "vsub")], "fmul": [("vmul",)], "fdiv": [("vdiv",)],
       "fsqrt": [("vsqrt",)], "fma_add": [("vfmadd231",), ("vadd",)]}
ARM = {"fma": [("fmla",)], "fadd": [("fadd", "fsub")], "fmul": [("fmul",)], "fdiv": [("fdiv",)],
       "fsqrt": [("fsqrt",)], "fma_add": [("fmla",), ("fadd",)]}
OPS = {"vfmadd213": 2, "vfmadd231": 2, "fmla": 2, "fmadd": 2}
# (instruction, products of two numbers that it adds to a lane)
PRODUCTS = {
    ("avx_vnni", "i8"): ("vpdpbusd", 4), ("avx_vnni", "i16"): ("vpdpwssd", 2), ("avx512_vnni", "i8"): ("vpdpbusd", 4),
    ("avx512_vnni", "i16"): ("vpdpwssd", 2), ("avx512_bf16", "bf16"): ("vdpbf16ps", 2),
    ("amx_int8", "i8"): ("tdpbssd", 64), ("amx_bf16", "bf16"): ("tdpbf16ps", 32),
    ("neon_dot", "i8"): ("sdot", 4), ("sve", "i8"): ("sdot", 4)}
ARM_PRODUCTS = {("dot", "bf16"): ("bfdot", 2), ("matrix", "bf16"): ("bfmmla", 4), ("matrix", "i8"): ("smmla", 8)}

# What may stand beside the stream: counting and branching.
COUNTER = re.compile(r"(dec|sub|subs|cmp|test)[lq]? .*|(j\w+|b\.\w+|cbn?z) .*")


def is_arm(isa, functions):
    return any(i.mnemonic in ("ret", "b.ne", "ldr", "str") and re.search(r"\b[xzqvsd]\d|\[x", i.operands)
               for body in functions.values() for i in body)


def expected(isa, kernel, type_name, arm):
    """(groups of mnemonics, operations per lane of each, the register's form)."""
    if kernel in ("dot", "matrix"):
        name, products = PRODUCTS.get((isa, type_name)) or ARM_PRODUCTS[kernel, type_name]
        form = REGISTER.get(isa) or (r"z\d+\.[sbh]" if isa.startswith("sve") else r"v\d+\.(4s|16b|8h)")
        return [(name,)], {name: 2 * products}, form
    if arm:
        groups = ARM[kernel]
        if isa == "scalar":
            groups = [tuple("fmadd" if name == "fmla" else name for name in group) for group in groups]
            return groups, OPS, rf"{SCALAR[type_name]}\d+"
        if isa == "sve":
            return groups, OPS, rf"z\d+\.{SVE_LANES[type_name]}"
        return groups, OPS, rf"v\d+\.{LANES[type_name]}"
    suffix = SUFFIX[type_name] if isa != "scalar" else {"f64": "sd", "f32": "ss"}[type_name]
    groups = X86[kernel] if isa != "sse2" else [(name[1:] for name in group) for group in X86[kernel]]
    if isa == "sse2" and kernel == "fma":
        groups = [("mul",), ("add", "sub")]  # it has none: multiplies and adds side by side
    named = [tuple(name + suffix for name in group) for group in groups]
    return named, {name + suffix: ops for name, ops in OPS.items()}, REGISTER[isa]


def registers(instruction, arm):
    """(destination, sources): AT&T names the destination last, AArch64 first; predicates are left out."""
    operands = [o.strip().lstrip("%") for o in instruction.operands.split(",")]
    operands = [o for o in operands if not re.fullmatch(r"p\d+/m", o)]
    return (operands[0], operands[1:]) if arm else (operands[-1], operands[:-1])


def check_loop(body, entry, arm):
    """Findings about one loop.  entry: isa, kernel, type, chains, instructions, lane_ops."""
    groups, ops, form = expected(entry.isa, entry.kernel, entry.type, arm)
    group_of = {name: i for i, group in enumerate(groups) for name in group}
    problems, uses, counts = [], collections.defaultdict(collections.Counter), collections.Counter()
    crossed, lane_ops, order = set(), 0, collections.defaultdict(list)
    for instruction in body:
        name = instruction.mnemonic
        if name not in group_of:
            if not COUNTER.fullmatch(str(instruction)):
                problems.append(f"'{instruction}' inside the loop")
            continue
        destination, sources = registers(instruction, arm)
        wrong = [r for r in [destination, *sources] if not re.fullmatch(form, r)]
        if wrong:
            problems.append(f"'{instruction}' uses {wrong[0]}, not a register {form}")
        uses[group_of[name]][destination] += 1
        counts[name] += 1
        order[group_of[name]].append(destination)
        lane_ops += ops.get(name, 1)
        crossed.update(s for s in sources if s != destination)
    accumulators = [chain for of in uses.values() for chain in of]
    if sum(counts.values()) != entry.instructions:
        problems.append(f"{sum(counts.values())} arithmetic instructions instead of {entry.instructions}")
    if len(accumulators) != entry.chains or len(set(accumulators)) != entry.chains:
        problems.append(f"{len(set(accumulators))} accumulators instead of {entry.chains}, each with one kind of instruction")
    for group, of in uses.items():
        if len(set(of.values())) != 1:
            problems.append(f"{'/'.join(groups[group])} uses its accumulators unevenly: {dict(of)}")
    for group, chain in order.items():
        between = len(uses[group])
        if any(chain[i] != chain[i - between] for i in range(between, len(chain))):
            problems.append(f"{'/'.join(groups[group])} comes back to an accumulator before it used all the others")
    totals = [sum(counts[name] for name in group) for group in groups]
    halves = [counts[name] for group in groups for name in group if len(group) > 1]
    if len(set(totals)) != 1 or len(set(halves)) > 1:
        problems.append(f"not as many of each of {groups}: {dict(counts)}")
    number = lambda register: register.split(".")[0]  # noqa: E731  one register under two names of lanes
    if {number(r) for r in crossed} & {number(r) for r in accumulators}:
        problems.append("chains depend on one another through "
                        f"{sorted({number(r) for r in crossed} & {number(r) for r in accumulators})}")
    if lane_ops != entry.lane_ops:
        problems.append(f"{lane_ops} operations per lane and turn, and {entry.lane_ops} are counted")
    return problems


Entry = collections.namedtuple("Entry", "isa function kernel type chains instructions lane_ops")


def table(command):
    """What pipe_table prints, one loop a line."""
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return [Entry(*row[:4], *map(int, row[4:])) for row in rows]


def check(list_file, entries, objdump="objdump"):
    """Findings of every loop of the table; also that its object was there to be looked at."""
    findings, seen = [], set()
    for isa, path in objects.listed(list_file):
        wanted = [e for e in entries if e.isa == isa]
        functions = objects.functions(objdump, path) if wanted else {}
        arm = is_arm(isa, functions)
        for entry in wanted:
            start = f"roofmark::isa_{isa}::{entry.function}("
            key = next((f for f in functions if f.startswith(start)), None)
            if key is None:
                continue
            seen.add(entry)
            loops = objects.inner_loops(functions[key])
            problems = [f"{len(loops)} inner loops instead of one"] if len(loops) != 1 else check_loop(loops[0], entry, arm)
            findings += [f"{path}:1: {entry.function} ({isa}): {problem}" for problem in problems]
    findings += [f"{list_file}:1: no function {e.function} of {e.isa}; the lint looked at nothing" for e in entries
                 if e not in seen]
    if not entries:
        findings.append(f"{list_file}:1: no loop is described; the lint looked at nothing")
    return findings
