"""What must not stand in a file: names, preprocessor conditions, clocks, files and printing, intrinsics."""

import re
import sys

import tree

ROOMS = ("core", "harness", "probes", "kernels", "analyzer", "app")

# A file or folder called so has no subject.
NAMELESS = re.compile(r"(^|[_.\-])(utils?|common|helpers?|misc|managers?)($|[_.\-])")

# Harness files that read /proc and /sys: what a machine is.  They open, never write.
READERS = ["harness/machine.cpp", "harness/proc_files.cpp", "harness/cpu_memory.cpp"]

# (what is meant, pattern, files where it may stand, what to do instead).  Read without comments and strings.
RULES = [
    ("a condition on CUDA or an instruction set",
     r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b.*(CUDA|cuda|__AVX|__SSE|__FMA|__ARM|__arm|aarch64|x86_64|__i386|__NVCC|ROOFMARK_ISA)",
     r".*\.isa\.cpp|core/\w+\.isa\.h", "choose the file in cmake/"),
    ("a clock",
     r"std::chrono|#\s*include\s*<chrono>|\b(clock_gettime|gettimeofday|steady_clock|system_clock|__?rdtscp?)\b|\bstd::(time|clock)\s*\(",
     r"harness/.*", "ask the device (core/device.h)"),
    ("a file",
     r"#\s*include\s*<fstream>|\b(fopen|freopen|opendir|mkostemp|std::tmpfile)\s*\(|\bstd::(i|o)?fstream\b|::open\s*\(",
     r"app/.*|" + "|".join(map(re.escape, READERS)), "take text or a value; app opens files"),
    ("printing",
     r"#\s*include\s*<(iostream|print)>|\b(printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror)\s*\(|\bstd::(cout|cerr|clog)\b",
     r"app/.*", "return text or throw; app prints (std::to_chars formats numbers)"),
    ("the command line or the environment", r"\bargv\b|\b(secure_)?getenv\s*\(",
     r"app/.*|kernels/vendor/shared_library\.cpp", "take a value; app reads argv"),
    ("an exit", r"\b(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\(", r"app/.*", "throw one of core/error.h"),
    ("an intrinsic or assembly",
     r"\b_mm\d*_\w+|\b(asm|__asm__|__asm)\b|\bvector_size\b|\bv(ld|st)\dq_\w+|\bsv\w+_[fsu]\d+\b",
     r".*\.isa\.(cpp|h)|core/gpu\.cuh|probes/\w+/\w+\.cuh", "write a leaf in a *.isa.cpp, or a function of core/gpu.cuh"),
    ("OpenMP", r"#\s*pragma\s+omp\b|\bomp_\w+\s*\(", r"core/parallel\.h", "use core/parallel.h"),
    ("a fast-math, native or clone attribute", r"target_clones|fast-math|march=native", r"(?!)",
     "add an instruction set to cmake/isas.cmake"),
]

# Words that say a thing is unfinished, or where it was written.  Spelled apart so that this file passes.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
PLACES = re.compile(r"/wo" r"rk/|/tmp/w" r"t\b|/ro" r"ot/")
BINARY = (".png", ".gz", ".ico", ".pdf", ".xml", ".sqlite")


def check_name(file):
    for part in file.split("/"):
        if NAMELESS.search(part):
            return [f"{file}:1: a file or folder called {part} has no subject; name it for what it holds"]
    return []


def check_code(file, text):
    bare = tree.without_comments(text)
    findings = []
    for what, pattern, home, instead in RULES:
        if re.fullmatch(home, file):
            continue
        for match in re.finditer(pattern, bare, re.MULTILINE):
            findings.append(f"{file}:{tree.line_of(bare, match.start())}: {what} "
                            f"({match.group(0).strip()}); {instead}")
    return findings


def check_words(file, text):
    findings = []
    for match in UNFINISHED.finditer(text):
        findings.append(f"{file}:{tree.line_of(text, match.start())}: {match.group(0)} (unfinished); finish it")
    for match in PLACES.finditer(text):
        findings.append(f"{file}:{tree.line_of(text, match.start())}: a path of one machine ({match.group(0)}); leave it out")
    return findings


def check(root):
    findings = []
    for file in tree.files(root):
        findings += check_name(file)
        if file.endswith(BINARY):
            continue
        text = tree.read(root, file)
        findings += check_words(file, text)
        if file.split("/", 1)[0] in ROOMS and file.endswith(tree.CODE):
            findings += check_code(file, text)
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root_argument()), "words"))
