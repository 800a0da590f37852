"""What the program writes is what results/schema/ says: schema_test.py FOLDER WRITER TRACKING_WRITER [RUN...]."""

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


FOLDER = pathlib.Path(sys.argv[1])
SIDE = {"name": "x", "rounds": 1}
# What no reader may take, of each file that comparing writes.
DAMAGES = {
    "comparison": (lambda c: c.update(schema="roofmark.comparison/2"), lambda c: c["counts"].pop("same"),
                   lambda c: c["series"][0].update(verdict="slow"), lambda c: c["series"][1]["change"].update(p=2),
                   lambda c: c["series"][0]["after"].update(seconds=0), lambda c: c["series"][0].update(extra=1),
                   lambda c: c.update(before={**SIDE, "rounds": -1}), lambda c: c["causes"][0].update(cause="kernel")),
    "history": (lambda h: h.update(schema="roofmark.history/0"), lambda h: h["series"][0]["points"][0].update(seconds=0),
                lambda h: h["series"][0]["points"][0].update(started="yesterday"), lambda h: h["series"][1]["changes"][0].pop("p"),
                lambda h: h["series"][0]["markers"][0].update(at=-1)),
    "selfcheck": (lambda s: s.pop("judged"), lambda s: s["series"][0].update(alarms=-1),
                  lambda s: s["series"][0].update(spread=-0.1)),
}


def schema_of(kind):
    schema = json.loads((FOLDER / f"roofmark.{kind}-1.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return schema, jsonschema.Draft7Validator(schema)


def refuses(valid, value, damages):
    for damage in damages:
        broken = copy.deepcopy(value)
        damage(broken)
        assert not valid.is_valid(broken), f"the schema takes a broken {value['schema']}"


def tracking():
    """What comparing, histories and self-checks write: every key is described, and every list has something."""
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder, f"{kind}.json") for kind in DAMAGES]
        subprocess.run([sys.argv[3], *files], check=True)
        for (kind, damages), file in zip(DAMAGES.items(), files):
            schema, valid = schema_of(kind)
            value = json.loads(file.read_text())
            valid.validate(value)
            described(value, schema, schema, kind)
            refuses(valid, value, damages)


def main():
    schema, whole = schema_of("run")

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
    refuses(whole, run, (lambda r: r.update(schema="roofmark.run/2"), lambda r: r["rows"][0].update(threads=0),
                   lambda r: r["rows"][0]["samples_s"].append(-1.0), lambda r: r["rows"][0].pop("work"),
                   lambda r: r["machine"]["cpu"].update(cores="2"), lambda r: r["rows"][0].update(flagg=1),
                   lambda r: r["machine"].update(id="../.."), lambda r: r.update(started="yesterday"),
                   lambda r: r["rows"][0]["flags"].append("zzz"), lambda r: r["rows"][0].pop("companion"),
                   lambda r: r["rows"][0]["samples_s"].append(1e-300), lambda r: r["rows"][0]["work"].update(ops=1e300)))

    tracking()
    for path in sys.argv[4:]:
        whole.validate(json.loads(pathlib.Path(path).read_text()))
    releases = pathlib.Path(__file__).parent.parent / "data" / "releases"
    for kind, valid in (("run", whole), ("baseline", schema_of("baseline")[1])):
        files = sorted(releases.glob(f"*-{kind}.json"))
        assert files, f"no {kind} of a release is kept"
        for path in files:
            valid.validate(json.loads(path.read_text()))
    paced = {**json.loads(files[-1].read_text()), "pause_s": 60}
    valid.validate(paced)
    refuses(valid, paced, (lambda b: b.update(pause_s=0), lambda b: b.update(pause_s=1.5), lambda b: b.update(pause_s=86401)))
    print(f"valid: 1 written run, 1 journal, {len(sys.argv) - 4} kept runs")


def described(value, node, schema, path):
    if value is None:
        return
    if "oneOf" in node:
        node = next(one for one in node["oneOf"] if one.get("type") != "null")
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
