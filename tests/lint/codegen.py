"""What the inner loops of compute probes hold, read from objects with the release flags: exactly the
arithmetic that is counted, in registers of the right width, on independent accumulators, no memory.
With 24 chains GCC 12 went through memory and an AVX-512 "peak" read 103 instead of 226 Gop/s."""

import collections
import re
import sys

import objects
import tree

# Instruction set -> (mnemonics without the type's suffix, register).  On SSE2 as many multiply as add,
# each on chains of its own.
FMA = {
    "sse2": (("mul", "add"), "xmm"),
    "avx2": (("vfmadd213",), "ymm"),
    "avx512": (("vfmadd213",), "zmm"),
    "neon": (("fmla",), "v"),
}
SUFFIX = {"f32": "ps", "f64": "pd"}
LANES = {"f32": "4s", "f64": "2d"}

# Function -> (instructions in one turn, the instruction, x86 and AArch64 spelling).  A chain is one where
# each instruction reads and writes the same register.
PACE = {
    "multiply_chain": (64, r"imul %\w+,%(\w+)|mul (x\d+), \2, x\d+"),
    "add_chain": (64, r"add %\w+,%(\w+)|add (x\d+), \2, x\d+"),
    "nop_run": (512, r"nop"),
}

# Function -> (arrays read, arrays written, multiply-adds per vector).  Suffix _nt: stores past the caches;
# _far: asks for every cache line once, ahead of the loads.
STREAM = {"stream_read": (1, 0, 0), "stream_write": (0, 1, 0), "stream_copy": (1, 1, 0), "stream_triad": (2, 1, 1)}
STREAM_NAMES = ["stream_read", "stream_read_far"] + [n + nt for n in list(STREAM)[1:] for nt in ("", "_nt")]
LINE_BYTES = 64
PREFETCHES = ("prefetchnta", "prfm")
VECTOR_BYTES = {"xmm": 16, "ymm": 32, "zmm": 64, "q": 16}

# What may stand beside the stream: counting, branching, and sending pointers back without a branch.
COUNTER = re.compile(r"(dec|sub|add|subs|adds|cmp|test)[lq]? .*|(j\w+|b\.\w+|cbn?z) .*|"
                     r"(cmov\w+|csel) .*|mov[lq]? +\$0x0,%\w+")


def loop_of(instructions):
    """The one inner loop, or why there is none."""
    loops = objects.inner_loops(instructions)
    if len(loops) != 1:
        return None, f"{len(loops)} inner loops instead of one"
    return loops[0], ""


def stream_of(functions, isa):
    """(accumulators, instructions of a turn) that fma_stream() reports: the probe's work comes of them."""
    both, register = 0, None  # the struct's first two members, low half and high half of one register
    for instruction in functions.get(f"roofmark::isa_{isa}::fma_stream()", []):
        operands = instruction.operands
        wide = re.search(r"\$(0x[0-9a-f]+|\d+)", operands)
        narrow = re.fullmatch(r"(x\d+), #(0x[0-9a-f]+|\d+)(?:, lsl #(\d+))?", operands)
        if wide:
            both = int(wide.group(1), 0)
            break
        if narrow and instruction.mnemonic in ("mov", "movk") and register in (None, narrow.group(1)):
            register = narrow.group(1)
            both += int(narrow.group(2), 0) << int(narrow.group(3) or 0)
    return (both & 0xFFFFFFFF, both >> 32) if both else None


def registers(isa, instruction):
    """(destination, sources): AT&T names the destination last, AArch64 first."""
    operands = [o.strip().lstrip("%") for o in instruction.operands.split(",")]
    if isa == "neon":
        return operands[0], operands[1:]
    return operands[-1], operands[:-1]


def check_fma(functions, isa, type_name):
    names, width = FMA[isa]
    key = next((f for f in functions if f.startswith(f"roofmark::isa_{isa}::fma_{type_name}(")), None)
    if key is None:
        return [f"no function fma_{type_name}"]
    stream = stream_of(functions, isa)
    if not stream or 0 in stream:
        return ["fma_stream() does not return constant numbers of chains and instructions"]
    chains, instructions = stream
    body, problem = loop_of(functions[key])
    if problem:
        return [problem]
    wanted = {name + ("" if isa == "neon" else SUFFIX[type_name]) for name in names}
    vector = rf"v\d+\.{LANES[type_name]}" if isa == "neon" else rf"{width}\d+"
    problems, uses, sources = [], collections.defaultdict(collections.Counter), set()
    for instruction in body:
        # A subtract is an add of the same pipes: the SSE2 stream adds a value and takes it away again.
        mnemonic = re.sub(r"^sub(p[sd])$", r"add\1", instruction.mnemonic)
        if mnemonic not in wanted:
            if not COUNTER.fullmatch(str(instruction)):
                problems.append(f"'{instruction}' inside the loop")
            continue
        destination, others = registers(isa, instruction)
        wrong = [r for r in [destination, *others] if not re.fullmatch(vector, r)]
        if wrong:
            problems.append(f"'{instruction}' uses {wrong[0]}, not a register {vector}")
        uses[mnemonic][destination] += 1
        sources.update(others)
    per_name = {name: sum(of.values()) for name, of in uses.items()}
    accumulators = [chain for of in uses.values() for chain in of]
    if sum(per_name.values()) != instructions:
        problems.append(f"{sum(per_name.values())} arithmetic instructions instead of {instructions}")
    if len(accumulators) != chains or len(set(accumulators)) != chains:
        problems.append(f"{len(set(accumulators))} accumulators instead of {chains}, each with one kind of instruction")
    for name, of in uses.items():
        if len(set(of.values())) != 1:
            problems.append(f"{name} uses its accumulators unevenly: {dict(of)}")
    if len(set(per_name.values())) != 1 or len(per_name) != len(wanted):
        problems.append(f"not as many of each of {sorted(wanted)}: {per_name}")
    if sources & set(accumulators):
        problems.append(f"chains depend on one another through {sorted(sources & set(accumulators))}")
    return problems


def check_pace(functions, name):
    count, pattern = PACE[name]
    key = next((f for f in functions if f.startswith(f"roofmark::{name}(")), None)
    if key is None:
        return [f"no function {name}"]
    body, problem = loop_of(functions[key])
    if problem:
        return [problem]
    kept = [str(i) for i in body if re.fullmatch(pattern, str(i).strip())]
    others = [str(i) for i in body if str(i) not in kept]
    problems = [f"'{i}' inside the loop" for i in others if not COUNTER.fullmatch(i)]
    if len(kept) != count:
        problems.append(f"{len(kept)} instructions of the stream instead of {count}")
    if len(set(kept)) != 1:
        problems.append("not the same instruction throughout")
    return problems


def accesses(instruction):
    """[(base, offset, vector bytes)] that an instruction touches; a pair of AArch64 touches two."""
    text = instruction.operands
    registers_used = re.findall(r"%([xyz]mm)\d+|\b(q)\d+", text)
    width = VECTOR_BYTES["".join(registers_used[0])] if registers_used else 0
    att = re.search(r"(-?0x[0-9a-f]+)?\((%\w+)\)", text)
    arm = re.search(r"\[(\w+)(?:, #(-?\w+))?\]", text)
    if att:
        return [(att.group(2), int(att.group(1) or "0", 0), width)]
    if arm:
        first = int(arm.group(2) or "0", 0)
        return [(arm.group(1), first + i * width, width) for i in range(len(registers_used))]
    return []


def prefetched(instruction):
    """Offset from the pointer that a prefetch asks for."""
    offset = re.search(r"(0x[0-9a-f]+)\(%\w+\)|\[\w+, #(\w+)\]", instruction.operands)
    return int(offset.group(1) or offset.group(2), 0) if offset else 0


def steps_of(body):
    """Base register -> bytes by which one turn of the loop advances it."""
    steps = {}
    for instruction in body:
        att = re.fullmatch(r"\$(0x[0-9a-f]+),(%\w+)", instruction.operands)
        arm = re.fullmatch(r"(x\d+), \1, #(0x[0-9a-f]+|\d+)", instruction.operands)
        if instruction.mnemonic == "add" and (att or arm):
            steps[att.group(2) if att else arm.group(1)] = int(att.group(1) if att else arm.group(2), 0)
    return steps


def check_stream(functions, isa, name):
    """Each byte between a turn's start and its end touched once per array, by the right instructions."""
    key = next((f for f in functions if f.startswith(f"roofmark::isa_{isa}::{name}(")), None)
    if key is None:
        return [f"no function {name}"]
    body, problem = loop_of(functions[key])
    if problem:
        return [problem]
    past_caches = name.endswith("_nt")
    far = name.endswith("_far")
    reads, writes, per_vector = STREAM[name.removesuffix("_nt").removesuffix("_far")]
    touched = {"load": collections.defaultdict(list), "store": collections.defaultdict(list)}
    problems, multiply_adds, asked = [], 0, []
    for instruction in body:
        if instruction.mnemonic in PREFETCHES:
            asked.append(prefetched(instruction))
            continue
        memory = accesses(instruction)
        multiply_adds += instruction.mnemonic in ("vfmadd213ps", "mulps", "fmla")
        if not memory:
            if not COUNTER.fullmatch(str(instruction)) and instruction.mnemonic not in ("mulps", "fmla"):
                problems.append(f"'{instruction}' inside the loop")
            continue
        stored = instruction.mnemonic.startswith(("st", "movnt", "vmovnt")) or instruction.operands.endswith(")")
        if stored and past_caches != (instruction.mnemonic in ("movntps", "vmovntps", "stnp")):
            problems.append(f"'{instruction}' is the wrong kind of store")
        for base, offset, width in memory:
            touched["store" if stored else "load"][base].append((offset, width))
    steps = steps_of(body)
    vectors = 0
    for what, wanted in (("load", reads), ("store", writes)):
        if len(touched[what]) != wanted:
            problems.append(f"{what}s from {len(touched[what])} arrays instead of {wanted}")
        for base, seen in touched[what].items():
            vectors = len(seen)
            width = FMA[isa][1].replace("v", "q")
            all_of_it = [(o, VECTOR_BYTES[width]) for o in range(0, steps.get(base, 0), VECTOR_BYTES[width])]
            if sorted(seen) != all_of_it:
                problems.append(f"{what}s through {base} do not touch each vector of a turn once")
    lines = range(0, max(steps.values(), default=0), LINE_BYTES) if far else []
    if sorted(asked) != [min(asked, default=0) + at for at in lines]:
        problems.append(f"prefetches at {sorted(asked)} do not ask for each line of a turn once")
    if multiply_adds != per_vector * vectors:
        problems.append(f"{multiply_adds} multiply-adds for {vectors} vectors")
    return problems


# Source file -> function -> what looks at it.
LOOKS = {
    "fma": {f"fma_{t}": lambda f, isa, t=t: check_fma(f, isa, t) for t in SUFFIX},
    "stream": {name: lambda f, isa, name=name: check_stream(f, isa, name) for name in STREAM_NAMES},
    "pace": {name: lambda f, isa, name=name: check_pace(f, name) for name in PACE},
}


def check(list_file, objdump="objdump"):
    """Findings of every compute probe's object; also that each was there to be looked at."""
    findings, seen = [], set()
    for isa, path in objects.listed(list_file):
        stem = path.rsplit("/", 1)[-1].split(".", 1)[0]
        looks = LOOKS.get(stem, {})
        functions = objects.functions(objdump, path) if looks else {}
        for name, look in looks.items():
            findings += [f"{path}:1: {name} ({isa}): {problem}" for problem in look(functions, isa)]
        if looks:
            seen.add(stem)
    findings = list(dict.fromkeys(findings))  # once each
    for stem in LOOKS:
        if stem not in seen:
            findings.append(f"{list_file}:1: no object of {stem}.isa.cpp; the lint looked at nothing")
    return findings


if __name__ == "__main__":
    if not objects.tool("objdump"):
        sys.exit(tree.skip("objdump is not installed (package binutils)"))
    sys.exit(tree.finish(check(*sys.argv[1:3]), "codegen"))
