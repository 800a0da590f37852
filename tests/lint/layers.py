"""Arrows between rooms and the one home of every external header, checked at each #include."""

import re
import sys

import tree

# What each room may include.  The four rooms in the middle never include one another; nothing includes
# tests, scripts or results, because they are not in any row's right-hand side.
ROOMS = {
    "core": {"core"},
    "harness": {"core", "harness"},
    "probes": {"core", "probes"},
    "kernels": {"core", "kernels"},
    "analyzer": {"core", "analyzer"},
    "app": {"core", "harness", "probes", "kernels", "analyzer", "app"},
    "tests": {"core", "harness", "probes", "kernels", "analyzer", "app", "tests"},
}

# Headers that the build generates, and the rooms they belong to.
GENERATED = {"isas.h": "core", "commit.h": "app"}

# (library, its headers, the files that are its home).  Tests may include anything.
HOMES = [
    ("Google Benchmark", r"benchmark/.*", r"harness/measure\.cpp"),
    ("hwloc", r"hwloc.*", r"harness/(machine|pinning)\.cpp"),
    ("cuBLAS", r"cublas.*", r".*\.cublas\.(cpp|cu)"),
    ("CUDA", r"(cuda|nvml|cooperative_groups|mma\.h).*", r"harness/cuda_\w*\.cpp|core/gpu_launch\.cuh|.*\.cu"),
    ("the dynamic loader", r"dlfcn\.h", r"kernels/vendor/shared_library\.cpp|(harness|app)/.*"),
    ("oneDNN", r"(oneapi/)?dnnl.*", r".*\.onednn\.cpp"),
    ("BLAS", r"(.*/)?(f77)?cblas.*|lapack.*", r".*\.blas\.cpp"),
    ("nlohmann/json", r"nlohmann/.*", r".*_json\.cpp"),
    ("Boost.Math", r"boost/math/.*", r".*\.boost\.cpp"),
    ("OpenMP", r"omp\.h", r"core/parallel\.h"),
    ("intrinsics", r"\w*intrin\.h|arm_\w+\.h|cpuid\.h", r".*\.isa\.cpp|core/\w+\.isa\.h|harness/processor_x86\.cpp"),
    ("SQLite", r"sqlite3.*", r"app/sqlite\.cpp"),
    ("CLI11", r"CLI/.*", r"app/.*"),
    ("POSIX regex (std::regex recurses once per character)", r"regex\.h", r"core/id_filter\.h"),
]

# The operating system's headers: those who may talk to it.
SYSTEM = re.compile(
    r"(sys|linux|asm|net|arpa)/.*|(unistd|fcntl|sched|pthread|dlfcn|signal|time|errno|poll|glob|dirent|"
    r"termios|mntent|ftw|pwd|elf|spawn|strings|syslog|utime|wait)\.h")
SYSTEM_ROOMS = {"harness", "app"}

# A name without a folder and a dot is a header of the C++ library.
STANDARD = re.compile(r"[a-z_0-9]+")

# A type that a header defines (a declaration ends in a semicolon).
TYPE = re.compile(r"^(?:struct|class|enum(?: class)?) (\w+)[^;{]*\{", re.MULTILINE)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def room_of(file):
    return file.split("/", 1)[0]


def project_include(file, name, all_files):
    """What is wrong with including a file of this project; None: nothing, or it is not one of ours."""
    room = room_of(file)
    if name in GENERATED:
        target = GENERATED[name]
    elif room_of(name) == "leaves" and room in ("probes", "kernels", "tests"):
        return ""  # generated for the folder of the leaves
    elif name in all_files or room_of(name) in ROOMS or room_of(name) in ("scripts", "results"):
        target = room_of(name)
    else:
        return None
    if target not in ROOMS[room]:
        allowed = ", ".join(sorted(ROOMS[room]))
        return f"{room} includes {target} ({room} may include {allowed}); pass a value or a function in from app"
    return ""


def external_include(file, name):
    """What is wrong with including something from outside; "" where nothing is."""
    room = room_of(file)
    if room == "tests":
        return ""
    for library, headers, home in HOMES:
        if re.fullmatch(headers, name):
            if re.fullmatch(home, file):
                return ""
            return f"{library} header <{name}> outside its home ({home}); go through that file"
    if SYSTEM.fullmatch(name):
        if room in SYSTEM_ROOMS:
            return ""
        return f"<{name}> talks to the operating system ({room} does not); do it in harness or app"
    if STANDARD.fullmatch(name):
        return ""
    return f"<{name}> has no home; add it to HOMES in tests/lint/layers.py or use the C++ library"


def isa_include(file, name, delimiter):
    """A leaf may include only what defines nothing with external or weak linkage."""
    intrinsics = re.fullmatch(r"\w*intrin\.h|arm_\w+\.h", name)
    if name in ("cstdint", "isas.h") or room_of(name) == "leaves" or intrinsics or (delimiter == '"' and name.endswith(".isa.h")):
        return ""
    return f"a leaf includes {name} (its weak symbols may end up in an old host); only <cstdint>, intrinsics and *.isa.h"


def twins(root, all_files):
    """Types of one name in two headers: the linker keeps one of their inline functions for both."""
    homes, findings = {}, []
    for file in sorted(all_files):
        if not file.endswith(".h") or room_of(file) not in ROOMS or room_of(file) == "tests":
            continue
        text = tree.without_comments(tree.read(root, file), keep_strings=True)
        for match in TYPE.finditer(text):
            home = homes.setdefault(match.group(1), file)
            if home != file:
                findings.append(f"{file}:{tree.line_of(text, match.start())}: {match.group(1)} is defined in {home} too "
                                "(all share one namespace, and the linker keeps one destructor); rename one")
    return findings


def check(root):
    all_files = set(tree.files(root))
    findings = twins(root, all_files)
    for file in sorted(all_files):
        if not file.endswith(tree.CODE) or room_of(file) not in ROOMS:
            continue
        text = tree.without_comments(tree.read(root, file), keep_strings=True)
        for match in INCLUDE.finditer(text):
            delimiter, name = match.groups()
            problem = project_include(file, name, all_files)
            if problem is None:
                problem = external_include(file, name)
            if not problem and file.endswith((".isa.cpp", ".isa.h")):
                problem = isa_include(file, name, delimiter)
            if problem:
                findings.append(f"{file}:{tree.line_of(text, match.start())}: {problem}")
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root_argument()), "layers"))
