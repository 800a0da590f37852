"""What the program exports is read by the tools that it is meant for: exports_test.py PART PROGRAM RUN.

PART: formats (what Python itself reads), compare (Google Benchmark's), openmetrics, junit, postgresql.  Each tool is
asked for what it made of a recorded run and of one with hostile names and rows that have no value."""

import contextlib
import csv
import io
import json
import math
import os
import pathlib
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

PART, PROGRAM, RUN = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
HOSTILE = "a\"b\\c'd<e>&f;--\n\x01 \u202e \uffff%s{}`$(x)` \U0001f4a5 :p |*"
REASON = "]]> '); DROP TABLE roofmark_run; --\n# EOF \x00 :'p"
FORMATS = ("csv", "md", "junit", "gbench", "bmf", "gha", "openmetrics", "sql")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def run_with_everything():
    """The recorded run, and in it a hostile kernel, one that failed, one that is refused and one that was skipped."""
    run = json.loads(RUN.read_text())
    kernels = [row for row in run["rows"] if row["role"] == "kernel" and row["status"] == "ok"]
    named, wrong, left = kernels[:3]
    named["id"] = named["id"].replace(named["kernel"], HOSTILE, 1)
    named["kernel"], named["reason"] = HOSTILE, REASON
    for row, status in ((wrong, "failed"), (left, "skipped")):
        row.update(status=status, reason=REASON, samples_s=[], flags=[], clock_hz=[], pairs=[])
    peak = max((row for row in run["rows"] if row["kernel"] == "fma" and row["status"] == "ok"),
               key=lambda row: row["work"]["ops"] / min(row["samples_s"]))
    peak["samples_s"] = [sample / 100 for sample in peak["samples_s"]]  # no core does that
    return run


def exported(path, form, *more):
    done = subprocess.run([PROGRAM, "export", path, "--format", form, *more], capture_output=True, check=True)
    assert not done.stderr, done.stderr
    return done.stdout.decode("utf-8")


def finite(text):
    """The JSON, without a number that JSON has not."""
    def refuse(word):
        raise AssertionError(f"{word} in JSON")
    return json.loads(text, parse_constant=refuse)


def counts(run):
    """Rows, and of them those with a value: all that were timed but the refused ones."""
    return len(run["rows"]), sum(row["status"] == "ok" for row in run["rows"])


def check_json(path, rows):
    benchmarks = finite(exported(path, "gbench"))["benchmarks"]
    assert len(benchmarks) == rows and len({row["name"] for row in benchmarks}) == rows
    assert all(row["real_time"] > 0 and row["run_type"] == "iteration" for row in benchmarks)
    metrics = finite(exported(path, "bmf"))
    assert len(metrics) == rows
    for measures in metrics.values():
        for metric in measures.values():
            assert set(metric) <= {"value", "lower_value", "upper_value"}
            assert metric.get("lower_value", 0) <= metric["value"] <= metric.get("upper_value", math.inf)
    both = [finite(exported(path, "gha", "--better", better)) for better in ("smaller", "bigger")]
    assert {row["unit"] for row in both[0]} == {"s"} and {row["unit"] for row in both[1]} == {"op/s", "B/s"}
    names = [row["name"] for row in both[0] + both[1]]
    assert sorted(names) == sorted(metrics), "the two files hold each series once"
    return set(metrics)


def check_xml(path, run):
    root = xml.etree.ElementTree.fromstring(exported(path, "junit"))
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    assert [child.tag for child in suite] == ["properties"] + ["testcase"] * len(cases) + ["system-out", "system-err"]
    assert int(suite.get("tests")) == len(cases) == len(run["rows"])
    assert len({case.get("name") for case in cases}) == len(cases)
    for case in cases:
        assert float(case.get("time")) >= 0 and case.get("classname") and len(case) <= 1
        assert all(child.tag in ("failure", "skipped") and child.get("type") for child in case)
    assert int(suite.get("failures")) == sum(row["status"] == "failed" for row in run["rows"])
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))


def check_sqlite(path, run, values):
    statements = exported(path, "sql")
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        for _ in range(2):  # the second time changes nothing
            database.executescript(statements)
        rows = database.execute("SELECT series, outcome, value, unit, reason FROM roofmark_series").fetchall()
        assert database.execute("SELECT count(*) FROM roofmark_run").fetchone() == (1,)
    assert sorted(row[0] for row in rows) == sorted(row["id"] for row in run["rows"])
    assert {row[0] for row in rows if row[2] is not None} == values
    assert all((row[1] == "ok") == (row[2] is not None) for row in rows)
    assert all(row[4] for row in rows if row[2] is None), "what has no value says why"


def formats(folder):
    everything = folder / "everything.json"
    everything.write_text(json.dumps(run_with_everything()))
    for path, lost in ((RUN, 0), (everything, 1)):  # the refused one has samples and no value
        run = json.loads(path.read_text())
        values = check_json(path, counts(run)[1] - lost)
        check_xml(path, run)
        check_sqlite(path, run, values)
        table = list(csv.reader(io.StringIO(exported(path, "csv"))))
        assert len({len(line) for line in table}) == 1
        assert not any(cell.lower() in ("nan", "inf", "-inf") for line in table for cell in line)
        for form in FORMATS:
            text = exported(path, form)
            assert text == exported(path, form), f"{form} differs from one time to the next"
            out = folder / "out"
            subprocess.run([PROGRAM, "export", path, "--format", form, "-o", out], check=True)
            assert out.read_bytes().decode() == text
    print("read by Python: JSON of three formats, XML, CSV, SQL in SQLite", sqlite3.sqlite_version)


def compare(folder):
    tool = pathlib.Path("/usr/share/benchmark/compare.py")
    if not tool.exists():
        skip("libbenchmark-tools is not installed")
    if subprocess.run([sys.executable, "-c", "import scipy, numpy"], capture_output=True).returncode != 0:
        skip("python3-scipy is not installed")
    run = run_with_everything()
    names = ("old", "new")
    for factor, name in zip((1, 2), names):
        for row in run["rows"]:
            row["samples_s"] = [sample * factor for sample in row["samples_s"]]
            for pair in row["pairs"]:
                pair["kernel_s"] *= factor  # a pair is one of the samples
        (folder / f"{name}.json").write_text(json.dumps(run))
        (folder / name).write_text(exported(folder / f"{name}.json", "gbench"))
    done = subprocess.run([sys.executable, tool, "--no-color", "benchmarks", *(folder / name for name in names)],
                          capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"})
    compared = done.stdout.count("+1.0000         +1.0000")
    # Both times twice as long in every series, and so is their geometric mean.
    assert compared == counts(run)[1] - 1 + 1, (compared, counts(run), done.stdout[-2000:])
    print("compared by Google Benchmark's compare.py:", compared - 1, "series")


def openmetrics(folder):
    try:
        from prometheus_client.openmetrics import parser as strict
        from prometheus_client import parser as classic
    except ImportError:
        skip("python3-prometheus-client is not installed")
    run = run_with_everything()
    path = folder / "run.json"
    path.write_text(json.dumps(run))
    text = exported(path, "openmetrics")
    assert text.endswith("# EOF\n")
    for parser in (strict, classic):
        families = {family.name: family for family in parser.text_string_to_metric_families(text)}
        values = [sample for name, family in families.items() for sample in family.samples
                  if name.startswith(("roofmark_time", "roofmark_throughput"))]
        assert len(values) == counts(run)[1] - 1
        assert len({sample.labels["id"] for sample in values}) == len(values)
        assert all(math.isfinite(sample.value) and sample.value > 0 for sample in values)
        outcomes = {sample.labels["outcome"]: sample.value for sample in families["roofmark_rows"].samples}
        assert outcomes["refused"] == outcomes["failed"] == outcomes["skipped"] == 1
        assert sum(outcomes.values()) == len(run["rows"])
    assert families["roofmark_time_seconds"].documentation
    print("read by the parsers of OpenMetrics and of Prometheus:", len(values), "series")


def junit(folder):
    try:
        import junitparser
    except ImportError:
        skip("python3-junitparser is not installed")
    run = run_with_everything()
    path, out = folder / "run.json", folder / "junit.xml"
    path.write_text(json.dumps(run))
    out.write_text(exported(path, "junit"))
    [suite] = junitparser.JUnitXml.fromfile(str(out))
    said = (suite.tests, suite.failures, suite.skipped)
    suite.update_statistics()
    assert said == (suite.tests, suite.failures, suite.skipped) and said[0] == len(run["rows"])
    print("read by junitparser:", said[0], "test cases")


def server_programs():
    places = [pathlib.Path(found).parent for found in [shutil.which("initdb")] if found]
    places += sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    place = next((place for place in places if (place / "initdb").exists()), None)
    if place is None or not shutil.which("psql"):
        skip("PostgreSQL is not installed")
    return place


def postgresql(folder):
    programs = server_programs()
    as_server = []  # initdb refuses root
    if os.getuid() == 0:
        if not shutil.which("setpriv") or not any(user.pw_name == "postgres" for user in pwd.getpwall()):
            skip("PostgreSQL refuses root, and there is no user postgres")
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_server = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    data = folder / "data"

    def server(program, *arguments):
        subprocess.run([*as_server, programs / program, "-D", data, *arguments], check=True, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def psql(*arguments, **more):
        return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres", *arguments],
                              capture_output=True, text=True, check=True, **more).stdout

    run = run_with_everything()
    path = folder / "run.json"
    path.write_text(json.dumps(run))
    statements = exported(path, "sql")
    server("initdb", "-A", "trust", "--no-sync", "-E", "UTF8", "-U", "postgres")
    # A socket in the folder and no port: nobody else is disturbed.
    server("pg_ctl", "-w", "-l", folder / "log", "-o", f"-F -k {folder} -c listen_addresses=''", "start")
    try:
        for _ in range(2):
            psql(input=statements)
        said = psql("-A", "-t", "-c", "SELECT count(*), count(value) FROM roofmark_series")
        version = psql("-A", "-t", "-c", "SHOW server_version").split()[0]
        kernel = psql("-A", "-t", "-z", "-0", "-c", f"SELECT kernel FROM roofmark_series WHERE kernel LIKE 'a\"b%'")
    finally:
        server("pg_ctl", "-m", "immediate", "stop")
    rows, timed = counts(run)
    assert said.strip() == f"{rows}|{timed - 1}", said
    assert kernel.rstrip("\0\n") == HOSTILE, kernel
    print("taken by PostgreSQL", version, "unchanged:", rows, "series")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="roofmark-exports-"))
    try:
        {"formats": formats, "compare": compare, "openmetrics": openmetrics, "junit": junit,
         "postgresql": postgresql}[PART](folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
