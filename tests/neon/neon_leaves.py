"""Compiles every leaf for AArch64 NEON, reads the objects as the lints do, runs the checks in an emulator.
neon_leaves.py SOURCE BUILD: skipped (77) where the cross compiler or the emulator is missing."""

import pathlib
import platform
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lint"))

import codegen  # noqa: E402
import pipes  # noqa: E402
import symbols  # noqa: E402
import tree  # noqa: E402

TOOLS = "aarch64-linux-gnu-"
SVE_BITS = (128, 256, 512)  # of a vector; what lengths there are is the machine's choice


def missing():
    """Why this cannot run here; empty: it can."""
    if platform.machine() == "aarch64":
        return "this machine is AArch64: the tests of the rooms run its leaves themselves"
    for tool, package in [(TOOLS + "g++", "g++-aarch64-linux-gnu"), (TOOLS + "objdump", "binutils-aarch64-linux-gnu")]:
        if not shutil.which(tool):
            return f"{tool} is not installed (package {package})"
    if not emulator():
        return "no emulator of AArch64 is installed (package qemu-user-static)"
    return ""


def emulator():
    return shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")


def build(source, folder):
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    configure = ["cmake", "-G", "Ninja", "-S", str(source / "tests/neon"), "-B", str(folder),
                 f"-DCMAKE_TOOLCHAIN_FILE={source}/cmake/aarch64.cmake", *launcher]
    for command in [configure, ["cmake", "--build", str(folder)]]:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(done.stdout)
            return False
    return True


def main(source, folder):
    why_not = missing()
    if why_not:
        return tree.skip(why_not)
    if not build(source, folder):
        return 1
    objects = folder / "objects.txt"
    findings = symbols.check(objects, TOOLS + "nm", TOOLS + "objdump")
    findings += codegen.check(objects, TOOLS + "objdump")
    findings += pipes.check(objects, pipes.table([emulator(), str(folder / "pipe_table")]), TOOLS + "objdump")
    checks = sorted(source.glob("tests/neon/*_check.cpp"))
    for check in checks:
        for bits in SVE_BITS if check.stem in ("pipes_check", "stream_check") else SVE_BITS[:1]:
            cpu = f"max,sve{bits}=on,sve-default-vector-length={bits // 8}"
            done = subprocess.run([emulator(), "-cpu", cpu, str(folder / check.stem)], stdout=subprocess.PIPE, text=True)
            print(done.stdout, end="")
            if done.returncode:
                findings.append(f"{check}:1: {check.stem} ended with {done.returncode} under the emulator ({cpu})")
    return tree.finish(findings, "neon_leaves")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
