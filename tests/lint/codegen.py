"""What the inner loops of probes hold, read from objects with the release flags: the streams of loads and
stores and the paces of a core here, the arithmetic of compute probes in pipes.py."""

import collections
import re
import sys

import objects
import pipes
import tree

# Function -> (instructions in one turn, the instruction, x86 and AArch64 spelling).  A chain is one where
# each instruction reads and writes the same register, a chase where each load's address is what the one before brought.
PACE = {
    "multiply_chain": (64, r"imul %\w+,%(\w+)|mul (x\d+), \2, x\d+"),
    "add_chain": (64, r"add %\w+,%(\w+)|add (x\d+), \2, x\d+"),
    "nop_run": (512, r"nop"),
    "chase": (16, r"mov \(%(\w+)\),%\1|ldr (x\d+), \[\2\]"),
}

# Function -> (arrays read, arrays written, multiply-adds per vector).  Suffix _nt: stores past the caches;
# _far, _by_l2: asks for every cache line once, ahead of the loads.
STREAM = {"stream_read": (1, 0, 0), "stream_write": (0, 1, 0), "stream_copy": (1, 1, 0), "stream_triad": (2, 1, 1),
          "stream_mix": (2, 1, 0), "stream_schoenauer": (3, 1, 1)}
STREAM_NAMES = ["stream_read", "stream_read_far", "stream_schoenauer_grouped"] + [n + nt for n in list(STREAM)[1:] for nt in ("", "_nt")]
STREAM_NAMES += [f"stream_{what}_by_l2_{idle}" for what in ("read", "copy", "copy_nt", "triad", "triad_nt") for idle in (2, 12, 24, 36, 48)]
LINE_BYTES = 64
PREFETCHES = ("prefetchnta", "prefetcht1", "prefetchw", "prfm", "prfb")
ISA_BYTES = {"sse2": 16, "avx2": 32, "avx512": 64, "neon": 16, "sve": 1}  # SVE counts in vectors
VECTOR_BYTES = {"xmm": 16, "ymm": 32, "zmm": 64, "q": 16, "z": 1}

# What may stand beside the stream: counting, branching, and sending pointers back without a branch.
COUNTER = re.compile(r"(dec|sub|add|subs|adds|addvl|cmp|test)[lq]? .*|(j\w+|b\.\w+|cbn?z) .*|"
                     r"(cmov\w+|csel) .*|mov[lq]? +\$0x0,%\w+")


def loop_of(instructions):
    """The one inner loop, or why there is none."""
    loops = objects.inner_loops(instructions)
    if len(loops) != 1:
        return None, f"{len(loops)} inner loops instead of one"
    return loops[0], ""


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
    registers_used = re.findall(r"%([xyz]mm)\d+|\b([qz])\d+", text)
    width = VECTOR_BYTES["".join(registers_used[0])] if registers_used else 0
    att = re.search(r"(-?0x[0-9a-f]+)?\((%\w+)\)", text)
    arm = re.search(r"\[(\w+)(?:, #(-?\w+)(?:, mul vl)?)?\]", text)
    if att:
        return [(att.group(2), int(att.group(1) or "0", 0), width)]
    if arm:
        first = int(arm.group(2) or "0", 0)
        return [(arm.group(1), first + i * width, width) for i in range(len(registers_used))]
    return []


def prefetched(instruction):
    """Pointer of what a prefetch asks for, and the offset from it."""
    at = re.search(r"(?:(0x[0-9a-f]+))?\((%\w+)\)|\[(\w+)(?:, #(\w+)(?:, mul vl)?)?\]", instruction.operands)
    return at.group(2) or at.group(3), int(at.group(1) or at.group(4) or "0", 0)


def steps_of(body):
    """Base register -> bytes by which one turn of the loop advances it."""
    steps = {}
    for instruction in body:
        att = re.fullmatch(r"\$(0x[0-9a-f]+),(%\w+)", instruction.operands)
        arm = re.fullmatch(r"(x\d+), \1, #(0x[0-9a-f]+|\d+)", instruction.operands)
        if instruction.mnemonic in ("add", "addvl") and (att or arm):
            steps[att.group(2) if att else arm.group(1)] = int(att.group(1) if att else arm.group(2), 0)
    return steps


def check_stream(functions, isa, name):
    """Each byte between a turn's start and its end touched once per array, by the right instructions."""
    is_x86 = isa in ("sse2", "avx2", "avx512")
    idle = re.search("_by_l2_([0-9]+)$", name)
    key = next((f for f in functions if f.startswith(f"roofmark::isa_{isa}::{name}(")), None)
    if key is None:
        return [f"no function {name}"]
    body, problem = loop_of(functions[key])
    if problem:
        return [problem]
    past_caches = "_nt" in name
    # What reads and writes is asked for by x86 alone.
    far = name.startswith("stream_read_") or (idle and is_x86)
    reads, writes, per_vector = STREAM[re.sub("(_nt)?(_far|_by_l2_[0-9]+|_grouped)?$", "", name)]
    touched = {"load": collections.defaultdict(list), "store": collections.defaultdict(list)}
    problems, multiply_adds, asked = [], 0, collections.defaultdict(list)
    for instruction in body:
        if instruction.mnemonic in PREFETCHES:
            pointer, offset = prefetched(instruction)
            asked[pointer].append(offset)
            continue
        memory = accesses(instruction)
        multiply_adds += instruction.mnemonic in ("vfmadd213ps", "mulps", "vmulps", "fmla")
        if not memory:
            beside = ("mulps", "fmla") + (("nop",) if idle else ())  # which paces its loads by them
            if not COUNTER.fullmatch(str(instruction)) and instruction.mnemonic not in beside:
                problems.append(f"'{instruction}' inside the loop")
            continue
        stored = instruction.mnemonic.startswith(("st", "movnt", "vmovnt")) or instruction.operands.endswith(")")
        if stored and past_caches != (instruction.mnemonic in ("movntps", "vmovntps", "stnp", "stnt1w")):
            problems.append(f"'{instruction}' is the wrong kind of store")
        for base, offset, width in memory:
            touched["store" if stored else "load"][base].append((offset, width))
    steps = steps_of(body)
    if idle and is_x86:
        lines = (reads + writes) * max(steps.values(), default=0) // LINE_BYTES
        found = sum(i.mnemonic == "nop" for i in body)
        if found != int(idle[1]) * lines:
            problems.append(f"{found} instructions that do nothing instead of {idle[1]} beside each of {lines} lines")
    vectors = 0
    for what, wanted in (("load", reads), ("store", writes)):
        if len(touched[what]) != wanted:
            problems.append(f"{what}s from {len(touched[what])} arrays instead of {wanted}")
        for base, seen in touched[what].items():
            vectors = len(seen)
            bytes_each = ISA_BYTES[isa]
            all_of_it = [(o, bytes_each) for o in range(0, steps.get(base, 0), bytes_each)]
            if sorted(seen) != all_of_it:
                problems.append(f"{what}s through {base} do not touch each vector of a turn once")
    # How many vectors of SVE are a line is the machine's: each is asked for.
    lines = range(0, max(steps.values(), default=0), 1 if isa == "sve" else LINE_BYTES) if far else []
    if len(asked) != (reads + (0 if past_caches else writes) if far else 0):
        problems.append(f"prefetches ask for {len(asked)} arrays")
    for offsets in asked.values():
        if sorted(offsets) != [min(offsets) + at for at in lines]:
            problems.append(f"prefetches at {sorted(offsets)} do not ask for each line of a turn once")
    if multiply_adds != per_vector * vectors:
        problems.append(f"{multiply_adds} multiply-adds for {vectors} vectors")
    return problems


def check_exp(functions, isa, name="exp_sums", least=10):
    """Nothing is stored and nobody called: neither constants nor sums go through memory and back."""
    key = next((f for f in functions if f.startswith(f"roofmark::isa_{isa}::{name}(")), None)
    if key is None:
        return [f"no function {name}"]
    body, problem = loop_of(functions[key])
    if problem:
        return [problem]
    problems = [f"'{i}' inside the loop" for i in body
                if i.mnemonic.startswith(("call", "bl", "st")) or re.search(r"\)$", i.operands)
                and not i.mnemonic.startswith(("cmp", "vcmp", "j", "b."))]
    wanted = re.compile(r"v?(mul|fn?madd\d+|add)ps|f(mul|ml[as]|madd)")
    arithmetic = sum(bool(wanted.match(i.mnemonic)) for i in body)
    # Per exponential: a product for the multiple of ln 2, two to take it away, six for the polynomial, one to scale;
    # of a short one one to take it away and four for the polynomial, where those are not fused into others.
    if arithmetic < least:
        problems.append(f"{arithmetic} multiplications and additions are too few for an exponential")
    return problems


MULTIPLIES = re.compile(r"v?(fn?madd\d+|mul)ps|vdpbf16ps|vpdpbusd|f(mla|madd|mlal)|bfdot|sdot|smmla")


def check_sums(functions, pattern, is_meant):
    """Sums stay in registers: of the functions of that name, loops that are meant store nothing."""
    problems, looked = [], 0
    for name in functions:
        if not re.search(pattern, name):
            continue
        for body in filter(is_meant, objects.inner_loops(functions[name])):
            looked += 1
            problems += [f"'{i}' inside the loop" for i in body if i.mnemonic.startswith("st") or
                         re.fullmatch(r"v?mov\w+", i.mnemonic) and i.operands.endswith(")")]
    return problems if looked else ["no loop that multiplies"]


def products_of(body):
    return sum(bool(MULTIPLIES.match(i.mnemonic)) for i in body)


def check_tile(functions):
    """The largest tile's; the copy of a row's end has fewer products."""
    return check_sums(functions, r"::tile<.*, 6(, .*)?>\(", lambda body: products_of(body) >= 12)


def check_nibbles(functions):
    """Those of a line of 4-bit weights, which the loop asks for."""
    return check_sums(functions, r"::nibble_product<",
                      lambda body: products_of(body) >= 2 and any(i.mnemonic in PREFETCHES for i in body))


def check_squares(functions):
    """A step of AMX's tiles is four loads and four products on sums that stay in tiles; nothing is stored, for loads wait
    for stores whose addresses end alike."""
    problems, looked = [], 0
    for name, body in functions.items():
        if "::multiply_square<" not in name:
            continue
        index = {instruction.address: i for i, instruction in enumerate(body)}
        loops = [body[index[i.target()]:at + 1] for at, i in enumerate(body)
                 if i.target() in index and index[i.target()] <= at]
        for loop in loops:
            products = [i for i in loop if i.mnemonic.startswith("tdp")]
            if not products:  # of prefetches
                continue
            looked += 1
            loads = sum(i.mnemonic.startswith("tileload") for i in loop)
            sums = {i.operands.split(",")[-1] for i in products}
            if (len(products), loads, len(sums)) != (4, 4, 4):
                problems.append(f"{len(products)} products on {len(sums)} tiles of sums for {loads} loads instead of four")
            problems += [f"'{i}' inside the loop" for i in loop if i.mnemonic.startswith(("tilest", "call", "push")) or
                         re.fullmatch(r"v?mov\w+|mov", i.mnemonic) and i.operands.endswith(")")]
    return problems if looked else ["no loop that multiplies"]


# Source file -> function -> what looks at it.
LOOKS = {
    "exp": {"exp_sums": check_exp,
            "short_exp_sums": lambda f, isa: check_exp(f, isa, "short_exp_sums", 6)},
    "stream": {name: lambda f, isa, name=name: check_stream(f, isa, name) for name in STREAM_NAMES},
    # SSE2 has 16 registers, and widens f16 in many steps.
    "gemm": {"tile": lambda f, isa: [] if isa == "sse2" else check_tile(f)},
    "gemm_pairs": {"tile": lambda f, isa: check_squares(f) if isa.startswith("amx") else check_tile(f)},
    "gemm_int8": {"tile": lambda f, isa: check_squares(f) if isa.startswith("amx") else []},
    # Of extensions, whose sums are fewer.
    "gemv_w4": {"nibble_product": lambda f, isa: [] if isa in ISA_BYTES else check_nibbles(f)},
    "pace": {name: lambda f, isa, name=name: check_pace(f, name) for name in PACE},
}


def check(list_file, objdump="objdump"):
    """Findings of every stream's and pace's object; also that each was there to be looked at."""
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
    objdump = objects.tool("objdump")
    if not objdump:
        sys.exit(tree.skip("objdump is not installed (package binutils)"))
    list_file, table = sys.argv[1:3]
    found = check(list_file, objdump) + pipes.check(list_file, pipes.table([table]), objdump)
    sys.exit(tree.finish(found, "codegen"))
