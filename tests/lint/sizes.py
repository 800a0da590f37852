"""Files over 400 lines and functions over 60 want splitting, or a reason."""

import ast
import re
import sys

import tree

FILE_LINES = 400
FUNCTION_LINES = 60

# "file" or "file:function" -> why it may be longer.  An entry that is no longer needed is a finding too.
ALLOWED = {}

SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b[^()=]*$|\bextern\s*$")
NAME = re.compile(r"([~\w]+|operator\s*\S+)\s*\(")


def functions(text):
    """(name, first line, last line) of every function body of C++ source, found by its braces: a brace at
    namespace or class scope that follows a parameter list and is not an initializer."""
    bare = tree.without_comments(text)
    bare = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), bare, flags=re.MULTILINE)
    found = []
    stack = []  # of (kind, name, start offset)
    begin = 0  # where the current declaration begins
    for match in re.finditer(r"[{};]", bare):
        char, at = match.group(0), match.start()
        inside = any(kind == "function" for kind, _, _ in stack)
        if char == "{":
            head = bare[begin:at]
            kind = "block"
            name = ""
            if not inside:
                named = NAME.search(head)
                if SCOPE.search(head):
                    kind = "scope"
                elif named and not re.search(r"=\s*$", head):
                    kind, name = "function", named.group(1)
            start = begin + len(head) - len(head.lstrip())
            stack.append((kind, name, start))
        elif char == "}" and stack:
            kind, name, start = stack.pop()
            if kind == "function":
                found.append((name, tree.line_of(bare, start), tree.line_of(bare, at)))
            if kind == "block" and not inside:
                continue  # an initializer: the declaration goes on
            inside = any(kind == "function" for kind, _, _ in stack)
        if not inside:
            begin = at + 1
    return found


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def check(root, allowed=None):
    allowed = ALLOWED if allowed is None else allowed
    long = {}
    for file in tree.files(root):
        program = file.startswith(("scripts/", ".ci/")) and "." not in file.rsplit("/", 1)[-1]
        if not program and not file.endswith(tree.CODE + (".py", ".cmake", "CMakeLists.txt")):
            continue
        text = tree.read(root, file)
        lines = text.count("\n")
        if lines > FILE_LINES:
            long[file] = f"{file}:1: {lines} lines (more than {FILE_LINES})"
        found = functions(text) if file.endswith(tree.CODE) else []
        if file.endswith(".py"):
            found = python_functions(text)
        for name, first, last in found:
            if last - first + 1 > FUNCTION_LINES:
                long[f"{file}:{name}"] = f"{file}:{first}: {name} has {last - first + 1} lines (more than {FUNCTION_LINES})"
    split = "split it, or give the reason in ALLOWED of tests/lint/sizes.py"
    findings = [f"{text}; {split}" for key, text in long.items() if key not in allowed]
    findings += [f"tests/lint/sizes.py:1: {key} is allowed but not long; drop the entry" for key in allowed if key not in long]
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root_argument()), "sizes"))
