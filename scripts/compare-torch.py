#!/usr/bin/env python3
"""Times PyTorch on the products and attentions of a run, on this GPU:  compare-torch.py RUN.json [--filter REGEX]

For each row of the run that a GPU computed and PyTorch has an equal for, prints both times, the share of PyTorch's
rate that the row reaches, and the row's id.  Products are torch.matmul (f32, tf32, bf16, f16); attention is
scaled_dot_product_attention, its flash backend where that runs.  Random operands rotate through more than three
times the L2 cache, as the run's did; a sample is a CUDA graph of launches, timed by events.
Needs PyTorch with CUDA; ends with 77 where there is none, 6 where the run has nothing to compare."""

import argparse
import json
import re
import statistics
import sys

try:
    import torch
except ImportError:
    print("compare-torch: PyTorch is not installed here; pip install torch", file=sys.stderr)
    sys.exit(77)

TYPES = {"f32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
SAMPLES, SAMPLE_S, WARM_S = 20, 5e-3, 1.0


def random(*shape, type):
    return torch.rand(*shape, device="cuda", dtype=torch.float32).mul_(2).sub_(1).to(type)


def copies(bytes_each):
    l2 = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", 64 << 20)
    return max(2, -(-3 * l2 // bytes_each))


def median_seconds(calls):
    """Median time of one of `calls`, which rotate."""
    for call in calls:
        call()
    torch.cuda.synchronize()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)

    def timed(work):
        begin.record()
        work()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) * 1e-3

    def rounds(count):
        for _ in range(count):
            for call in calls:
                call()

    once = timed(lambda: rounds(1))
    count = max(1, round(SAMPLE_S / once))
    timed(lambda: rounds(max(1, round(WARM_S / once))))
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        rounds(count)
    return statistics.median(timed(graph.replay) for _ in range(SAMPLES)) / (count * len(calls))


def product(row):
    """Calls of one product, or None."""
    format, shape = row["format"], row["shape"]
    if format["weights"] != format["activations"] or format["weights"] not in TYPES or format["accumulate"] != "f32":
        return None
    torch.backends.cuda.matmul.allow_tf32 = format["weights"] == "tf32"
    m, n, k, type = shape.get("m", 1), shape["n"], shape["k"], TYPES[format["weights"]]
    size = type.itemsize * (m * k + n * k)
    operands = [(random(m, k, type=type), random(n, k, type=type)) for _ in range(copies(size))]
    out = torch.empty(m, n, device="cuda", dtype=type)
    return [lambda a=a, w=w: torch.matmul(a, w.t(), out=out) for a, w in operands]


def attention(row):
    format, shape = row["format"], row["shape"]
    fresh, cached, batch = shape["fresh"], shape["cached"], shape["queries"]
    if format["weights"] != format["activations"] or format["weights"] not in ("bf16", "f16"):
        return None
    if fresh > 1 and cached > 0:
        return None  # PyTorch's causal mask begins at the first key
    type, d = TYPES[format["weights"]], shape["head_dim"]
    q = (batch, shape["heads"], fresh, d)
    kv = (batch, shape["kv_heads"], cached + fresh, d)
    size = type.itemsize * 2 * batch * shape["kv_heads"] * (cached + fresh) * d
    operands = [(random(*q, type=type), random(*kv, type=type), random(*kv, type=type)) for _ in range(copies(size))]
    grouped = {"enable_gqa": True} if shape["heads"] != shape["kv_heads"] else {}

    def call(q, k, v):
        with torch.nn.attention.sdpa_kernel([torch.nn.attention.SDPBackend.FLASH_ATTENTION]):
            return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=fresh > 1, **grouped)

    return [lambda each=each: call(*each) for each in operands]


KERNELS = {"gemm": product, "gemv": product, "attention": attention}


def kept_median(row):
    return statistics.median(s for s, flag in zip(row["samples_s"], row["flags"]) if not flag)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--filter", default="", help="only rows whose id matches this regular expression")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("compare-torch: PyTorch sees no CUDA device", file=sys.stderr)
        return 77
    with open(arguments.run) as file:
        run = json.load(file)
    rows = [row for row in run["rows"] if row["device"] == "cuda" and row["status"] == "ok" and row["kernel"] in KERNELS
            and re.search(arguments.filter, row["id"]) and any(not flag for flag in row["flags"])]
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name(0)}")
    print(f"{'run':>12} {'PyTorch':>12} {'share':>7}  row")
    compared = 0
    for row in rows:
        calls = KERNELS[row["kernel"]](row)
        if calls is None:
            continue
        ours, theirs = kept_median(row), median_seconds(calls)
        print(f"{ours * 1e6:9.2f} us {theirs * 1e6:9.2f} us {theirs / ours:7.1%}  {row['id']}", flush=True)
        compared += 1
        del calls
        torch.cuda.empty_cache()
    if compared == 0:
        print("compare-torch: the run has no row that PyTorch has an equal for", file=sys.stderr)
        return 6
    return 0


if __name__ == "__main__":
    sys.exit(main())
