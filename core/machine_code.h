// Hashes of machine code, taken from the object files that a compiler wrote, where what depends on
// the place of code and data is still apart from them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roofmark {

/// A function or constant that other objects can name, and the hash of all it is made of: its own
/// bytes and those of what it refers to in the same object (functions, constants, tables), and the
/// names of what it refers to in others.
struct CodeHash {
  std::string symbol;
  std::uint64_t hash = 0;
  bool operator==(const CodeHash&) const = default;
};

/// Every global symbol that a relocatable ELF object defines, in its order.  Where a compiler puts
/// each function and constant into a section of its own (-ffunction-sections, -fdata-sections) the
/// hash of one changes with that one alone.  FNV-1a of 64 bits.  Throws InputError naming `file`
/// where it is no such object of 64 bits, little-endian, with addends in its relocations (x86-64,
/// AArch64).
std::vector<CodeHash> code_hashes(std::string_view object, const std::string& file);

/// The functions of such an object that other objects may call, without those that more than one
/// object may define.
std::vector<std::string> exported_functions(std::string_view object, const std::string& file);

}  // namespace roofmark
