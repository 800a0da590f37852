// Which machine code lies where in this program: tables that the build generates from the objects
// of leaves (core/machine_code.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace roofmark {

/// A function or constant of this program and the hash of its code.
struct CodeEntry {
  const void* address;
  std::uint64_t hash;
};

/// Of kernels' and of probes' leaves.
std::span<const CodeEntry> kernels_code();
std::span<const CodeEntry> probes_code();

/// Sixteen hexadecimal digits for the code at all of these addresses together; empty where one of
/// them is in no row.  Null addresses stand for nothing.
std::string code_hash(std::span<const CodeEntry> table, std::span<const void* const> addresses);

/// The same of leaves: functions, or constants that name functions.
template <class... Leaf>
std::string leaf_code(std::span<const CodeEntry> table, Leaf*... leaves) {
  const void* const addresses[] = {reinterpret_cast<const void*>(leaves)...};
  return code_hash(table, addresses);
}

}  // namespace roofmark
