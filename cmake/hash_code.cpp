// Writes the table of hashes of a room's leaves: hash_code FUNCTION OUT.cpp OBJECT...
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "core/error.h"
#include "core/machine_code.h"

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw roofmark::InputError("cannot read " + path + "; build it first");
  return text.str();
}

/// A symbol may be named in an assembler string.
bool is_plain(const std::string& symbol) {
  return !symbol.empty() && symbol.find_first_of("\"\\\n") == std::string::npos;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 3) throw roofmark::InputError("usage: hash_code FUNCTION OUT.cpp OBJECT...");
  std::map<std::string, std::uint64_t> hashes;
  for (int i = 3; i < count; ++i) {
    for (const roofmark::CodeHash& one : roofmark::code_hashes(contents(words[i]), words[i])) {
      if (is_plain(one.symbol)) hashes.emplace(one.symbol, one.hash);
    }
  }
  std::ostringstream text, rows;
  text << "// Generated from the objects of leaves.\n#include \"core/code_table.h\"\n\n";
  int number = 0;
  for (const auto& [symbol, hash] : hashes) {
    text << "extern const char roofmark_leaf_" << number << "[] __asm__(\"" << symbol << "\");\n";
    rows << "      {roofmark_leaf_" << number++ << ", " << hash << "u},\n";
  }
  text << "\nnamespace roofmark {\n\nstd::span<const CodeEntry> " << words[1] << "() {\n"
       << "  static constexpr CodeEntry all[] = {\n      {nullptr, 0},\n"
       << rows.str() << "  };\n  return all;\n}\n\n}  // namespace roofmark\n";
  std::ofstream out(words[2], std::ios::binary);
  out << text.str() << std::flush;
  if (!out) throw roofmark::InputError(std::string("cannot write ") + words[2] + "; free space");
  return 0;
} catch (const std::exception& error) {
  std::cerr << "hash_code: " << error.what() << "\n";
  return 1;
}
