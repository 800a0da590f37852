"""The hash of a function's code follows that code and nothing else: code_hash_test.py HASH_CODE ROOT COMPILER...

Compiles small sources, as leaves are compiled, and reads the tables that hash_code makes of the objects."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BASE = {
    "head": "extern double elsewhere(double);\n",
    "table": "static const double steps[4] = {1.5, 2.5, 3.5, 4.5};\n",
    "helper": "__attribute__((noinline)) static double helper(double x) { return x * 3.25 + steps[(int)x & 3]; }\n",
    "f": "double f(double x) { for (int i = 0; i < 9; ++i) x = helper(x) + 0.75; return elsewhere(x); }\n",
    "g": "int g(int x) { switch (x) { case 0: return 7; case 1: return 5; case 2: return 11; case 3: return 2;\n"
         " case 4: return -8; case 5: return 1; default: return x * 5 + 1; } }\n",
    "tail": "double even(int n);\ndouble odd(int n) { return n ? even(n - 1) + 1 : 0; }\n"
            "double even(int n) { return n ? odd(n - 1) * 2 : 1; }\n",
    "leaf": "extern \"C\" { extern const struct Leaf { double (*run)(double); int rows; } leaf; "
            "const Leaf leaf = {helper, 4}; }\n",
}
ORDER = ("head", "table", "helper", "f", "g", "tail", "leaf")


def check(claim, holds):
    if not holds:
        sys.exit(f"failed: {claim}")


class Hashes:
    def __init__(self, tool, compiler, flags, folder):
        self.tool, self.compiler, self.flags, self.folder = tool, compiler, flags, pathlib.Path(folder)
        self.count = 0

    def of(self, change=None, order=ORDER, more=""):
        parts = {**BASE, **(change or {})}
        self.count += 1
        source = self.folder / f"{self.count}.cpp"
        source.write_text("".join(parts[name] for name in order) + more)
        built = source.with_suffix(".o")
        subprocess.run([self.compiler, "-std=c++20", *self.flags, "-ffunction-sections", "-fdata-sections", "-c", source,
                        "-o", built], check=True)
        table = source.with_suffix(".table.cpp")
        subprocess.run([self.tool, "kernels", table, built], check=True)
        names = re.findall(r'__asm__\("([^"]+)"\)', table.read_text())
        values = re.findall(r"\{roofmark_code_\d+, (\d+)u\}", table.read_text())
        check("each symbol has a row", len(names) == len(values) >= 5)
        return dict(zip(names, values)), built, table


def rules(hashes):
    f, g, odd = "_Z1fd", "_Z1gi", "_Z3oddi"
    base, _, _ = hashes.of()
    check("the same source has the same hashes", hashes.of()[0] == base)
    check("different functions have different hashes", len(set(base.values())) == len(base))

    def changed(what, change, more=""):
        now = hashes.of(change, more=more)[0]
        return {name for name in base if now[name] != base[name]}

    unrelated = "int z(int x) { return x ^ 21; }\ndouble y() { return elsewhere(9.125); }\n"
    check("a function more changes no other", changed("more", {}, unrelated) == set())
    first = {"head": BASE["head"] + unrelated.replace("9.125", "8.0625")}
    check("nor does one before them", changed("first", first) == set())
    order = ("head", "table", "helper", "tail", "g", "leaf", "f")
    moved = hashes.of(order=order)[0]
    check("a function that moved is the same", moved == base)
    check("an instruction changes its function alone", changed("g", {"g": BASE["g"].replace("x * 5", "x * 7")}) == {g})
    check("so does a constant", changed("0.75", {"f": BASE["f"].replace("0.75", "0.875")}) == {f})
    helped = {f, "leaf"}
    check("what calls or names a function follows it", changed("helper", {
        "helper": BASE["helper"].replace("3.25", "3.75")}) == helped)
    check("what reads a table follows it", changed("table", {"table": BASE["table"].replace("3.5", "3.0")}) == helped)
    other = {name: BASE[name].replace("elsewhere", "anywhere") for name in ("head", "f")}
    check("a call elsewhere counts by its name", changed("call", other) == {f})
    check("functions that call each other in circles change together", changed("tail", {
        "tail": BASE["tail"].replace("* 2", "* 4")}) >= {odd, "_Z4eveni"})


PROGRAM = """#include <cstdio>
#include "core/code_table.h"
double elsewhere(double x) { return x; }
int main() {
  for (const auto& row : roofmark::kernels_code())
    if (row.address) std::printf("%p %llu\\n", row.address, (unsigned long long)row.hash);
}
"""


def linked(hashes, root):
    """The same object in two programs, at different addresses."""
    _, built, table = hashes.of()
    main = hashes.folder / "main.cpp"
    main.write_text(PROGRAM)
    padding = hashes.folder / "padding.cpp"
    padding.write_text("".join(f"int pad{i}(int x) {{ return x * {i}; }}\n" for i in range(500)))
    said = []
    for sources in ([main, table, built], [padding, main, built, table]):
        program = hashes.folder / "program"
        subprocess.run([hashes.compiler, "-std=c++20", "-no-pie", "-I", root, *sources, "-o", program], check=True)
        said.append([line.split() for line in
                     subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()])
    check("it lies elsewhere", said[0][0][0] != said[1][0][0])
    check("and has the same hashes", [row[1] for row in said[0]] == [row[1] for row in said[1]] != [])


def refusals(tool, folder):
    for name, text in (("empty", b""), ("text", b"no object"), ("short", b"\x7fELF\x02\x01" + bytes(80))):
        broken = pathlib.Path(folder, name)
        broken.write_bytes(text)
        said = subprocess.run([tool, "kernels", broken.with_suffix(".cpp"), broken], capture_output=True, text=True)
        check(f"{name} is refused", said.returncode == 1 and "no relocatable ELF object" in said.stderr)


def main():
    tool, root, *compilers = sys.argv[1:]
    tried = 0
    with tempfile.TemporaryDirectory() as folder:
        refusals(tool, folder)
        for compiler in [*compilers, "aarch64-linux-gnu-g++"]:
            if shutil.which(compiler) is None:
                continue
            for flags in (["-O3", "-fPIE"], ["-O3", "-fno-pie"], ["-O1", "-g", "-fPIC"]):
                rules(Hashes(tool, compiler, flags, folder))
                tried += 1
        linked(Hashes(tool, compilers[0], ["-O2"], folder), root)
    print(f"hashes follow the code with {tried} compilers and sets of flags")


main()
