"""The recipes of docs/ci.md do what they say: ci_recipes_test.py PROGRAM RUN CI.md [live].

Their steps are run as they stand, in the shells that the two services use.  `run` and `check` stand in for minutes of
measuring: a recorded run is put into the store, and the gate ends with the code that is asked for.  With `live` the
program measures and judges itself (by hand, on a machine that has a baseline called main)."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not installed")
    sys.exit(77)

PROGRAM, RUN, PAGE = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
LIVE = sys.argv[4:] == ["live"]

STAND_IN = r"""#!/bin/bash
case "$1" in
  run) [ "$*" = "run --quiet --store $ROOFMARK_STORE" ] || { echo "unexpected: $*" >&2; exit 2; }
       mkdir -p "$ROOFMARK_STORE/machine"; cp "$RECORDED" "$ROOFMARK_STORE/machine/20261122T174739Z-6ad60cfa.json"
       [ "$MEASURED" = 2 ] && exit 2
       echo "some table"; echo; echo "run     $ROOFMARK_STORE/machine/20261122T174739Z-6ad60cfa.json"
       exit "$MEASURED" ;;
  check) [ "$*" = "check --baseline main --store $ROOFMARK_STORE --junit roofmark-gate.xml" ] || { echo "unexpected: $*" >&2; exit 2; }
       "$PROGRAM" export "$RECORDED" --format junit -o roofmark-gate.xml
       echo "the gate says $GATE"; exit "$GATE" ;;
  *) exec "$PROGRAM" "$@" ;;
esac
"""


def recipes():
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.M | re.S)]


class Recipes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roofmark-ci-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "bin").mkdir()
        program = self.folder / "bin" / "roofmark"
        program.write_text(f'#!/bin/bash\nexec "{PROGRAM}" "$@"\n' if LIVE else STAND_IN)
        program.chmod(0o755)
        self.work = self.folder / "checkout"
        self.work.mkdir()
        self.summary = self.folder / "summary.md"

    def bash(self, script, gate, measured=0):
        """As both services run it: the first command that fails ends it, within a pipe too."""
        store = os.environ.get("ROOFMARK_STORE") if LIVE else None
        environment = {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "PROGRAM": str(PROGRAM),
                       "RECORDED": str(RUN), "GATE": str(gate), "MEASURED": str(measured), "GITHUB_STEP_SUMMARY": str(self.summary),
                       "ROOFMARK_STORE": store or str(self.folder / "store")}
        return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=self.work,
                              env=environment, capture_output=True, text=True)

    def github(self, gate, measured=0):
        """The exit code of the first step that failed; later ones are run where they say always()."""
        [job] = recipes()[0]["jobs"].values()
        self.assertEqual(job["defaults"]["run"]["shell"], "bash")
        failed = 0
        for step in job["steps"]:
            if "run" not in step or (failed and step.get("if") != "always()"):
                continue
            done = self.bash(step["run"], gate, measured)
            if done.returncode and not failed:
                failed = done.returncode
                self.assertEqual(step["name"], "Measure" if measured else "Gate", done.stderr)
        return failed, job

    def test_github_passes_fails_and_shows_why(self):
        for gate in (0, 1, 6):
            with self.subTest(gate=gate):
                self.summary.write_text("")
                code, job = self.github(gate)
                if not LIVE:
                    self.assertEqual(code, gate)
                    self.assertIn(f"```\nthe gate says {gate}\n```\n", self.summary.read_text())
                self.assertIn("## Ceilings", self.summary.read_text())
                self.assertLess(self.summary.stat().st_size, 1 << 20, "what GitHub takes of a step")
                uploads = [step for step in job["steps"] if "uses" in step]
                for path in uploads[-1]["with"]["path"].split():
                    self.assertTrue((self.work / path).stat().st_size > 0, path)
            if LIVE:
                break

    def test_gitlab_passes_fails_and_warns(self):
        [job] = recipes()[1].values()
        for gate in (0, 1, 5):
            with self.subTest(gate=gate):
                done = self.bash("\n".join(job["script"]), gate)
                if not LIVE:
                    self.assertEqual(done.returncode, gate, done.stderr)
                for report in job["artifacts"]["reports"]["junit"]:
                    root = xml.etree.ElementTree.parse(self.work / report).getroot()
                    self.assertGreater(int(root.find("testsuite").get("tests")), 0)
                for path in [*job["artifacts"]["paths"], job["artifacts"]["reports"]["metrics"]]:
                    self.assertTrue((self.work / path).stat().st_size > 0, path)
            if LIVE:
                break
        self.assertEqual(job["allow_failure"]["exit_codes"], [5, 6])

    @unittest.skipIf(LIVE, "with stand-ins alone")
    def test_a_row_that_failed_is_shown_and_ends_the_job_before_the_gate(self):
        [job] = recipes()[1].values()
        for run_in in (lambda: self.bash("\n".join(job["script"]), 0, 3).returncode, lambda: self.github(0, 3)[0]):
            self.assertEqual(run_in(), 3)
            self.assertFalse((self.work / "check.txt").exists())
            (self.work / "roofmark-junit.xml").unlink()  # it was written all the same

    @unittest.skipIf(LIVE, "with stand-ins alone")
    def test_a_run_that_never_began_ends_the_job(self):
        [job] = recipes()[1].values()
        self.assertEqual(self.bash("\n".join(job["script"]), 0, 2).returncode, 2)
        self.assertEqual(self.github(0, 2)[0], 2)
        self.assertFalse((self.work / "check.txt").exists())

    def test_one_job_at_a_time(self):
        self.assertTrue(recipes()[0]["concurrency"])
        [job] = recipes()[1].values()
        self.assertTrue(job["resource_group"])


unittest.main(argv=sys.argv[:1])
