"""Runs, index and baselines under kill -9, a full disk and two writers: store_faults_test.py PROGRAM [KILLS]."""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

CASES = ["--preset=quick", "--only=probes", "--filter=^(clock|fork_join)/", "--quiet"]  # --preset first


def check(claim, holds):
    if not holds:
        raise SystemExit(f"failed: {claim}")


class Store:
    def __init__(self, program, folder):
        self.program, self.path = program, pathlib.Path(folder)

    def words(self, *arguments):
        return [self.program, *arguments, f"--store={self.path}"]

    def call(self, *arguments):
        return subprocess.run(self.words(*arguments), capture_output=True, text=True)

    def start(self, *arguments):
        return subprocess.Popen(self.words(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def runs(self):
        return sorted(self.path.glob("*/*.json"))

    def journals(self):
        return sorted(self.path.glob("*/*.partial.jsonl"))

    def strays(self):
        """Files that are neither runs, their reports, journals nor the index."""
        return [p for p in self.path.rglob("*") if p.is_file() and not p.name.startswith("index.sqlite")
                and not p.name.endswith((".json", ".html", ".partial.jsonl", ".plan"))]

    def indexed(self):
        said = self.call("index")
        check(f"the index can be made: {said.stderr}", said.returncode == 0)
        return int(said.stdout.split()[0])


def rows_of_journal(path):
    """Whole lines after the header, by id, as they stand there."""
    whole = path.read_text().split("\n")[:-1]
    return {json.loads(line)["id"]: json.loads(line) for line in whole[1:]}


def kills(program, count, seed):
    """A run killed at random moments is finished from what it has."""
    random.seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(program, folder)
        start = time.monotonic()
        check("a run that nobody kills ends well", store.call("run", *CASES).returncode == 0)
        whole_s = time.monotonic() - start
        wanted = {row["id"] for row in json.loads(store.runs()[0].read_text())["rows"]}
        resumed = 0
        for turn in range(count):
            before = set(store.runs())
            child = store.start("run", *CASES)
            # The moments are spread over the whole run, its beginning and end too.
            time.sleep(whole_s * (turn + random.random()) / count)
            child.send_signal(signal.SIGKILL)
            child.wait()
            journals = store.journals()
            if not journals:  # before it had begun, or after its end
                continue
            resumed += 1
            kept = rows_of_journal(journals[0])
            if journals[0].read_text().count("\n") == 0:
                journals[0].unlink()  # killed in the middle of its header: nothing was measured
                continue
            done = set(store.runs()) - before
            said = store.call("run", "--resume", "--quiet")
            if done:  # killed between writing the run and removing its journal
                check("a finished run is not finished twice",
                      said.returncode == 0 and "finished already" in said.stderr and set(store.runs()) - before == done)
                check("its journal is gone", not store.journals())
                continue
            check(f"it is finished: {said.stderr}", said.returncode == 0)
            check("its journal is gone", not store.journals())
            new = set(store.runs()) - before
            check("there is one run more", len(new) == 1)
            run = json.loads(new.pop().read_text())
            rows = {row["id"]: row for row in run["rows"]}
            check("every row is there once", run["complete"] and set(rows) == wanted and len(run["rows"]) == len(wanted))
            check("no finished row is measured twice", all(rows[i] == row for i, row in kept.items()))
        check("every run is in the index", store.indexed() == len(store.runs()))
        check(f"nothing half is left: {store.strays()}", not store.strays())
        return f"{count} kills, {resumed} runs resumed"


def two_at_once(program):
    with tempfile.TemporaryDirectory() as folder:
        store = Store(program, folder)
        children = [store.start("run", *CASES, f"--campaign=c{i}") for i in range(2)]
        indexing = [store.start("index") for _ in range(2)] if store.path.exists() else []
        check("both runs end well", [child.wait() for child in children] == [0, 0])
        for child in indexing:
            child.wait()
        check("both are kept", len(store.runs()) == 2 and store.indexed() == 2)
        campaigns = {json.loads(run.read_text())["campaign"] for run in store.runs()}
        check("each as it was asked for", campaigns == {"c0", "c1"})


class SmallDisk:
    """A file system of little room, or None where none can be mounted."""

    def __init__(self, kilobytes):
        self.folder = tempfile.mkdtemp()
        words = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "roofmark-test", self.folder]
        try:
            self.mounted = subprocess.run(words, capture_output=True).returncode == 0
        except OSError:
            self.mounted = False

    def resize(self, kilobytes):
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", self.folder], check=True)

    def fill(self, leaving_kilobytes):
        state = os.statvfs(self.folder)
        left = state.f_bavail * state.f_frsize - leaving_kilobytes * 1024
        with open(pathlib.Path(self.folder, "filler"), "ab") as file:
            file.write(bytes(max(left, 0)))

    def free(self):
        pathlib.Path(self.folder, "filler").unlink(missing_ok=True)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", self.folder], check=False)
        os.rmdir(self.folder)


def full_disk(program, rooms):
    """At every amount of room either the old state or the new one is there, and the exit code says which."""
    disk = SmallDisk(4096)
    try:
        if not disk.mounted:
            return "no small disk could be mounted"
        store = Store(program, disk.folder)
        for _ in range(3):
            check("there is room for a run", store.call("run", *CASES[1:], "--preset=standard", "--campaign=c").returncode == 0)
        check("and an index", store.indexed() == 3)
        check("and a baseline", store.call("baseline", "save", "main", "--from=c").returncode == 0)
        baseline = next(store.path.glob("*/baselines/main.json"))
        old = baseline.read_text()
        failures = 0
        for room in rooms:
            before = {run: run.read_text() for run in store.runs()}
            disk.fill(room)
            index, saved, run = (store.call(*words) for words in (
                ("index",), ("baseline", "save", "main", "--from=c", "--replace"), ("run", *CASES)))
            for said in (index, saved, run):
                failures += said.returncode != 0
                check(f"what failed says why at {room} KiB: {said}",
                      said.returncode == 0 or (said.returncode == 3 and any(
                          why in said.stderr for why in ("No space left", "disk is full"))))
            check("what was there is there", all(path.read_text() == text for path, text in before.items()))
            now = json.loads(baseline.read_text())
            check("the baseline is the old one or the new one",
                  baseline.read_text() == old if saved.returncode != 0 else now["runs"] == json.loads(old)["runs"])
            old = baseline.read_text()
            for path in store.runs():
                check("every run is whole", json.loads(path.read_text())["complete"])
            check("a run that ended well is kept", run.returncode != 0 or len(store.runs()) > len(before))
            disk.free()
            if store.journals():
                check("what was begun is finished", store.call("run", "--resume", "--quiet").returncode == 0)
            for path in set(store.runs()) - set(before):
                path.unlink()
                path.with_suffix(".html").unlink(missing_ok=True)
            check("the index follows", store.indexed() == 3)
        check("some of it failed", failures >= 2)
        check(f"nothing half is left: {store.strays()}", not store.strays())
        return f"{failures} of {3 * len(rooms)} commands met a full disk"
    finally:
        disk.close()


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    said = [kills(program, count, seed=count)]
    two_at_once(program)
    said.append(full_disk(program, [96 * i // count for i in range(count)]))
    print("; ".join(said))
    if "no small disk" in said[-1]:
        sys.exit(77)


main()
