"""Plants faults in a probe's main loop and sees each caught, for both architectures, and that the same probe without
them is clean.  Usage: sass_test.py NVCC flag..."""

import pathlib
import sys
import tempfile
import unittest

import objects
import sass
import tree

NVCC, FLAGS = "", []

GOOD = """
__global__ void __launch_bounds__(128) probe(float* x, int turns) {
  float m = x[512], c = x[513], v[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) v[i] = x[i * 128 + threadIdx.x];
#pragma unroll 1
  for (int turn = 0; turn < turns; ++turn) {
#pragma unroll
    for (int step = 0; step < 8; ++step) {
#pragma unroll
      for (int i = 0; i < 4; ++i) v[i] = fmaf(v[i], m, c);
    }
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) x[i * 128 + threadIdx.x] = v[i];
}
"""
STEP = "v[i] = fmaf(v[i], m, c);"

STREAM = """
__global__ void probe(const uint4* x, unsigned* sums, int turns) {
  unsigned sum = 0;
#pragma unroll 1
  for (int turn = 0; turn < turns; ++turn) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      uint4 v = __ldg(x + turn * 512 + i * 128 + threadIdx.x);
      sum += v.x + v.y + v.z + v.w;
    }
  }
  sums[threadIdx.x] = sum;
}
"""


class Sass(unittest.TestCase):
    def findings(self, source, counts, chains=0, beside=sass.COUNTING, name="probe"):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "probes/planted/planted.cu"
            file.parent.mkdir(parents=True)
            file.write_text(source)
            return sass.check(folder, NVCC, FLAGS, {name: sass.Loop(counts, chains, beside)})

    def assert_caught(self, source, part):
        self.assertNotEqual(source, GOOD)
        found = self.findings(source, {"FFMA": 32}, 4)
        for arch in ("sm_87", "sm_90a"):
            self.assertTrue(any(part in f and arch in f for f in found), found)

    def test_a_clean_loop_passes(self):
        self.assertEqual(self.findings(GOOD, {"FFMA": 32}, 4), [])
        self.assertEqual(self.findings(STREAM, {"LDG.128.CONSTANT": 4}, beside=sass.ADDRESSING), [])

    def test_a_chain_through_memory_is_caught(self):
        self.assert_caught(GOOD.replace(STEP, "{ " + STEP + " if (i == 0) ((volatile float*)x)[threadIdx.x] = v[0]; }"), "STG.32.STRONG.SYS inside the loop")

    def test_local_memory_is_caught(self):
        indexed = GOOD.replace(STEP, "v[(i + turn) % 4] = fmaf(v[(i + turn) % 4], m, c);")
        self.assert_caught(indexed, "local memory")
        self.assert_caught(indexed, "stack frame")

    def test_a_spill_is_caught(self):
        many = GOOD.replace("v[4]", "v[80]").replace("i < 4", "i < 80").replace("bounds__(128)", "bounds__(1024)")
        self.assert_caught(many, "bytes spill")

    def test_a_loop_that_the_compiler_folded_is_caught(self):
        self.assert_caught(GOOD.replace(STEP, "v[i] = fmaf(m, m, c);"), "0 inner loops")

    def test_another_number_of_steps_is_caught(self):
        self.assert_caught(GOOD.replace("step < 8", "step < 7"), "28 FFMA in a turn instead of 32")

    def test_another_instruction_is_caught(self):
        self.assert_caught(GOOD.replace(STEP, "{ " + STEP + " if (step == 0) v[i] = v[i] + m; }"), "FADD inside the loop")

    def test_chains_that_depend_on_one_another_are_caught(self):
        self.assert_caught(GOOD.replace(STEP, "v[i] = fmaf(v[i], m, v[(i + 1) % 4]);"), "belongs to 2 chains")

    def test_too_few_chains_are_caught(self):
        self.assert_caught(GOOD.replace(STEP, "v[i / 2] = fmaf(v[i / 2], m, c);"), "chains of [16, 16] steps instead of 4")

    def test_narrow_loads_are_caught(self):
        narrow = STREAM.replace("uint4 v = __ldg(x + ", "uint2 v = __ldg((const uint2*)x + ").replace(" + v.z + v.w", "")
        found = self.findings(narrow, {"LDG.128.CONSTANT": 4}, beside=sass.ADDRESSING)
        self.assertTrue(any("0 inner loops hold LDG.128.CONSTANT" in f for f in found), found)

    def test_a_kernel_nobody_looks_at_is_caught(self):
        found = self.findings(GOOD, {"FFMA": 32}, 4, name="other")
        self.assertTrue(any("kernel probe has no entry" in f for f in found), found)
        self.assertTrue(any("no kernel other" in f for f in found), found)

    def test_what_does_not_compile_is_caught(self):
        self.assertTrue(any("nvcc for sm_87" in f for f in self.findings("what?", {"FFMA": 32})))


if __name__ == "__main__":
    NVCC, *FLAGS = sys.argv[1:]
    if not objects.tool(NVCC) or not objects.tool("c++filt"):
        sys.exit(tree.skip("nvcc or c++filt is not installed"))
    unittest.main(argv=sys.argv[:1])
