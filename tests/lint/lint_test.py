"""Plants one violation of each rule and sees it caught, and that the same tree without it is clean."""

import pathlib
import platform
import shutil
import subprocess
import tempfile
import unittest

import codegen
import format
import layers
import objects
import pipes
import sizes
import symbols
import tree
import words


X86 = platform.machine() == "x86_64"


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, file, text):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def assert_caught(self, check, file, text, part):
        self.assertEqual(check(self.root), [])
        path = self.write(file, text)
        found = check(self.root)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])
        self.assertTrue(found[0].startswith(file + ":"), found[0])
        path.unlink()


class Layers(Planted):
    def test_an_arrow_sideways_or_up_is_caught(self):
        self.write("core/work.h", '#include <string>\n#include "core/units.h"\n')
        self.write("core/units.h", "#pragma once\n")
        self.write("kernels/verify.h", '#include "core/work.h"\n')
        self.write("harness/machine.h", "#pragma once\n")
        self.write("app/main.cpp", '#include <CLI/CLI.hpp>\n#include "kernels/verify.h"\n')
        self.write("tests/core/fake.h", "#pragma once\n")
        for file, name in [("analyzer/roof.cpp", "kernels/verify.h"), ("core/a.cpp", "app/files.h"),
                           ("probes/x/x.cpp", "kernels/verify.h"), ("kernels/k.cpp", "harness/machine.h"),
                           ("harness/h.cpp", "probes/registry.h"), ("app/a.cpp", "tests/core/fake.h"),
                           ("core/b.h", "scripts/x.h"), ("kernels/c.cpp", "commit.h")]:
            with self.subTest(file=file):
                self.assert_caught(layers.check, file, f'#include "{name}"\n', "includes")

    def test_a_type_defined_in_two_headers_is_caught(self):
        self.write("core/a.h", "struct Twin;\nstruct Single {\n};\n")
        self.write("harness/a.h", "struct Twin {\n};\n")
        self.assert_caught(layers.check, "kernels/b.h", "struct Twin {\n};\n", "Twin is defined in")

    def test_an_external_header_outside_its_home_is_caught(self):
        self.write("harness/measure.cpp", "#include <benchmark/benchmark.h>\n")
        self.write("harness/machine.cpp", "#include <hwloc.h>\n#include <unistd.h>\n")
        self.write("core/run_json.cpp", "#include <nlohmann/json.hpp>\n")
        self.write("core/parallel.h", "#include <omp.h>\n")
        self.write("kernels/gemm/gemm.blas.cpp", "#include <cblas.h>\n")
        self.write("probes/fma/fma.isa.cpp", "#include <immintrin.h>\n\n#include <cstdint>\n")
        for file in ["core/gpu_launch.cuh", "probes/fma/fma.cu", "harness/cuda_device.cpp"]:
            self.write(file, "#include <cuda_runtime_api.h>\n")
        for file, name in [("harness/device.cpp", "benchmark/benchmark.h"), ("app/doctor.cpp", "hwloc.h"),
                           ("core/plan.cpp", "nlohmann/json.hpp"), ("kernels/gemm/gemm.cpp", "omp.h"),
                           ("kernels/gemm/gemm.cpp", "cblas.h"), ("kernels/add/add.cpp", "immintrin.h"),
                           ("core/text.cpp", "CLI/CLI.hpp"), ("core/file.cpp", "unistd.h"),
                           ("harness/gpu.cpp", "cuda_runtime.h"), ("app/store.cpp", "sqlite3.h"),
                           ("kernels/gemm/gemm.cuda.cpp", "dlfcn.h"), ("kernels/gemm/gemm.cpp", "cublasLt.h"),
                           ("probes/fma/fma.cuda.cpp", "cuda_runtime_api.h"), ("probes/fma/fma.cuda.h", "cuda_fp16.h"),
                           ("kernels/softmax/rows.cuh", "cuda_fp16.h"),
                           ("core/b.cpp", "boost/any.hpp")]:
            with self.subTest(file=file, header=name):
                self.assert_caught(layers.check, file, f"#include <{name}>\n", f"<{name}>")

    def test_a_leaf_that_includes_the_library_is_caught(self):
        self.write("core/vector.isa.h", "#include <cstdint>\n")
        self.assert_caught(layers.check, "kernels/add/add.isa.cpp", '#include "core/vector.isa.h"\n#include <vector>\n',
                           "a leaf includes vector")

    def test_a_commented_include_is_no_include(self):
        self.write("core/a.h", '// #include "app/files.h"\n/* \n#include "app/files.h"\n*/\n')
        self.assertEqual(layers.check(self.root), [])


class Words(Planted):
    def test_each_rule_is_enforced(self):
        self.write("app/files.cpp", "#include <fstream>\nvoid f() { std::fprintf(stderr, \"x\"); }\n")
        self.write("harness/cpu_device.cpp", "#include <chrono>\n")
        self.write("core/pace.isa.cpp", "#if defined(__x86_64__)\nasm(\"nop\");\n#endif\n")
        for file in ["core/gpu.cuh", "probes/matrix/mma.cuh"]:
            self.write(file, "void f() { asm(\"bar.sync 0;\"); }\n")
        self.write("core/notes.cpp", '// printf( and std::chrono in a comment\nconst char* s = "argv printf(";\n')
        for file, text, part in [
                ("core/a.cpp", "#ifdef ROOFMARK_CUDA\n", "condition"), ("kernels/a.cpp", "#if defined(__AVX2__)\n", "condition"),
                ("app/a.cpp", "auto t = std::chrono::now();\n", "clock"), ("core/a.cpp", "int x = clock_gettime(0, 0);\n", "clock"),
                ("analyzer/a.cpp", "#include <fstream>\n", "file"), ("harness/log.cpp", "void f() { printf(s); }\n", "printing"),
                ("core/a.cpp", "#include <iostream>\n", "printing"), ("kernels/a.cpp", "auto s = std::getenv(n);\n", "environment"),
                ("core/a.cpp", "void f() { std::abort(); }\n", "exit"), ("kernels/a.cpp", "x = _mm256_add_ps(a, b);\n", "intrinsic"),
                ("kernels/add/add.cu", "void f() { asm(\"bar.sync 0;\"); }\n", "intrinsic"),
                ("kernels/a.cpp", "#pragma omp parallel\n", "OpenMP"), ("core/a.h", "__attribute__((target_clones(\"avx2\")))\n", "clone")]:
            with self.subTest(text=text):
                self.assert_caught(words.check, file, text, part)

    def test_a_name_without_a_subject_is_caught(self):
        for file in ["core/utils.h", "kernels/common/a.md", "app/file_helpers.cpp", "scripts/misc", "core/case_manager.h"]:
            with self.subTest(file=file):
                self.assert_caught(words.check, file, "\n", "no subject")

    def test_unfinished_work_and_paths_of_one_machine_are_caught(self):
        self.assert_caught(words.check, "docs/a.md", "TO" + "DO: write\n", "unfinished")
        self.assert_caught(words.check, "scripts/a", "cd /wo" + "rk/main\n", "path of one machine")


class Sizes(Planted):
    def test_a_long_file_and_a_long_function_are_caught(self):
        body = "  x += 1;\n" * 58
        self.write("core/a.cpp", "namespace a {\nint f(int x) {\n" + body + "}\n}\n")
        self.assert_caught(lambda root: sizes.check(root, {}), "core/b.cpp", "Foo::Foo(int x)\n    : y_(x) {\n" + body + "  x++;\n}\n", "Foo has 62 lines")
        self.assert_caught(lambda root: sizes.check(root, {}), "core/c.h", "\n" * 401, "401 lines")
        self.assert_caught(lambda root: sizes.check(root, {}), "scripts/a.py", "def f():\n" + "    x = 1\n" * 60, "f has 61 lines")

    def test_a_reason_that_is_no_longer_needed_is_caught(self):
        self.assertEqual(len(sizes.check(self.root, {"core/a.cpp": "a table"})), 1)

    def test_functions_are_told_from_tables_and_classes(self):
        text = ('namespace a {\nconst int t[] = {\n  1,\n};\nclass B final : public C {\n  int g() const { return 1; }\n};\n'
                '#define M(x) { \\\n x }\nstatic const char* s = "}{";\nauto f(int a) -> int {\n  if (a) { return 2; }\n}\n}\n')
        self.assertEqual(sizes.functions(text), [("g", 6, 6), ("f", 11, 13)])


class Format(Planted):
    def test_an_unformatted_file_is_caught(self):
        command, why_not = format.formatter()
        if not command:
            self.skipTest(why_not)
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("core/a.h", "int f();\n")
        self.assert_caught(lambda root: format.check(root, command), "core/b.h", "int  f( );\n", "not formatted")


@unittest.skipUnless(shutil.which("g++") and shutil.which("objdump"), "g++ and binutils are needed")
class Objects(Planted):
    def compile(self, stem, isa, text):
        source = self.write(f"{stem}.isa.cpp", text)
        path = self.root / isa / f"{stem}.isa.cpp.o"
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["g++", "-std=c++20", "-O2", "-c", source, "-o", path], check=True)
        return self.write("list", f"{isa} {path}\n")

    def test_symbols_of_a_clean_leaf_pass(self):
        text = ("static int g() { return 1; }\nnamespace roofmark::isa_avx2 { int f() { return g(); }\n"
                "extern int (*const h)(); int (*const h)() = g; }\n")  # constants are no variables
        self.assertEqual(symbols.check(self.compile("a", "avx2", text)), [])

    def test_weak_foreign_and_start_up_symbols_are_caught(self):
        weak = "inline __attribute__((noinline)) int g() { return 1; }\nnamespace roofmark::isa_avx2 { int f() { return g(); } }\n"
        unique = "template <class T> struct S { static inline T x; };\nnamespace roofmark::isa_avx2 { int* f() { return &S<int>::x; } }\n"
        for text, part in [(weak, "is weak"), (unique, "is unique"), ("int f() { return 1; }\n", "lies outside"),
                           ("namespace roofmark::isa_sse2 { int f() { return 1; } }\n", "lies outside"),
                           ("namespace roofmark::isa_avx2 { int x = 1; }\n", "is data"),
                           ("namespace roofmark::isa_avx2 { int x[9]; }\n", "is data"),
                           ("namespace roofmark::isa_sse2 { extern const int x; const int x = 1; }\n", "lies outside"),
                           ("int h();\nstatic const int x = h();\nnamespace roofmark::isa_avx2 { int f() { return x; } }\n", "start-up")]:
            with self.subTest(text=text):
                found = symbols.check(self.compile("a", "avx2", text))
                self.assertTrue(any(part in f for f in found), found)

    GOOD = "mulps %%xmm8,%%xmm0\\n addps %%xmm9,%%xmm1\\n mulps %%xmm8,%%xmm0\\n subps %%xmm9,%%xmm1\\n"

    def pipe_findings(self, body, chains=2, instructions=4, lane_ops=4, kernel="fma", more=""):
        text = f"""
namespace roofmark::isa_sse2 {{
void {kernel}_f32(long turns, const void*, const void* x, void*) {{
  asm volatile("1:\\n {body} dec %0\\n jnz 1b\\n {more}" : "+r"(turns) : "r"(x)); }}
}}
"""
        entry = pipes.Entry("sse2", f"{kernel}_f32", kernel, "f32", chains, instructions, lane_ops)
        return pipes.check(self.compile("fma", "sse2", text), [entry])

    @unittest.skipUnless(X86, "x86 assembly")
    def test_a_loop_that_does_something_else_is_caught(self):
        self.assertEqual(self.pipe_findings(self.GOOD), [])
        for body, part in [
                (self.GOOD + " mulps %%xmm8,%%xmm0\\n", "5 arithmetic instructions"),
                (self.GOOD + " movups %%xmm0,(%1)\\n", "inside the loop"),
                (self.GOOD.replace("%%xmm8,%%xmm0", "(%1),%%xmm0"), "not a register"),
                (self.GOOD.replace("%%xmm9,%%xmm1", "%%xmm0,%%xmm1"), "depend on one another"),
                (self.GOOD.replace("%%xmm1", "%%xmm0"), "1 accumulators"),
                (self.GOOD.replace("%%xmm0", "%%xmm2", 1), "3 accumulators"),
                (self.GOOD.replace("sub", "mul"), "not as many"),
                (self.GOOD.replace("sub", "add"), "not as many")]:
            with self.subTest(body=body):
                found = self.pipe_findings(body)
                self.assertTrue(any(part in f for f in found), found)
        hasty = "".join(f"mulps %%xmm8,%%xmm{i}\\n addps %%xmm9,%%xmm{i + 2}\\n" for i in (0, 0, 1, 1))
        self.assertIn("before it used all the others", self.pipe_findings(hasty, 4, 8, 8)[0])
        for named, part in [({"chains": 3}, "2 accumulators instead of 3"), ({"more": "1:\\n jnz 1b\\n"}, "2 inner loops"),
                            ({"instructions": 3}, "4 arithmetic instructions instead of 3"),
                            ({"lane_ops": 8}, "4 operations per lane and turn, and 8 are counted")]:
            with self.subTest(named=named):
                found = self.pipe_findings(self.GOOD, **named)
                self.assertTrue(any(part in f for f in found), found)

    @unittest.skipUnless(X86, "x86 assembly")
    def test_a_described_loop_that_is_not_there_is_caught(self):
        entry = pipes.Entry("avx2", "fma_f32", "fma", "f32", 12, 24, 48)
        listed = self.compile("fma", "sse2", "namespace roofmark::isa_sse2 { void f() {} }\n")
        self.assertIn("no function fma_f32 of avx2", pipes.check(listed, [entry])[0])
        self.assertIn("looked at nothing", pipes.check(listed, [])[0])

    @unittest.skipUnless(X86, "x86 assembly")
    def test_a_broken_pace_is_caught(self):
        def source(multiplies, other="", load="movq (%1),%1"):
            body = f'".rept {multiplies}\\n imulq %2,%1\\n .endr\\n"'
            return f"""
namespace roofmark {{
unsigned long multiply_chain(long n, unsigned long x) {{
  asm volatile("1:\\n" {body} "{other}dec %0\\n jnz 1b\\n" : "+r"(n), "+r"(x) : "r"(3ul)); return x; }}
unsigned long add_chain(long n, unsigned long x) {{
  asm volatile("1:\\n .rept 64\\n addq %1,%1\\n .endr\\n dec %0\\n jnz 1b\\n" : "+r"(n), "+r"(x)); return x; }}
void nop_run(long n) {{ asm volatile("1:\\n .rept 512\\n nop\\n .endr\\n dec %0\\n jnz 1b\\n" : "+r"(n)); }}
const void* chase(long n, const void* p) {{
  asm volatile("1:\\n .rept 16\\n {load}\\n .endr\\n dec %0\\n jnz 1b\\n" : "+r"(n), "+r"(p)); return p; }}
}}
"""
        def findings(text):
            return [f for f in codegen.check(self.compile("pace", "base", text)) if "pace.isa.cpp.o" in f]

        self.assertEqual(findings(source(64)), [])
        self.assertTrue(any("63 instructions" in f for f in findings(source(63))))
        self.assertTrue(any("inside the loop" in f for f in findings(source(64, "xorq %1,%1\\n"))))
        self.assertTrue(any("0 instructions of the stream" in f for f in findings(source(64, load="movq 8(%1),%1"))))

    @unittest.skipUnless(X86, "x86 assembly")
    def test_a_stream_that_moves_something_else_is_caught(self):
        def findings(body, step=32, name="stream_copy"):
            text = f"""
namespace roofmark::isa_sse2 {{
void {name}(long n, float* a, const float* b) {{
  asm volatile("1:\\n {body} add ${step},%1\\n add ${step},%2\\n dec %0\\n jnz 1b\\n"
               : "+r"(n), "+r"(a), "+r"(b) : : "memory", "xmm0"); }}
}}
"""
            self.compile("stream", "sse2", text)
            functions = objects.functions("objdump", self.root / "sse2/stream.isa.cpp.o")
            return codegen.check_stream(functions, "sse2", name)

        load, store = "movups {0}(%2),%%xmm0\\n", "movups %%xmm0,{0}(%1)\\n"
        good = (load + store).format(0) + (load + store).format(16)
        self.assertEqual(findings(good), [])
        for broken, part in [(good.replace("16(%2)", "0(%2)"), "loads through"), (good.replace("16(%1)", "0(%1)"), "stores through"),
                             (good + "mulps %%xmm0,%%xmm0\\n", "1 multiply-adds"), (good + "xorps %%xmm0,%%xmm0\\n", "inside"),
                             (good.replace("movups %%", "movntps %%"), "wrong kind of store"),
                             ((store.format(0) + store.format(16)), "loads from 0 arrays")]:
            with self.subTest(body=broken):
                found = findings(broken)
                self.assertTrue(any(part in f for f in found), found)
        self.assertTrue(any("once" in f for f in findings(good, step=48)))
        self.assertTrue(any("wrong kind" in f for f in findings(good, name="stream_copy_nt")))
        self.assertTrue(any("loads from 1 arrays instead of 2" in f for f in findings(good, name="stream_mix")))
        self.assertTrue(any("0 multiply-adds" in f for f in findings(good, name="stream_schoenauer")))

        # The one that keeps its loads behind what it asks for by instructions that do nothing.
        asked = "prefetcht1 3072(%2)\\n nop\\n nop\\n " + "".join(load.format(at) for at in (0, 16, 32, 48))
        self.assertEqual(findings(asked, step=64, name="stream_read_by_l2_2"), [])
        self.assertTrue(any("do nothing instead of 12" in f for f in findings(asked, step=64, name="stream_read_by_l2_12")))
        self.assertTrue(any("'nop" in f for f in findings(asked, step=64, name="stream_read_far")))

    @unittest.skipUnless(X86, "x86 assembly")
    def test_exponentials_that_pass_through_memory_are_caught(self):
        def findings(body):
            text = f"""
namespace roofmark::isa_sse2 {{
void exp_sums(const float* x, long, long n, float*) {{
  asm volatile("1:\\n .rept 20\\n mulps %%xmm1,%%xmm0\\n .endr\\n {body} dec %0\\n jnz 1b\\n" : "+r"(n) : "r"(x) : "xmm0"); }}
}}
"""
            self.compile("exp", "sse2", text)
            return codegen.check_exp(objects.functions("objdump", self.root / "sse2/exp.isa.cpp.o"), "sse2")

        self.assertEqual(findings("movups (%1),%%xmm2\\n"), [])
        self.assertIn("inside the loop", findings("movups %%xmm2,(%1)\\n")[0])

    @unittest.skipUnless(X86, "x86 assembly")
    def test_a_tile_whose_sums_pass_through_memory_is_caught(self):
        def findings(body, rows=6):
            text = f"""
namespace roofmark::isa_avx2 {{
template <int bytes> struct Asks {{}};
template <class Math, int rows, class Asks> __attribute__((noinline)) void tile(const float* x, long n, Asks) {{
  asm volatile("1:\\n .rept 12\\n mulps %%xmm1,%%xmm0\\n .endr\\n {body} dec %0\\n jnz 1b\\n" : "+r"(n) : "r"(x) : "xmm0"); }}
template void tile<int, {rows}, Asks<64>>(const float*, long, Asks<64>);
}}
"""
            self.compile("gemm", "avx2", text)
            return codegen.check_tile(objects.functions("objdump", self.root / "avx2/gemm.isa.cpp.o"))

        self.assertEqual(findings("movups (%1),%%xmm2\\n"), [])
        self.assertIn("inside the loop", findings("movups %%xmm2,(%1)\\n")[0])
        self.assertEqual(findings("", rows=5), ["no loop that multiplies"])

    @unittest.skipUnless(X86, "x86 assembly")
    def test_sums_of_nibbles_that_pass_through_memory_are_caught(self):
        def findings(body):
            text = f"""
namespace roofmark::isa_avx2 {{
template <class Math> __attribute__((noinline)) void nibble_product(const char* w, long n) {{
  asm volatile("1:\\n .rept 2\\n mulps %%xmm1,%%xmm0\\n .endr\\n {body} dec %0\\n jnz 1b\\n" : "+r"(n) : "r"(w) : "xmm0"); }}
template void nibble_product<int>(const char*, long);
}}
"""
            self.compile("gemv_w4", "avx2", text)
            return codegen.check_nibbles(objects.functions("objdump", self.root / "avx2/gemv_w4.isa.cpp.o"))

        ask = "prefetcht1 6144(%1)\\n"
        self.assertEqual(findings(ask), [])
        self.assertIn("inside the loop", findings(ask + "movups %%xmm2,(%1)\\n")[0])
        self.assertEqual(findings(""), ["no loop that multiplies"])

    @unittest.skipUnless(X86, "x86 assembly")
    def test_a_step_of_tiles_that_stores_is_caught(self):
        def findings(body, name="multiply_square"):
            products = "\\n".join(f"tdpbssd %%tmm6, %%tmm4, %%tmm{i}" for i in range(4))
            text = f"""
namespace roofmark::isa_amx_int8 {{
template <int> __attribute__((noinline)) void {name}(const char* a, long n) {{
  asm volatile("1:\\n .rept 4\\n tileloadd (%1,%0), %%tmm4\\n .endr\\n {products}\\n {body} dec %0\\n jnz 1b\\n"
               : "+r"(n) : "r"(a) : "memory"); }}
template void {name}<0>(const char*, long);
}}
"""
            self.compile("gemm_int8", "amx_int8", text)
            return codegen.check_squares(objects.functions("objdump", self.root / "amx_int8/gemm_int8.isa.cpp.o"))

        self.assertEqual(findings("prefetcht1 (%1)\\n"), [])
        self.assertIn("inside the loop", findings("mov %%rax,(%1)\\n")[0])
        self.assertIn("5 loads", findings("tileloadd (%1,%0), %%tmm5\\n")[0])
        self.assertEqual(findings("", name="multiply"), ["no loop that multiplies"])

    def test_a_list_without_the_probes_is_caught(self):
        self.assertEqual(len(codegen.check(self.write("list", ""))), 7)


if __name__ == "__main__":
    unittest.main()
