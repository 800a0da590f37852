#include "core/elf_file.h"

#include <utility>

namespace roofmark {

ElfFile::ElfFile(std::string_view bytes, std::string refusal)
    : bytes_(bytes), refusal_(std::move(refusal)) {
  constexpr std::uint32_t nothing_in_file = 8;
  const bool is_elf = bytes.size() >= 64 && bytes.substr(0, 6) ==
                                                "\x7f"
                                                "ELF\x02\x01";
  if (!is_elf) refuse();
  const auto begin = number<std::uint64_t>(40);
  const auto size = number<std::uint16_t>(58);
  std::uint64_t count = number<std::uint16_t>(60);
  // Beyond 0xfeff sections their number stands in the first.
  if (count == 0) count = number<std::uint64_t>(begin + 32);
  if (size < 64 || count > bytes.size() / 64) refuse();
  std::vector<std::uint32_t> names;
  for (std::uint64_t i = 0, at = begin; i < count; ++i, at += size) {
    ElfSection one;
    names.push_back(number<std::uint32_t>(at));
    one.type = number<std::uint32_t>(at + 4);
    one.flags = number<std::uint64_t>(at + 8);
    one.link = number<std::uint32_t>(at + 40);
    one.info = number<std::uint32_t>(at + 44);
    one.entry_bytes = number<std::uint64_t>(at + 56);
    const auto offset = number<std::uint64_t>(at + 24);
    one.size_bytes = number<std::uint64_t>(at + 32);
    if (one.type != nothing_in_file && one.type != 0) {
      if (offset > bytes.size() || bytes.size() - offset < one.size_bytes) refuse();
      one.bytes = bytes.substr(offset, one.size_bytes);
    }
    sections_.push_back(one);
  }
  std::uint64_t table = number<std::uint16_t>(62);
  if (table == 0xffff && !sections_.empty()) table = sections_.front().link;
  if (table >= sections_.size()) return;
  const std::string_view text = sections_[table].bytes;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (names[i] < text.size()) {
      sections_[i].name = text.substr(names[i], text.find('\0', names[i]) - names[i]);
    }
  }
}

}  // namespace roofmark
