"""No weak or unique symbol, no start-up code and nothing outside the namespace of its instruction set in a
leaf's object: of two weak copies the linker keeps any, and may hand AVX-512 code to an old host."""

import sys

import objects
import tree

WEAK = {"W": "weak", "V": "a weak object", "w": "weak", "v": "a weak object", "u": "unique"}
START_UP = (".init_array", ".ctors", ".preinit_array")


def check(list_file, nm="nm", objdump="objdump"):
    findings = []
    for isa, path in objects.listed(list_file):
        # A leaf for every host of the architecture ("base") stands in the project's namespace.
        namespace = "" if isa == "base" else f"isa_{isa}"
        prefix = f"_ZN8roofmark{len(namespace)}{namespace}" if namespace else "_ZN8roofmark"
        for name, kind in objects.symbols(nm, path):
            if kind in WEAK:
                findings.append(f"{path}:1: {name} is {WEAK[kind]} (the linker may pick it for another "
                                "instruction set); make it static or inline it away")
            elif kind in "BCGS" or (kind == "D" and objects.writable_bytes(objdump, path)):
                findings.append(f"{path}:1: {name} is data (kind {kind}) seen from outside; make it static")
            elif kind.isupper() and not name.startswith(prefix):
                findings.append(f"{path}:1: {name} lies outside roofmark::{namespace} (it may replace another); move it in")
        for section in objects.sections(objdump, path):
            if section.startswith(START_UP):
                findings.append(f"{path}:1: {section} runs at start-up on every host; remove the static object")
    return findings


if __name__ == "__main__":
    if not objects.tool("nm") or not objects.tool("objdump"):
        sys.exit(tree.skip("nm and objdump are not installed (package binutils)"))
    sys.exit(tree.finish(check(sys.argv[1]), "symbols"))
