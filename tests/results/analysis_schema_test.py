"""What `analyze --output json` writes is what results/schema/ says: analysis_schema_test.py PROGRAM SCHEMAS RUN."""

import copy
import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

PROGRAM, SCHEMAS, RUN = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
ON = ["--hardware", "a6000"]
ANALYSES = [  # between them every key and every kind of row
    ["llama-3-8b", *ON], ["llama-3-8b"], ["llama-3-8b", "--run", RUN], ["--run", RUN],
    ["llama-3-8b", "--run", RUN, "--phase", "prefill", "--context", "300", "--generate", "3"],
    ["llama-3-8b", "--hardware", "agx-orin", "--engine", "dla"],
    ["mixtral-8x7b", *ON, "--dtype", "w4a16", "--batch", "3", "--quantize-head"],
    ["llama-3-8b", *ON, "--cached-tokens", "1048576", "1024", "--input-tokens", "1", "1"],
    ["llama-3-8b", *ON, "--tp", "2", "--link", "450G", "--generate", "16", "--chunk", "512"],
    ["llama-2-7b", *ON, "--accounting", "llm-viewer"], ["llama-2-7b", *ON, "--accounting", "tra"],
    ["vgg16", *ON], ["llama-3-8b", *ON, "--sweet-spot", "--batch", "64"], ["--sweet-spot", *ON],
    ["llama-2-7b", "llama-3-8b", *ON, "--dtype", "bf16,w8a8"]]
STUDIES = [["llama-3-8b", *ON, "--sweep", "batch=1..8"], ["vgg16", *ON, "--sweep", "batch=1,2"],
           ["llama-3-8b", "--run", RUN, "--sweep", "context=64,300"],
           ["llama-3-8b", "--hardware", "agx-orin", "--engine", "pva", "--sweep", "dtype=bf16,w4a8"],
           ["llama-3-8b", *ON, "--sweep", "tp=1,5", "--context", "64", "--generate", "4"]]


def written(arguments):
    done = subprocess.run([PROGRAM, "analyze", *arguments, "--output", "json"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def closed(node, path):
    """Every object of the schema says its keys, so that one it does not describe is refused."""
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object":
            assert node.get("additionalProperties") is False, path
        for key, inner in node.items():
            closed(inner, f"{path}.{key}")
    elif isinstance(node, list):
        for inner in node:
            closed(inner, path)


def validator(name):
    schema = json.loads((SCHEMAS / f"roofmark.{name}-1.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    closed(schema, name)
    return jsonschema.Draft7Validator(schema)


def keys_of(value, prefix=""):
    """All keys with a value, by where they stand."""
    found = set()
    if isinstance(value, dict):
        for key, inner in value.items():
            if inner is not None:
                found |= {f"{prefix}.{key}"} | keys_of(inner, f"{prefix}.{key}")
    elif isinstance(value, list):
        for inner in value:
            found |= keys_of(inner, prefix)
    return found


def main():
    analysis, study = validator("analysis"), validator("study")
    seen = set()
    for arguments in ANALYSES:
        for one in (lambda got: got if isinstance(got, list) else [got])(written(arguments)):
            analysis.validate(one)
            seen |= keys_of(one)
    for arguments in STUDIES:
        study.validate(written(arguments))
    for key in (".workloads.chunk", ".workloads.queries.cached_tokens", ".layers.seconds_at_least",
                ".totals.seconds_at_least", ".totals.predicted_extrapolated", ".generation.predicted_seconds",
                ".sweet_spot.operators.ranges", ".network.countings.ops", ".answers.changes.gain", ".storage.embedding_table"):
        assert key in seen, f"no analysis has {key}"

    one = written(ANALYSES[0])
    assert one["hardware"] == "NVIDIA RTX A6000"
    assert one["workloads"][1] == {
        "phase": "decode", "batch": 1, "context": 2048, "dtype": "bf16-f32", "kv_dtype": "bf16", "attention": "flash",
        "devices": 1, "chunk": None, "queries": [{"queries": 1, "cached_tokens": 2048, "input_tokens": 1}]}
    for layer in one["layers"]:
        assert isinstance(layer["ops"], int) and isinstance(layer["bytes"], int), layer
    assert isinstance(written(["mixtral-8x7b", "--context", "7"])["layers"][8]["bytes"], (int, float))
    for damage in (lambda a: a.pop("schema"), lambda a: a.update(schema="roofmark.analysis/2"), lambda a: a.update(more=1),
                   lambda a: a["layers"][0].update(ops=-1), lambda a: a["layers"][0].update(bound="sky"),
                   lambda a: a["totals"][0].update(second=1), lambda a: a["workloads"][0].update(batch="1"),
                   lambda a: a["answers"][0]["changes"][0].update(gain=0.6), lambda a: a["layers"][0].pop("provenance")):
        broken = copy.deepcopy(one)
        damage(broken)
        assert not analysis.is_valid(broken), "the schema takes a broken analysis"
    print(f"valid: {len(ANALYSES)} analyses, {len(STUDIES)} sweeps")


main()
