"""What the program writes is what results/schema/ says: schema_test.py SCHEMA WRITER [RUN...]."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    whole = jsonschema.Draft7Validator(schema)

    def part(name):
        return jsonschema.Draft7Validator({**schema["definitions"][name], "definitions": schema["definitions"]})

    with tempfile.TemporaryDirectory() as folder:
        run_file, journal_file = (pathlib.Path(folder, name) for name in ("run.json", "run.partial.jsonl"))
        flags = subprocess.run([sys.argv[2], run_file, journal_file], check=True, capture_output=True, text=True).stdout
        assert flags.split() == schema["definitions"]["flag"]["enum"], "the reader knows other flags"
        run = json.loads(run_file.read_text())
        whole.validate(run)
        header, *rows = map(json.loads, journal_file.read_text().splitlines())
        part("header").validate(header)
        assert len(rows) == len(run["rows"]) > 0
        for row in rows:
            part("row").validate(row)

    # Every key that is written is described, and the schema can refuse.
    described(run, schema, schema, "run")
    for damage in (lambda r: r.update(schema="roofmark.run/2"), lambda r: r["rows"][0].update(threads=0),
                   lambda r: r["rows"][0]["samples_s"].append(-1.0), lambda r: r["rows"][0].pop("work"),
                   lambda r: r["machine"]["cpu"].update(cores="2"), lambda r: r["rows"][0].update(flagg=1),
                   lambda r: r["machine"].update(id="../.."), lambda r: r.update(started="yesterday"),
                   lambda r: r["rows"][0]["flags"].append("zzz"), lambda r: r["rows"][0].pop("companion"),
                   lambda r: r["rows"][0]["samples_s"].append(1e-300), lambda r: r["rows"][0]["work"].update(ops=1e300)):
        broken = copy.deepcopy(run)
        damage(broken)
        assert not whole.is_valid(broken), "the schema takes a broken run"

    for path in sys.argv[3:]:
        whole.validate(json.loads(pathlib.Path(path).read_text()))
    baseline = json.loads(pathlib.Path(sys.argv[1]).with_name("roofmark.baseline-1.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(baseline)
    releases = pathlib.Path(__file__).parent.parent / "data" / "releases"
    for kind, valid in (("run", whole), ("baseline", jsonschema.Draft7Validator(baseline))):
        files = sorted(releases.glob(f"*-{kind}.json"))
        assert files, f"no {kind} of a release is kept"
        for path in files:
            valid.validate(json.loads(path.read_text()))
    print(f"valid: 1 written run, 1 journal, {len(sys.argv) - 3} kept runs")


def described(value, node, schema, path):
    if "$ref" in node:
        node = schema["definitions"][node["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, list):
        for element in value:
            described(element, node["items"], schema, path + "[]")
    elif isinstance(value, dict) and not isinstance(node.get("additionalProperties"), dict):
        assert node.get("additionalProperties") is False, f"{path} may hold any key"
        for key, inner in value.items():
            assert key in node["properties"], f"{path}.{key} is written but not in the schema"
            described(inner, node["properties"][key], schema, f"{path}.{key}")


main()
