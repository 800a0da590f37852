"""What the main loops of GPU probes hold, read from cubins for sm_87 and sm_90a: exactly the instructions that are
counted, in independent chains of registers, and no local memory.  Usage: sass.py ROOT NVCC flag..."""

import collections
import multiprocessing.pool
import pathlib
import re
import subprocess
import sys
import tempfile

import cubin
import objects
import tree

# What may stand beside the counted instructions of a compute probe: counting turns, branching, operands of wgmma.
COUNTING = {"IADD3", "ISETP", "BRA", "CALL", "NOP", "UIADD3", "UISETP", "UMOV", "ULOP3", "UIADD3.64", "R2UR", "WARPGROUP"}
# And beside those of a memory probe: addresses, and what is done with what was loaded.
ADDRESSING = COUNTING | {"MOV", "IMAD", "IMAD.WIDE", "LEA", "LOP3", "SHF", "SEL", "VIADD", "ULEA", "ULDC", "USEL", "USHF"}

# counts: of a turn of the one inner loop that holds any of them.
# chains: independent accumulators that the counted instructions belong to, equally many to each; 0: not looked at.
Loop = collections.namedtuple("Loop", "counts chains beside", defaults=(0, COUNTING))

CHAINS, STEPS = 8, 64  # chain_count and chain_steps of probes/chains.h
MATRIX_STEPS = 15  # matrix_steps of probes/matrix/matrix.cuda.h


def chains(name):
    return Loop({name: CHAINS * STEPS}, CHAINS)


def fragments(name, of_a_warp=8):
    return Loop({name: MATRIX_STEPS * of_a_warp}, of_a_warp)


def stream(counts):
    return Loop(counts, 0, ADDRESSING)


def chase(name):
    """Each load's address is what the one before brought."""
    return Loop({name: 16}, 1, ADDRESSING)


# Kernel, with its template arguments where it has some -> what its main loop holds, for every architecture that its
# file is compiled for, or by architecture.  None: it has no loop to look at.
EXPECTED = {
    "fma_f64": chains("DFMA"),
    "fma_f32": chains("FFMA"),
    "fma_f16": chains("HFMA2.F16"),
    "fma_bf16": chains("HFMA2.BF16"),
    "dot_i8": chains("IDP"),
    "imad_i32": chains("IMAD"),
    "exp_f32": Loop({"MUFU.EX2": CHAINS * STEPS, "FADD": 2 * CHAINS * STEPS}),
    "mma_f16_f32": fragments("HMMA.16816.F32"),
    "mma_f16": fragments("HMMA.16816.F16"),
    "mma_bf16_f32": fragments("HMMA.16816.F32.BF16"),
    "mma_tf32_f32": fragments("HMMA.1688.F32.TF32"),
    "mma_w8a8": fragments("IMMA.S8"),
    "mma_w4a4": {"87": fragments("IMMA.S4"), "90a": None},  # emulated there, and therefore not measured
    "mma_fp8_f32": fragments("QMMA"),
    "mma_f64": fragments("DMMA.884"),
    "mma_f64_m16n8k16": fragments("DMMA.16816", of_a_warp=4),
    "wgmma_f16_f32": Loop({"HGMMA.F32": MATRIX_STEPS}),
    "wgmma_f16": Loop({"HGMMA.F16": MATRIX_STEPS}),
    "wgmma_bf16_f32": Loop({"HGMMA.F32.BF16": MATRIX_STEPS}),
    "wgmma_tf32_f32": Loop({"HGMMA.F32.TF32": MATRIX_STEPS}),
    "wgmma_fp8_f32": Loop({"QGMMA": MATRIX_STEPS}),
    "wgmma_w8a8": Loop({"IGMMA": MATRIX_STEPS}),
    # <true>: of memory, by accesses that leave the caches first; <false>: of L2, by loads past L1.
    "read_kernel<true>": stream({"LDG.128.CONSTANT.NA": 8}),
    "read_kernel<false>": stream({"LDG.128.STRONG.GPU": 4}),
    "write_kernel<true>": stream({"STG.128.EF": 8}),
    "write_kernel<false>": stream({"STG.128": 4}),
    "copy_kernel<true>": stream({"LDG.128.CONSTANT.NA": 8, "STG.128.EF": 8}),
    "copy_kernel<false>": stream({"LDG.128.STRONG.GPU": 4, "STG.128": 4}),
    "triad_kernel<true>": stream({"LDG.128.CONSTANT.NA": 8, "STG.128.EF": 4, "FFMA": 16}),
    "triad_kernel<false>": stream({"LDG.128.STRONG.GPU": 4, "STG.128": 2, "FFMA": 8}),
    "read_l1_kernel": stream({"LDG.128.CONSTANT": 4}),
    "read_shared_kernel": stream({"LDS.128": 4}),
    "chase_kernel<true>": chase("LDG.64"),
    "chase_kernel<false>": chase("LDG.64.STRONG.GPU"),
    "chase_shared_kernel": chase("LDS.32"),
    "nothing": None,
}

LOCAL = {"LDL", "STL"}
# What ptxas says where it gives up what was asked for.
COMPLAINTS = re.compile(r"[1-9]\d* bytes (stack frame|spill)|Potential Performance Loss")


def architectures(file):
    """The lowest and the highest that matter; a file for parts of a capability, that one."""
    of_its_own = re.search(r"\.sm(\d+a?)\.cu$", file)
    if not of_its_own:
        return ["87", "90a"]
    return ["90a" if of_its_own.group(1) == "90" else of_its_own.group(1)]


def compile_cubin(nvcc, flags, root, file, arch, out):
    """What the compiler says; the cubin is at `out` where it succeeds."""
    command = [nvcc, *flags, f"-I{root}", f"-arch=sm_{arch}", "-cubin", "-Xptxas", "-v", "-o", str(out), str(pathlib.Path(root) / file)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def plain_names(mangled):
    """roofmark::(anonymous namespace)::read_kernel<true>(...) is read_kernel<true>."""
    out = subprocess.run(["c++filt"], input="\n".join(mangled), capture_output=True, text=True, check=True).stdout
    named = [re.search(r"(\w+(?:<[^()]*>)?)\(", re.sub(r"\(anonymous namespace\)::", "", line)) for line in out.splitlines()]
    return [match.group(1) if match else name for match, name in zip(named, mangled)]


def steps_of_chains(body, counted):
    """Start register -> steps of the chain that begins in it, or what is wrong with the chains."""
    steps = [i for i in body if i.name in counted]
    written = {i.destination for i in steps}
    owner, lengths = {}, collections.Counter()
    for step in steps:
        if step.sources is None:
            return None, f"{step.name} at {step.address:#x} has an operand that is no register"
        before = {owner.get(r, r) for r in step.sources if r in written}
        if len(before) != 1:
            return None, f"{step.name} at {step.address:#x} belongs to {len(before)} chains"
        owner[step.destination] = before.pop()
        lengths[owner[step.destination]] += 1
    return lengths, ""


def check_loop(body, expected):
    problems = []
    found = collections.Counter(i.name for i in body)
    for name, count in expected.counts.items():
        if found[name] != count:
            problems.append(f"{found[name]} {name} in a turn instead of {count}")
    for name in found:
        operation = name if name in expected.beside else name.split(".")[0]
        if name not in expected.counts and operation not in expected.beside:
            problems.append(f"{found[name]} {name} inside the loop")
    if expected.chains:
        lengths, problem = steps_of_chains(body, expected.counts)
        if problem:
            problems.append(problem)
        elif len(lengths) != expected.chains or len(set(lengths.values())) != 1:
            problems.append(f"chains of {sorted(lengths.values())} steps instead of {expected.chains} equal ones")
    return problems


def check_kernel(instructions, expected):
    problems = [f"{name} (local memory)" for name in sorted({i.name for i in instructions if i.operation in LOCAL})]
    if expected is None:
        return problems
    holding = [body for body in cubin.inner_loops(instructions) if any(i.name in expected.counts for i in body)]
    if len(holding) != 1:
        return problems + [f"{len(holding)} inner loops hold {' or '.join(expected.counts)} instead of one"]
    return problems + check_loop(holding[0], expected)


def check_file(nvcc, flags, root, file, arch, expected):
    """(findings, kernels seen) of one source for one architecture."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.cubin"
        status, said = compile_cubin(nvcc, flags, root, file, arch, out)
        if status != 0:
            return [f"{file}:1: nvcc for sm_{arch}: {said.strip()}"], set()
        found = cubin.kernels(out.read_bytes(), int(arch.rstrip("a")))
    findings = [f"{file}:1: sm_{arch}: {line.strip()}" for line in said.splitlines() if COMPLAINTS.search(line)]
    names = plain_names(list(found))
    for name, instructions in zip(names, found.values()):
        if name not in expected:
            findings.append(f"{file}:1: kernel {name} has no entry in EXPECTED of tests/lint/sass.py; say what its loop must hold")
            continue
        wanted = expected[name]
        wanted = wanted[arch] if isinstance(wanted, dict) else wanted
        findings += [f"{file}:1: {name} (sm_{arch}): {problem}" for problem in check_kernel(instructions, wanted)]
    return findings, set(names)


def check(root, nvcc, flags, expected=None):
    expected = EXPECTED if expected is None else expected
    files = [f for f in tree.files(root) if f.startswith("probes/") and f.endswith(".cu")]
    jobs = [(nvcc, flags, root, file, arch, expected) for file in files for arch in architectures(file)]
    with multiprocessing.pool.ThreadPool(2) as pool:
        results = pool.starmap(check_file, jobs)
    findings = [finding for found, _ in results for finding in found]
    seen = set().union(*(names for _, names in results))
    findings += [f"tests/lint/sass.py:1: no kernel {name} in probes/; drop the entry" for name in expected if name not in seen]
    return findings


if __name__ == "__main__":
    ROOT, NVCC, *FLAGS = sys.argv[1:]
    if not objects.tool(NVCC):
        sys.exit(tree.skip("nvcc is not installed (CUDA toolkit)"))
    if not objects.tool("c++filt"):
        sys.exit(tree.skip("c++filt is not installed (package binutils)"))
    sys.exit(tree.finish(check(ROOT, NVCC, FLAGS), "sass"))
