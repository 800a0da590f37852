// Walks an object file from each of its symbols along the relocations.
#include "core/machine_code.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "core/code_table.h"
#include "core/elf_file.h"

namespace roofmark {
namespace {

// ELF-64 as the System V ABI lays it down, without the system's own header.
constexpr std::uint16_t relocatable = 1, amd64 = 62, aarch64 = 183;
constexpr std::uint32_t symbol_table = 2, relocations_with_addends = 4, nothing_in_file = 8;
constexpr std::uint64_t executable = 4, mergeable = 0x10, strings = 0x20;
constexpr std::uint16_t undefined = 0, first_reserved = 0xff00;
constexpr int global = 1, weak = 2, of_object = 1, of_function = 2, of_section = 3;

struct Symbol {
  std::string name;
  int binding = 0, type = 0;
  bool is_hidden = false;
  std::uint16_t section = 0;
  std::uint64_t value = 0, size = 0;
};
struct Relocation {
  std::uint64_t offset = 0;
  std::uint32_t type = 0, symbol = 0;
  std::int64_t addend = 0;
};

class Object {
 public:
  Object(std::string_view bytes, const std::string& file)
      : bytes_(bytes),
        elf_(bytes, file +
                        ": no relocatable ELF object of x86-64 or AArch64; give what the "
                        "compiler wrote"),
        machine_(elf_.machine()) {
    if (elf_.type() != relocatable || (machine_ != amd64 && machine_ != aarch64)) refuse();
    read_symbols();
    read_relocations();
  }

  const std::vector<Symbol>& symbols() const { return symbols_; }

  /// All that symbol `index` is made of.
  std::uint64_t hash(std::size_t index) {
    const Symbol& symbol = symbols_[index];
    open_.clear();
    least_ = 0;
    return range(symbol.section, symbol.value, symbol.size);
  }

 private:
  [[noreturn]] void refuse() const { elf_.refuse(); }

  template <class T>
  T number(std::uint64_t at) const {
    return elf_.number<T>(at);
  }
  const ElfSection& section(std::size_t index) const {
    if (index >= elf_.sections().size()) refuse();
    return elf_.sections()[index];
  }

  void read_symbols() {
    for (const ElfSection& table : elf_.sections()) {
      if (table.type != symbol_table) continue;
      const std::string_view names = section(table.link).bytes;
      const std::uint64_t base = static_cast<std::uint64_t>(table.bytes.data() - bytes_.data());
      for (std::uint64_t at = 0; at + 24 <= table.bytes.size(); at += 24) {
        const auto name = number<std::uint32_t>(base + at);
        const auto info = number<std::uint8_t>(base + at + 4);
        Symbol symbol;
        symbol.is_hidden = (number<std::uint8_t>(base + at + 5) & 3) != 0;
        symbol.binding = info >> 4;
        symbol.type = info & 15;
        symbol.section = number<std::uint16_t>(base + at + 6);
        symbol.value = number<std::uint64_t>(base + at + 8);
        symbol.size = number<std::uint64_t>(base + at + 16);
        if (name < names.size()) symbol.name = names.substr(name, names.find('\0', name) - name);
        symbols_.push_back(std::move(symbol));
      }
    }
  }

  void read_relocations() {
    relocations_.resize(elf_.sections().size());
    for (const ElfSection& table : elf_.sections()) {
      if (table.type != relocations_with_addends || table.info >= elf_.sections().size()) continue;
      const std::uint64_t base = static_cast<std::uint64_t>(table.bytes.data() - bytes_.data());
      std::vector<Relocation>& of = relocations_[table.info];
      for (std::uint64_t at = 0; at + 24 <= table.bytes.size(); at += 24) {
        const auto info = number<std::uint64_t>(base + at + 8);
        of.push_back({number<std::uint64_t>(base + at), static_cast<std::uint32_t>(info),
                      static_cast<std::uint32_t>(info >> 32),
                      number<std::int64_t>(base + at + 16)});
      }
      std::sort(of.begin(), of.end(),
                [](const Relocation& a, const Relocation& b) { return a.offset < b.offset; });
    }
  }

  /// Relative to the end of the four bytes that hold it, so that its addend is 4 too small.
  bool counts_from_its_end(std::uint32_t type) const {
    constexpr std::uint32_t pc32 = 2, plt32 = 4, gotpcrel = 9, gotpcrelx = 41, rex_gotpcrelx = 42;
    return machine_ == amd64 && (type == pc32 || type == plt32 || type == gotpcrel ||
                                 type == gotpcrelx || type == rex_gotpcrelx);
  }
  /// Bytes that the linker fills in; on AArch64 bits of an instruction, of which the linker leaves
  /// the rest, zeroed by the compiler.
  std::uint64_t filled_bytes(std::uint32_t type) const {
    constexpr std::uint32_t x86_64 = 1, x86_pc64 = 24, arm_abs64 = 257, arm_prel64 = 260;
    if (machine_ == aarch64) return type == arm_abs64 || type == arm_prel64 ? 8 : 0;
    return type == x86_64 || type == x86_pc64 ? 8 : 4;
  }

  /// Bytes [begin, begin + size) of a section without what the linker fills in, and what they refer
  /// to.  What is being hashed already counts by its depth: functions may call each other in
  /// circles.
  std::uint64_t range(std::size_t index, std::uint64_t begin, std::uint64_t size) {
    const std::pair here(index, begin);
    const auto open = std::find(open_.begin(), open_.end(), here);
    if (open != open_.end()) {
      const auto depth = static_cast<std::size_t>(open - open_.begin());
      least_ = std::min(least_, depth);
      return depth;
    }
    if (const auto known = known_.find(here); known != known_.end()) return known->second;
    const std::size_t depth = open_.size();
    const std::size_t least_before = std::exchange(least_, depth);
    open_.push_back(here);
    CodeFnv hash;
    hash.add(size);
    const ElfSection& in = section(index);
    std::string bytes;
    if (in.type != nothing_in_file) {
      if (begin > in.bytes.size() || in.bytes.size() - begin < size) refuse();
      bytes = in.bytes.substr(begin, size);
    }
    CodeFnv references;
    for (const Relocation& one : relocations_[index]) {
      if (one.offset < begin || one.offset >= begin + size) continue;
      const std::uint64_t at = one.offset - begin;
      for (std::uint64_t i = at; i < std::min(at + filled_bytes(one.type), size); ++i) bytes[i] = 0;
      references.add(at);
      references.add(one.type);
      add_target(references, one);
    }
    hash.add(bytes);
    hash.add(references.value());
    open_.pop_back();
    // What refers to nothing that is still open is the same wherever it is asked for.
    if (least_ >= depth) known_.emplace(here, hash.value());
    least_ = std::min(least_, least_before);
    return hash.value();
  }

  void add_target(CodeFnv& hash, const Relocation& one) {
    if (one.symbol >= symbols_.size()) refuse();
    const Symbol& symbol = symbols_[one.symbol];
    if (symbol.section == undefined || symbol.section >= first_reserved) {
      hash.add(symbol.name);
      hash.add(static_cast<std::uint64_t>(one.addend));
      return;
    }
    const std::uint64_t end = counts_from_its_end(one.type) ? 4 : 0;
    const std::uint64_t place = symbol.value + static_cast<std::uint64_t>(one.addend) + end;
    const ElfSection& in = section(symbol.section);
    if ((in.flags & mergeable) != 0) return add_constant(hash, in, place);
    const Symbol* around = symbol.type == of_section || symbol.size == 0
                               ? symbol_around(symbol.section, place)
                               : &symbol;
    if (around == nullptr) {  // a table of jumps, a constant without a name: the whole section
      hash.add(place);
      hash.add(range(symbol.section, 0, in.bytes.size()));
      return;
    }
    hash.add(place - around->value);
    hash.add(range(around->section, around->value, around->size));
  }

  /// The linker joins equal constants of a mergeable section, so only their value counts.
  static void add_constant(CodeFnv& hash, const ElfSection& in, std::uint64_t place) {
    const std::uint64_t step = std::max<std::uint64_t>(in.entry_bytes, 1);
    if (place >= in.bytes.size()) return hash.add(place);
    if ((in.flags & strings) != 0) {
      return hash.add(in.bytes.substr(place, in.bytes.find('\0', place) - place));
    }
    hash.add(place % step);
    hash.add(in.bytes.substr(place / step * step, step));
  }

  /// The function or constant that a place lies in.
  const Symbol* symbol_around(std::uint16_t index, std::uint64_t place) const {
    for (const Symbol& symbol : symbols_) {
      const bool named = symbol.type == of_function || symbol.type == of_object;
      if (named && symbol.section == index && place >= symbol.value &&
          place < symbol.value + std::max<std::uint64_t>(symbol.size, 1)) {
        return &symbol;
      }
    }
    return nullptr;
  }

  std::string_view bytes_;
  ElfFile elf_;
  std::uint16_t machine_ = 0;
  std::vector<Symbol> symbols_;
  std::vector<std::vector<Relocation>> relocations_;    ///< by section
  using Place = std::pair<std::size_t, std::uint64_t>;  ///< section and where in it
  std::vector<Place> open_;                             ///< being hashed
  std::size_t least_ = 0;                               ///< depth that was referred to
  std::map<Place, std::uint64_t> known_;
};

}  // namespace

std::vector<CodeHash> code_hashes(std::string_view bytes, const std::string& file) {
  Object object(bytes, file);
  std::vector<CodeHash> hashes;
  for (std::size_t i = 0; i < object.symbols().size(); ++i) {
    const Symbol& symbol = object.symbols()[i];
    const bool visible = symbol.binding == global || symbol.binding == weak;
    const bool defined = symbol.section != undefined && symbol.section < first_reserved;
    const bool sized = symbol.type == of_function || symbol.type == of_object;
    if (visible && defined && sized) hashes.push_back({symbol.name, object.hash(i)});
  }
  return hashes;
}

std::vector<std::string> exported_functions(std::string_view bytes, const std::string& file) {
  const Object object(bytes, file);
  std::vector<std::string> names;
  for (const Symbol& symbol : object.symbols()) {
    const bool defined = symbol.section != undefined && symbol.section < first_reserved;
    const bool exported = symbol.binding == global && !symbol.is_hidden;
    if (defined && exported && symbol.type == of_function) names.push_back(symbol.name);
  }
  return names;
}

std::string code_hash(std::span<const CodeEntry> table, std::span<const void* const> addresses) {
  CodeFnv all;
  for (const void* address : addresses) {
    if (address == nullptr) continue;
    const auto at = std::find_if(table.begin(), table.end(),
                                 [&](const CodeEntry& entry) { return entry.address == address; });
    if (at == table.end()) return {};
    all.add(at->hash);
  }
  return all.digits();
}

}  // namespace roofmark
