"""What scripts/check-gate-live makes of checks' answers:  check_gate_live_test.py SCRIPT"""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import sys
import tempfile


def loaded(path):
    spec = importlib.util.spec_from_loader("live", importlib.machinery.SourceFileLoader("live", path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(part, code, *series, **more):
    """A check's; series are (id, verdict, confirmed, cause)."""
    rows = [dict(zip(("id", "verdict", "confirmed", "cause", "reason"), (*one, None))) for one in series]
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in ("same", "slower", "inconclusive")}
    return {"part": part, "code": code, "seconds": 1, "comparison": {"series": rows, "counts": counts}, **more}


GEMV = ("gemv/avx2/f32/cpu/t1/n=1", "slower", True, "kernel")
NORM = ("norm/avx2/f32/cpu/t1/rows=1", "same", False, None)
MACHINE = ("norm/avx2/f32/cpu/t1/rows=1", "slower", True, "machine")


def main():
    live = loaded(sys.argv[1])
    plant = {"plant": "gemv/avx2"}
    right = [answer("same", 0, NORM), answer("planted", 1, GEMV, NORM, **plant), answer("bus", 1, MACHINE), answer("bus", 4, NORM),
             {"part": "quota", "code": 4, "seconds": 1, "comparison": None}]
    wrong = [answer("same", 1, GEMV), answer("same", 3, NORM), answer("planted", 1, GEMV, (*MACHINE[:3], "library"), **plant),
             answer("planted", 0, (*GEMV[:1], "inconclusive", False, None), **plant), answer("planted", 1, NORM, **plant),
             answer("planted", 1, (*GEMV[:3], "machine"), **plant), answer("bus", 1, GEMV), answer("quota", 1, GEMV, MACHINE),
             {"part": "same", "code": 4, "seconds": 1, "comparison": None}]
    for about in right:
        assert live.wrong(about) is None, (about, live.wrong(about))
    for about in wrong:
        assert live.wrong(about), about
    with tempfile.TemporaryDirectory() as work:
        for number, about in enumerate(right[:1] * 2, 1):
            pathlib.Path(work, f"same-{number:02d}.json").write_text(json.dumps(about))
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            sys.argv = ["check-gate-live", "report", "--work", work, "--same", "2", "--planted", "0", "--bus", "0", "--quota", "0"]
            assert live.main() == 0
            pathlib.Path(work, "same-02.json").write_text(json.dumps(wrong[0]))
            assert live.main() == 1
            sys.argv[5] = "3"  # one is not there yet
            pathlib.Path(work, "same-02.json").write_text(json.dumps(right[0]))
            assert live.main() == 1
    assert "| same | 2 of 2 | 2 | 0 |" in said.getvalue() and "same 2: blamed: gemv" in said.getvalue(), said.getvalue()
    return 0


if __name__ == "__main__":
    sys.exit(main())
