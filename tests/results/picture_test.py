"""docs/roofline.svg is what `roofmark report RUN -o X.svg` makes of the kept run.
Usage: picture_test.py ROOFMARK RUN PICTURE"""

import pathlib
import subprocess
import sys
import tempfile

roofmark, run, picture = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    made = pathlib.Path(folder) / "roofline.svg"
    subprocess.run([roofmark, "report", run, "-o", made], check=True)
    if made.read_bytes() != pathlib.Path(picture).read_bytes():
        sys.exit(f"{picture} is not the picture of {run}; make it again: roofmark report {run} -o {picture}")
