"""The hash of a GPU's code follows that code and nothing else: gpu_code_hash_test.py HASH_CODE NVCC.

Compiles small sources as the build does and reads the tables that hash_code makes of the objects."""

import pathlib
import re
import subprocess
import sys
import tempfile

TOOL, NVCC = sys.argv[1:3]
ARCHITECTURES = ("80", "90a")
HEAD = "namespace { template <int N> __device__ float more(float x) { return x * N + 0.5f; } }\n"
SCALE = "__global__ void scale(float* x, float by) { x[threadIdx.x] = more<3>(x[threadIdx.x] * by); }\n"
SUM = ("namespace { __global__ void sum(float* x) { __shared__ float all[64]; all[threadIdx.x] = x[threadIdx.x];\n"
       " __syncthreads(); if (threadIdx.x == 0) for (int i = 1; i < 64; ++i) x[0] += all[i]; } }\n")
HOST = "void launch(float* x) { scale<<<1, 64>>>(x, 2.0f); sum<<<1, 64>>>(x); }\n"


def check(claim, holds):
    if not holds:
        sys.exit(f"failed: {claim}")


def table_of(built):
    table = built.with_suffix(".table.cpp")
    said = subprocess.run([TOOL, "kernels", table, built], capture_output=True, text=True)
    check(f"the object can be read: {said.stderr}", said.returncode == 0)
    text = table.read_text()
    names = dict(re.findall(r'(roofmark_code_\d+)\[\] __asm__\("([^"]+)"\)', text))
    rows = re.findall(r"\{(roofmark_code_\d+), (\d+), (\d+)u\}", text)
    return {(names[name], int(architecture)): code for name, architecture, code in rows}


def built(folder, name, *parts):
    source = folder / name
    source.parent.mkdir(exist_ok=True)
    source.write_text("".join(parts))
    out = source.with_suffix(".o")
    flags = [f"-gencode=arch=compute_{a},code=sm_{a}" for a in ARCHITECTURES]
    flags.append("-gencode=arch=compute_80,code=compute_80")
    subprocess.run([NVCC, "-std=c++17", "-O3", *flags, "-c", source, "-o", out], check=True)
    return out


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        base_object = built(folder, "a.cu", HEAD, SCALE, SUM, HOST)
        base = table_of(base_object)
        check(f"a row for each launcher and architecture: {base}",
              set(base) == {("_Z6launchPf", 80), ("_Z6launchPf", 90)} or
              {k for k in base if "launch" in k[0]} == {("_Z6launchPf", 80), ("_Z6launchPf", 90)})
        check("architectures have code of their own", base["_Z6launchPf", 80] != base["_Z6launchPf", 90])

        def launched(*parts, name="a.cu"):
            table = table_of(built(folder, name, *parts))
            return {key: table[key] for key in table if key[0] == "_Z6launchPf"}

        same = {key: base[key] for key in base if key[0] == "_Z6launchPf"}
        check("a rebuild has the same", launched(HEAD, SCALE, SUM, HOST) == same)
        check("so has another file in another place", launched(HEAD, SCALE, SUM, HOST, name="there/other.cu") == same)
        check("the order of kernels does not count", launched(HEAD, SUM, SCALE, HOST) == same)
        check("nor the host's code", launched(HEAD, SCALE, SUM, "int unrelated(int x) { return 3 * x; }\n", HOST) == same)
        for what, parts in (("an instruction", (HEAD, SCALE.replace("* by", "+ by"), SUM, HOST)),
                            ("a constant in what is called", (HEAD.replace("0.5f", "0.25f"), SCALE, SUM, HOST)),
                            ("shared memory", (HEAD, SCALE, SUM.replace("all[64]", "all[65]"), HOST)),
                            ("a kernel more", (HEAD, SCALE, SUM, SCALE.replace("scale", "another").replace("3", "5"), HOST))):
            now = launched(*parts)
            check(f"{what} changes it", all(now[key] != same[key] for key in same))

        whole = base_object.read_bytes()
        fatbin = whole.index(b"\x50\xed\x55\xba")
        for at in (6, 8, 20, 24, 40):  # sizes and headers of containers and images
            broken = folder / "broken.o"
            broken.write_bytes(whole[:fatbin + at] + b"\xff\xff\xff\x7f" + whole[fatbin + at + 4:])
            said = subprocess.run([TOOL, "kernels", folder / "broken.cpp", broken], capture_output=True, text=True)
            check(f"damage at {at} is refused or read: {said.stderr}",
                  said.returncode == 0 or (said.returncode == 1 and "broken.o: no relocatable" in said.stderr))
    print("hashes follow the code of GPUs")


main()
