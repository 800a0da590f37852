#!/usr/bin/env python3
"""Compares CPU kernels with those of current runtimes, in turns:
compare-runtimes.py [--threads N] [--runtimes torch,openvino,jax] [--filter REGEX] [--pairs 7] ROOFMARK FOLDER

For each case below every runtime is tried once and the fastest taken; likewise our variants.  Then both run one after
the other, `--pairs` times, and the table shows the medians of both and of the pairs' ratios (theirs / ours: over 1 ours
is faster).  Ours is the median of a row's samples, disturbed ones too; theirs the median of half a second of calls on as
many threads and the same CPUs, on inputs that rotate through at least 1 GiB or 16 sets.  What weights they are given
beforehand they may pack.  A runtime of bf16 or int8 may convert activations within its time: OpenVINO takes f32 ones.
A development comparison: the program needs none of this.  The runtimes come from PyPI into a virtual environment in
FOLDER, of which up to 2 GB are used (PyTorch by its own CPU index; where that cannot be reached it is left out).
Ends with 77 where no runtime can be had, 6 where nothing matches."""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

CPU_TORCH = ["--index-url", "https://download.pytorch.org/whl/cpu"]
PACKAGES = {"torch": [*CPU_TORCH, "torch"], "openvino": ["openvino"], "jax": ["jax"]}
ROTATED_BYTES, MOST_SETS = 1 << 30, 16
RUN_S, FEWEST_CALLS = 0.5, 5


def case(title, operator, format, phase, context, shape, **extents):
    return {"title": title, "operator": operator, "format": format, "phase": phase, "context": context, "shape": shape, **extents}


def all_cases():
    """Operators of llama-2-7b: what the runtimes are asked, and which of our rows are the same."""
    cases = []
    for n in (4096, 11008):
        for format in ("f32", "bf16-f32", "w8a8"):
            cases.append(case(f"matmul 512x{n}x4096", "gemm", format, "prefill", 512, f"m=512,n={n},k=4096", m=512, n=n, k=4096))
    cases.append(case("softmax 65536x2048", "softmax", "f32", "prefill", 2048, "rows=65536,cols=2048", rows=65536, cols=2048))
    cases.append(case("rms_norm 2048x4096", "norm", "f32", "prefill", 2048, "rows=2048,cols=4096", rows=2048, cols=4096))
    for format in ("f32", "bf16-f32"):
        for title, phase, fresh, cached in (("causal 2048", "prefill", 2048, 0), ("decode 2048", "decode", 1, 2047)):
            cases.append(case(f"attention {title}", "attention", format, phase, 2048, rf"queries=1,fresh={fresh},cached=\d+,heads=32,kv_heads=32,head_dim=128",
                              fresh=fresh, keys=fresh + cached))
    return cases


# What a runtime does.  Each class prepares a case and returns calls that rotate; None where it has no such thing.

def sets_of(bytes_each):
    return max(1, min(MOST_SETS, -(-ROTATED_BYTES // bytes_each)))


def inputs_of(case):
    """Shapes of the operands of one call, activations first, then what is constant."""
    if case["operator"] == "gemm":
        return [(case["m"], case["k"])], [(case["n"], case["k"])]
    if case["operator"] == "attention":
        key = (1, 32, case["keys"], 128)
        return [(1, 32, case["fresh"], 128), key, key], []
    x = (case["rows"], case["cols"])
    return [x], [(case["cols"],)] if case["operator"] == "norm" else []


def elements(shape):
    total = 1
    for extent in shape:
        total *= extent
    return total


class Torch:
    def __init__(self, threads):
        import torch
        torch.set_num_threads(threads)
        self.torch, self.version = torch, torch.__version__

    def random(self, shape, format):
        if format == "w8a8":
            return self.torch.randint(-128, 128, shape, dtype=self.torch.int8)
        return (self.torch.rand(shape) * 2 - 1).to(self.torch.bfloat16 if format == "bf16-f32" else self.torch.float32)

    def function(self, case):
        functional = self.torch.nn.functional
        if case["operator"] == "softmax":
            return lambda x: self.torch.softmax(x, -1)
        if case["operator"] == "norm":
            return lambda x, w: functional.rms_norm(x, w.shape, w, 1e-5)
        if case["operator"] == "attention":
            return lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, is_causal=case["fresh"] > 1)
        if case["format"] != "w8a8":
            return functional.linear
        scale = 1e-4
        return lambda x, w: (self.torch._int_mm(x, w.t()) * scale).round_().clamp_(-128, 127).to(self.torch.int8)

    def prepare(self, case):
        function, (inputs, constants) = self.function(case), inputs_of(case)
        fixed = [self.random(shape, case["format"]) for shape in constants]
        size = sum(elements(shape) for shape in inputs) * {"f32": 4, "bf16-f32": 2, "w8a8": 1}[case["format"]]
        sets = [[self.random(shape, case["format"]) for shape in inputs] for _ in range(sets_of(size))]

        def call(operands):
            with self.torch.inference_mode():
                function(*operands, *fixed)
        return [lambda operands=operands: call(operands) for operands in sets]


class Jax:
    def __init__(self, threads):  # its pool has as many threads as CPUs are allowed
        import jax
        self.jax, self.version = jax, jax.__version__

    def random(self, shape, format):
        numpy, values = self.jax.numpy, self.jax.random
        key = values.PRNGKey(elements(shape))
        if format == "w8a8":
            return values.randint(key, shape, -128, 128, dtype=numpy.int8)
        return values.uniform(key, shape, minval=-1).astype(numpy.bfloat16 if format == "bf16-f32" else numpy.float32)

    def function(self, case):
        numpy, nn = self.jax.numpy, self.jax.nn
        if case["operator"] == "softmax":
            return lambda x: nn.softmax(x, axis=-1)
        if case["operator"] == "norm":
            return lambda x, w: x * self.jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-5) * w
        if case["operator"] == "attention":  # [batch, tokens, heads, d]
            return lambda q, k, v: nn.dot_product_attention(*(numpy.swapaxes(t, 1, 2) for t in (q, k, v)), is_causal=case["fresh"] > 1)
        rows = (((1,), (1,)), ((), ()))
        if case["format"] != "w8a8":
            return lambda x, w: self.jax.lax.dot_general(x, w, rows)
        return lambda x, w: numpy.clip(numpy.round(self.jax.lax.dot_general(x, w, rows, preferred_element_type=numpy.int32) * 1e-4),
                                       -128, 127).astype(numpy.int8)

    def prepare(self, case):
        function, (inputs, constants) = self.jax.jit(self.function(case)), inputs_of(case)
        fixed = [self.random(shape, case["format"]) for shape in constants]
        size = sum(elements(shape) for shape in inputs) * {"f32": 4, "bf16-f32": 2, "w8a8": 1}[case["format"]]
        sets = [[self.random(shape, case["format"]) for shape in inputs] for _ in range(sets_of(size))]
        return [lambda operands=operands: function(*operands, *fixed).block_until_ready() for operands in sets]


class Openvino:
    def __init__(self, threads):
        import numpy
        import openvino
        from openvino import opset13
        self.numpy, self.openvino, self.ops, self.threads = numpy, openvino, opset13, threads
        self.version = openvino.__version__.split("-")[0]

    def random(self, shape):
        return (self.numpy.random.default_rng(1).random(shape, dtype=self.numpy.float32) * 2 - 1).astype(self.numpy.float32)

    def result(self, case, inputs, constants):
        ops, numpy = self.ops, self.numpy
        if case["operator"] == "softmax":
            return ops.softmax(inputs[0], 1)
        if case["operator"] == "attention":
            return ops.scaled_dot_product_attention(*inputs, causal=case["fresh"] > 1)
        one = lambda value: ops.constant(numpy.array(value, dtype=numpy.float32))  # noqa: E731
        if case["operator"] == "norm":
            squares = ops.reduce_mean(ops.power(inputs[0], one(2)), ops.constant(numpy.array([-1])), True)
            return ops.multiply(ops.multiply(inputs[0], ops.divide(one(1), ops.sqrt(ops.add(squares, one(1e-5))))),
                                ops.constant(self.random(constants[0])))
        if case["format"] != "w8a8":
            return ops.matmul(inputs[0], ops.constant(self.random(constants[0])), False, True)
        weights = numpy.random.default_rng(1).integers(-128, 128, constants[0], dtype=numpy.int8)
        scaled = ops.multiply(ops.convert(ops.constant(weights), "f32"), one(1 / 128))
        quantized = ops.fake_quantize(inputs[0], one(-1), one(127 / 128), one(-1), one(127 / 128), 256)
        return ops.matmul(quantized, scaled, False, True)

    def prepare(self, case):
        inputs, constants = inputs_of(case)
        parameters = [self.ops.parameter(list(shape), self.numpy.float32) for shape in inputs]
        model = self.openvino.Model([self.result(case, parameters, constants)], parameters)
        hint = "bf16" if case["format"] == "bf16-f32" else "f32"
        compiled = self.openvino.Core().compile_model(model, "CPU", {
            "INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"})
        request = compiled.create_infer_request()
        size = 4 * sum(elements(shape) for shape in inputs)
        sets = [[self.openvino.Tensor(self.random(shape)) for shape in inputs] for _ in range(sets_of(size))]

        def call(operands):
            for at, operand in enumerate(operands):
                request.set_input_tensor(at, operand)
            request.infer()
        return [lambda operands=operands: call(operands) for operands in sets]


RUNTIMES = {"torch": Torch, "openvino": Openvino, "jax": Jax}


def median_seconds(calls):
    for call in calls[:2] * 2:
        call()
    times, begin = [], time.perf_counter()
    while len(times) < FEWEST_CALLS or time.perf_counter() - begin < RUN_S:
        before = time.perf_counter()
        calls[len(times) % len(calls)]()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def serve(name, threads):
    """Answers a case per line with the seconds it takes, in the environment that has the runtime."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # runtimes print too
    runtime, prepared, calls = RUNTIMES[name](threads), None, []
    print(json.dumps({"version": runtime.version}), file=answers, flush=True)
    for line in sys.stdin:
        asked, answer = json.loads(line), {}
        try:
            if asked != prepared:
                calls, prepared = [], None  # before the next ones take their memory
                calls, prepared = runtime.prepare(asked), asked
            answer["seconds"] = median_seconds(calls)
        except Exception as error:  # whatever a runtime throws at what it cannot do
            answer["why"] = str(error).splitlines()[0] if str(error) else type(error).__name__
        print(json.dumps(answer), file=answers, flush=True)


# The side that compares.

class Served:
    def __init__(self, name, python, threads):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        self.name = name
        self.process = subprocess.Popen([python, __file__, "--serve", name, "--threads", str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        self.version = self.answer().get("version")  # None: it could not be imported

    def answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"why": "it ended"}

    def time(self, case):
        if self.process.poll() is not None:
            return {"why": "it ended"}
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        return self.answer()


def installed(names, folder):
    """The environment's Python, with what of the runtimes can be had."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for name in names:
        has = subprocess.run([python, "-c", f"import {name}"], capture_output=True)
        if has.returncode:
            print(f"compare-runtimes: installing {name} into {folder}", file=sys.stderr)
            done = subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES[name]], capture_output=True, text=True)
            if done.returncode:
                print(f"compare-runtimes: {name} is left out: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    return python


def rows_of(program, case, threads, variant):
    """Our rows of a case."""
    ids = f"^{case['operator']}/{variant}/{case['format']}/cpu/t{threads}/{case['shape']}".replace(r"\d", "[0-9]")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "run.json")
        done = subprocess.run([program, "run", "--preset", "quick", "--only", "kernels", "--device", "cpu", "--model", "llama-2-7b",
                               "--phase", case["phase"], "--context", str(case["context"]), "--dtype", case["format"],
                               "--threads", str(threads), "--filter", ids, "-q", "-o", str(file)], capture_output=True, text=True)
        if not file.exists():
            return [], (done.stderr.strip().splitlines() or ["no row"])[-1]
        # The probes that bound them are rows of the run, too.
        rows = [row for row in json.loads(file.read_text())["rows"] if row["kernel"] == case["operator"]]
    timed = [row for row in rows if row["samples_s"]]
    reasons = {row["reason"] for row in rows if row["reason"]}
    return timed, "; ".join(sorted(reasons)) or "no row"


def compare(program, case, runtimes, arguments):
    """A line of the table."""
    start = f"{case['title']:<22} {case['format']:<9} {arguments.threads:>2}  "
    rows, why = rows_of(program, case, arguments.threads, "[^/]*")
    tries = {runtime: runtime.time(case) for runtime in runtimes}
    able = [runtime for runtime in runtimes if "seconds" in tries[runtime]]
    if not able:
        return start + "no runtime: " + "; ".join(f"{runtime.name}: {tries[runtime]['why']}" for runtime in runtimes)
    best = min(able, key=lambda runtime: tries[runtime]["seconds"])
    if not rows:
        return start + f"{best.name:<9} {tries[best]['seconds'] * 1e3:10.2f}  ours: {why}"
    variant = min(rows, key=lambda row: statistics.median(row["samples_s"]))["variant"]
    pairs = []
    for _ in range(arguments.pairs):
        theirs = best.time(case)
        again, _ = rows_of(program, case, arguments.threads, variant)
        if "seconds" in theirs and again:
            pairs.append((theirs["seconds"], statistics.median(again[0]["samples_s"])))
    if not pairs:
        return start + "no pair was timed"
    return start + (f"{best.name:<9} {statistics.median(t for t, _ in pairs) * 1e3:10.2f}  {variant:<12} "
                    f"{statistics.median(o for _, o in pairs) * 1e3:10.2f}  {statistics.median(t / o for t, o in pairs):6.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="ROOFMARK", nargs="?")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=lambda path: pathlib.Path(path).absolute())
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runtimes", default="torch,openvino,jax")
    parser.add_argument("--filter", default="", help="only cases whose title and format match this regular expression")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--serve", choices=RUNTIMES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve, arguments.threads)
    names = arguments.runtimes.split(",")
    if not arguments.program or not arguments.folder or not set(names) <= set(RUNTIMES):
        parser.error(f"ROOFMARK and FOLDER are wanted, and runtimes of {', '.join(RUNTIMES)}")
    cases = [case for case in all_cases() if re.search(arguments.filter, f"{case['title']} {case['format']}")]
    if not cases:
        return 6
    python = installed(names, arguments.folder)
    runtimes = [runtime for runtime in (Served(name, python, arguments.threads) for name in names) if runtime.version]
    if not runtimes:
        print("compare-runtimes: no runtime can be had here", file=sys.stderr)
        return 77
    print("against " + ", ".join(f"{runtime.name} {runtime.version}" for runtime in runtimes))
    print(f"{'case':<22} {'format':<9} {'t':>2}  {'theirs':<9} {'ms':>10}  {'ours':<12} {'ms':>10}  ratio", flush=True)
    for one in cases:
        print(compare(arguments.program, one, runtimes, arguments), flush=True)
    for runtime in runtimes:
        runtime.process.stdin.close()
        runtime.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
