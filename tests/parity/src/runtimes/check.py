"""Reads chunks from standard input, each behind its length (u32, little-endian), and writes a line for each.

See chunk.rs for the form of a chunk. Runs policy.wasm with the package `wasmtime` of PyPI.
"""

import struct
import sys
from importlib.metadata import version

import wasmtime

# Every so many cases an instance is fresh; the others are answered by one that was used before.
FRESH = 64


class Policy:
    """One instance, as bindings/guest describes it."""

    def __init__(self, engine, module):
        self.store = wasmtime.Store(engine)
        exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.memory = exports["memory"]
        self.alloc, self.step, self.release = (exports["doorward_" + name] for name in ("alloc", "step", "release"))
        self.size = -1

    def view(self):
        """The memory as it is now; it moves when it grows."""
        size = self.memory.data_len(self.store)
        if size != self.size:
            self.size, self.bytes = size, memoryview(self.memory.get_buffer_ptr(self.store)).cast("B")
        return self.bytes

    def is_same(self, request, facts, answer):
        """Whether the answer is the expected one."""
        store = self.store
        at = self.alloc(store, len(request) + len(facts)) & 0xFFFFFFFF
        middle = at + len(request)
        view = self.view()
        view[at:middle], view[middle:middle + len(facts)] = request, facts
        packed = self.step(store, at, len(request), middle, len(facts)) & 0xFFFFFFFFFFFFFFFF
        address, length = packed >> 32, packed & 0xFFFFFFFF
        same = length == len(answer) and self.view()[address:address + length] == answer
        self.release(store)
        return same


def check(engine, module, chunk):
    """`cases differences first` of a chunk."""
    (cases,), at = struct.unpack_from("<I", chunk), 4
    differences, first, policy = 0, -1, None
    for number in range(cases):
        lengths, at = struct.unpack_from("<III", chunk, at), at + 12
        parts = []
        for length in lengths:
            parts.append(chunk[at:at + length])
            at += length
        if policy is None or number % FRESH == 0:
            policy = Policy(engine, module)
        try:
            same = policy.is_same(*parts)
        except wasmtime.Trap:  # an empty answer stands for one
            policy, same = None, len(parts[2]) == 0
        if not same:
            differences += 1
            first = number if first < 0 else first
    return f"{cases} {differences} {first}"


def main():
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(engine, sys.argv[1])
    assert not module.imports, "the module wants imports"
    print(f"Python {sys.version.split()[0]}, wasmtime {version('wasmtime')}", flush=True)
    while head := sys.stdin.buffer.read(4):
        chunk = memoryview(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
        print(check(engine, module, chunk), flush=True)


if __name__ == "__main__":
    main()
