"""What makes a bundle, short of building one: how scripts/bundle refuses, and where an installed program looks for
its libraries.  bundle_test.py CMAKE BUILD_FOLDER SCRIPT"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, SCRIPT = sys.argv[1:4]


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


class Bundle(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_what_cannot_be_meant_is_refused_before_anything_is_built(self):
        (self.folder / "letters").mkdir()
        (self.folder / "letters" / "kept").write_text("x")
        for arguments, said in [(["--cublas"], "unknown argument '--cublas'"), (["-o"], "-o wants"),
                                (["-o", "a.zip"], "only .tar.gz is known"),
                                (["-o", self.folder / "letters"], "is no bundle")]:
            with self.subTest(arguments=arguments):
                done = run(SCRIPT, *arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(said, done.stderr)
        self.assertEqual((self.folder / "letters" / "kept").read_text(), "x")

    def test_help_says_what_it_takes(self):
        done = run(SCRIPT, "--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("scripts/bundle [--no-cublas] [-o DIR|FILE.tar.gz]", done.stdout)

    @unittest.skipUnless(shutil.which("readelf"), "readelf is needed")
    def test_an_installed_program_finds_libraries_beside_itself_and_so_do_those(self):
        done = run(CMAKE, "--install", BUILD, "--component", "roofmark", "--prefix", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        program = self.folder / "bin" / "roofmark"
        dynamic = run("readelf", "-d", program).stdout
        self.assertIn("(RPATH)", dynamic)
        self.assertIn("[$ORIGIN/../lib]", dynamic)
        self.assertNotIn("(RUNPATH)", dynamic)
        self.assertIn("roofmark", run(program, "--version").stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
