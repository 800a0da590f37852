"""What the inner loops of compute probes hold, read from objects with the release flags: exactly the
arithmetic that is counted, in registers of the right width, on independent accumulators, no memory.
With 24 chains GCC 12 went through memory and an AVX-512 "peak" read 103 instead of 226 Gop/s."""

import collections
import re
import sys

import objects
import tree

# Instruction set -> (mnemonics without the type's suffix, register).  One turn of the loop holds two
# instructions on each chain; on SSE2 half of the chains multiply and half add.
FMA = {
    "sse2": (("mul", "add"), "xmm"),
    "avx2": (("vfmadd213",), "ymm"),
    "avx512": (("vfmadd213",), "zmm"),
    "neon": (("fmla",), "v"),
}
SUFFIX = {"f32": "ps", "f64": "pd"}
LANES = {"f32": "4s", "f64": "2d"}
PER_CHAIN = 2

# Function -> (instructions in one turn, the instruction, x86 and AArch64 spelling).  A chain is one where
# each instruction reads and writes the same register.
PACE = {
    "multiply_chain": (64, r"imul %\w+,%(\w+)|mul (x\d+), \2, x\d+"),
    "add_chain": (64, r"add %\w+,%(\w+)|add (x\d+), \2, x\d+"),
    "nop_run": (512, r"nop"),
}

COUNTER = re.compile(r"(dec|sub|add|subs|adds|cmp|test)[lq]? .*|(j\w+|b\.\w+|cbn?z) .*")


def loop_of(instructions):
    """The one inner loop, or why there is none."""
    loops = objects.inner_loops(instructions)
    if len(loops) != 1:
        return None, f"{len(loops)} inner loops instead of one"
    return loops[0], ""


def chains_of(functions, isa):
    """Number of accumulators that fma_stream() reports, from which the probe's work is computed."""
    for instruction in functions.get(f"roofmark::isa_{isa}::fma_stream()", []):
        immediate = re.search(r"[$#](0x[0-9a-f]+|\d+)", instruction.operands)
        if immediate:
            return int(immediate.group(1), 0) & 0xFFFFFFFF  # the struct's first member is the low half
    return None


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
    chains = chains_of(functions, isa)
    if not chains:
        return ["fma_stream() does not return a constant number of chains"]
    body, problem = loop_of(functions[key])
    if problem:
        return [problem]
    wanted = {name + ("" if isa == "neon" else SUFFIX[type_name]) for name in names}
    vector = rf"v\d+\.{LANES[type_name]}" if isa == "neon" else rf"{width}\d+"
    problems, uses, sources, per_name = [], collections.Counter(), set(), collections.Counter()
    for instruction in body:
        if instruction.mnemonic not in wanted:
            if not COUNTER.fullmatch(str(instruction)):
                problems.append(f"'{instruction}' inside the loop")
            continue
        destination, others = registers(isa, instruction)
        wrong = [r for r in [destination, *others] if not re.fullmatch(vector, r)]
        if wrong:
            problems.append(f"'{instruction}' uses {wrong[0]}, not a register {vector}")
        uses[destination] += 1
        sources.update(others)
        per_name[instruction.mnemonic] += 1
    count = sum(uses.values())
    if count != PER_CHAIN * chains:
        problems.append(f"{count} arithmetic instructions instead of {PER_CHAIN} x {chains} chains")
    if len(uses) != chains or set(uses.values()) != {PER_CHAIN}:
        problems.append(f"{len(uses)} accumulators used {sorted(set(uses.values()))} times instead of {chains} used {PER_CHAIN} times")
    if len(set(per_name.values())) != 1 or len(per_name) != len(wanted):
        problems.append(f"not as many of each of {sorted(wanted)}: {dict(per_name)}")
    if sources & set(uses):
        problems.append(f"chains depend on one another through {sorted(sources & set(uses))}")
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


def check(list_file, objdump="objdump"):
    """Findings of every compute probe's object; also that each was there to be looked at."""
    findings, seen = [], set()
    for isa, path in objects.listed(list_file):
        stem = path.rsplit("/", 1)[-1].split(".", 1)[0]
        if stem == "fma":
            functions = objects.functions(objdump, path)
            for type_name in SUFFIX:
                findings += [f"{path}:1: fma_{type_name} ({isa}): {p}" for p in check_fma(functions, isa, type_name)]
        elif stem == "pace":
            functions = objects.functions(objdump, path)
            for name in PACE:
                findings += [f"{path}:1: {name}: {p}" for p in check_pace(functions, name)]
        else:
            continue
        seen.add(stem)
    findings = list(dict.fromkeys(findings))  # once each
    for stem in ("fma", "pace"):
        if stem not in seen:
            findings.append(f"{list_file}:1: no object of {stem}.isa.cpp; the lint looked at nothing")
    return findings


if __name__ == "__main__":
    if not objects.tool("objdump"):
        sys.exit(tree.skip("objdump is not installed (package binutils)"))
    sys.exit(tree.finish(check(*sys.argv[1:3]), "codegen"))
