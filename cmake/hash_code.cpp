// Writes the tables of hashes of a room's leaves and of what its GPU launchers launch: hash_code
// ROOM OUT.cpp OBJECT...
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "core/error.h"
#include "core/gpu_code.h"
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

/// Declares the symbols that it is asked for and gives them names of C++.
class Declarations {
 public:
  std::string name(const std::string& symbol) {
    const auto [at, is_new] =
        names_.try_emplace(symbol, "roofmark_code_" + std::to_string(names_.size()));
    if (is_new) text_ += "extern const char " + at->second + "[] __asm__(\"" + symbol + "\");\n";
    return at->second;
  }
  const std::string& text() const { return text_; }

 private:
  std::map<std::string, std::string> names_;
  std::string text_;
};

/// Rows of both tables.
struct Tables {
  Declarations declared;
  std::string leaves, launchers;

  void add(const std::string& object, const std::string& file) {
    const std::vector<roofmark::DeviceCode> codes = roofmark::device_code_hashes(object, file);
    if (codes.empty()) {
      for (const roofmark::CodeHash& one : roofmark::code_hashes(object, file)) {
        if (!is_plain(one.symbol) || !known_.insert(one.symbol).second) continue;
        leaves += "      {" + declared.name(one.symbol) + ", " + std::to_string(one.hash) + "u},\n";
      }
      return;
    }
    for (const std::string& function : roofmark::exported_functions(object, file)) {
      for (const roofmark::DeviceCode& code : codes) {
        if (!is_plain(function)) continue;
        launchers += "      {" + declared.name(function) + ", " +
                     std::to_string(code.architecture) + ", " + std::to_string(code.hash) + "u},\n";
      }
    }
  }

 private:
  std::set<std::string> known_;
};

std::string table(const std::string& type, const std::string& function, const std::string& nothing,
                  const std::string& rows) {
  return "std::span<const " + type + "> " + function + "() {\n  static constexpr " + type +
         " all[] = {\n      " + nothing + ",\n" + rows + "  };\n  return all;\n}\n";
}

}  // namespace

int main(int count, char** words) try {
  if (count < 3) throw roofmark::InputError("usage: hash_code ROOM OUT.cpp OBJECT...");
  const std::string room = words[1];
  Tables tables;
  for (int i = 3; i < count; ++i) tables.add(contents(words[i]), words[i]);
  std::ofstream out(words[2], std::ios::binary);
  out << "// Generated from the objects of leaves and of GPU sources.\n#include "
         "\"core/code_table.h\"\n"
      << "#include \"core/gpu_code.h\"\n\n"
      << tables.declared.text() << "\nnamespace roofmark {\n\n"
      << table("CodeEntry", room + "_code", "{nullptr, 0}", tables.leaves) << "\n"
      << table("GpuCodeEntry", room + "_gpu_code", "{nullptr, 0, 0}", tables.launchers)
      << "\n}  // namespace roofmark\n"
      << std::flush;
  if (!out) throw roofmark::InputError(std::string("cannot write ") + words[2] + "; free space");
  return 0;
} catch (const std::exception& error) {
  std::cerr << "hash_code: " << error.what() << "\n";
  return 1;
}
