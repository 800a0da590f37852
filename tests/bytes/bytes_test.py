"""Counts the bytes that one launch of each kernel reads and writes, by a trace of every memory access (valgrind's
lackey), and compares them with its work model, to the byte.  bytes_test.py SOURCE BUILD: skipped (77) without valgrind.

Counted are distinct bytes of the operands and results that a task asked its device for.  A byte that the launch itself
wrote before it reads it is no traffic: it is in a cache.  Working memory is none either, if the launch finds nothing there
that it did not write.  valgrind knows no AVX-512, so the narrower instruction sets speak for a kernel."""

import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lint"))

import tree  # noqa: E402

# Shapes of each kernel; odd ones where it takes them.  "kernel/format" before "kernel".
SHAPES = {
    "gemm": ["m=3,n=64,k=7", "m=7,n=128,k=129"],  # whole panels: padding is read too
    **{f"gemm/{format}": ["m=3,n=64,k=8", "m=7,n=128,k=132"] for format in ("f16-f32", "bf16-f32", "w8a8")},
    **{f"{kernel}/{format}": [f"{rows}n=64,k=64,group=32", f"{rows}n=128,k=256,group=128"]
       for kernel, rows in (("gemm", "m=7,"), ("gemv", "")) for format in ("w4a16", "w4a8")},
    "gemv": ["n=1,k=1", "n=7,k=131"],
    "softmax": ["rows=3,cols=131"],
    "norm": ["rows=1,cols=7", "rows=3,cols=131"],
    "layer_norm": ["rows=3,cols=131"],
    "activation": ["rows=3,cols=131"],
    "gelu_gated": ["rows=3,cols=131"],
    "relu_gated": ["rows=3,cols=131"],
    "silu": ["rows=3,cols=131"],
    "gelu": ["rows=3,cols=131"],
    "relu": ["rows=3,cols=131"],
    "add_norm": ["rows=3,cols=131"],
    "quantize": ["rows=3,cols=131"],
    "rope": ["tokens=3,heads=2,head_dim=46"],
    "attention": [
        "queries=2,fresh=1,cached=70,heads=8,kv_heads=2,head_dim=64",
        "queries=1,fresh=3,cached=1,heads=2,kv_heads=2,head_dim=96",
        "queries=1,fresh=70,cached=0,heads=2,kv_heads=1,head_dim=64",
        "queries=1,fresh=40,cached=33,heads=2,kv_heads=1,head_dim=64",
    ],
    "embedding": ["tokens=1,cols=131,vocabulary=211"],
    "add": ["rows=1,cols=1", "rows=3,cols=131"],
    "planted": ["rows=3,cols=131"],
}
# Instruction sets that valgrind knows, and the words of /proc/cpuinfo that they need.
KNOWN = {"x86_64": {"sse2": {"sse2"}, "avx2": {"avx2", "fma", "f16c"}}, "aarch64": {"neon": {"asimd"}}}

MARKER = " S 700000000,4"


def build(source, folder):
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    configure = ["cmake", "-G", "Ninja", "-S", str(source / "tests/bytes"), "-B", str(folder), *launcher]
    for command in [configure, ["cmake", "--build", str(folder)]]:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(done.stdout)
            return False
    return True


def cases(program):
    """([case], [what is wrong with the tables above])."""
    words = set(pathlib.Path("/proc/cpuinfo").read_text().split())
    isas = {isa for isa, needs in KNOWN[platform.machine()].items() if needs <= words}
    found, findings, unknown = [], [], set()
    for line in subprocess.run([program, "list"], capture_output=True, text=True, check=True).stdout.splitlines():
        kernel, variant, format = line.split("/")
        if variant not in isas and kernel != "planted":
            continue
        shapes = SHAPES.get(f"{kernel}/{format}", SHAPES.get(kernel))
        if shapes is None:
            unknown.add(kernel)
            continue
        found += [f"{line}/{shape}" for shape in shapes]
    for kernel in sorted(unknown):
        findings.append(f"{__file__}:1: kernel {kernel} has no shape to be counted at; add one to SHAPES")
    return found, findings


def launches(program, names):
    """(What the program printed of each case, the accesses of each launch as lines of the trace)."""
    reader, writer = os.pipe()
    with tempfile.TemporaryFile("w+") as printed:
        command = ["valgrind", "--tool=lackey", "--trace-mem=yes", f"--log-fd={writer}", program, *names]
        process = subprocess.Popen(command, stdout=printed, pass_fds=[writer])
        os.close(writer)
        parts, inside = [], False
        with open(reader, encoding="ascii", errors="replace") as trace:
            for line in trace:
                if line.startswith(MARKER):
                    inside = not inside
                    if inside:
                        parts.append([])
                elif inside and not line.startswith("I"):
                    parts[-1].append(line)
        if process.wait():
            raise RuntimeError(f"valgrind ended with {process.returncode}: {' '.join(command)}")
        printed.seek(0)
        return printed.read().splitlines(), parts


def count(lines, ranges):
    """(Bytes read before the launch wrote them, bytes written), each counted once."""
    read, written = set(), set()
    for line in lines:
        kind, place = line[:3].strip(), line[3:].split(",")
        if kind not in ("L", "S", "M"):
            continue
        begin = int(place[0], 16)
        if not any(low <= begin < high for low, high in ranges):
            continue
        touched = range(begin, begin + int(place[1]))
        if kind in "LM":
            read.update(at for at in touched if at not in written)
        if kind in "SM":
            written.update(touched)
    return len(read), len(written)


def ranges_of(places):
    return [tuple(int(end, 16) for end in place.split("-")) for place in places.split(",") if place]


def check(printed, lines):
    """What is wrong with one case, or None."""
    name, read, written, places = printed.split()
    operands, scratch = (ranges_of(part) for part in places.split(":"))
    counted, (found, kept) = count(lines, operands), count(lines, scratch)
    print(f"{name}: read {counted[0]} of {read}, wrote {counted[1]} of {written}; {kept} of working memory")
    if found:
        return f"{name} reads {found} bytes of working memory that it did not write"
    if counted == (int(read), int(written)):
        return None
    return f"{name} reads {counted[0]} and writes {counted[1]} bytes; its work model says {read} and {written}"


def main(source, folder):
    if platform.machine() not in KNOWN:
        return tree.skip(f"no instruction set of {platform.machine()} is known here")
    if not shutil.which("valgrind"):
        return tree.skip("valgrind is not installed (package valgrind)")
    if not build(source, folder):
        return 1
    program = str(folder / "task_bytes")
    names, findings = cases(program)
    printed, parts = launches(program, names)
    if not len(printed) == len(parts) == len(names):
        print(f"{len(names)} cases, {len(printed)} results, {len(parts)} launches between markers")
        return 1
    for line, part in zip(printed, parts):
        wrong = check(line, part)
        planted = line.startswith("planted/") and not line.startswith("planted/right")
        if planted and not wrong:
            findings.append(f"{__file__}:1: a planted fault is not found: {line}")
        if wrong and not planted:
            findings.append(f"kernels:1: {wrong}")
    return tree.finish(findings, "bytes")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
