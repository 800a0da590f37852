// Files in the Executable and Linkable Format, as far as machine code is read from them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace roofmark {

struct ElfSection {
  std::string_view name;
  std::uint32_t type = 0, link = 0, info = 0;
  std::uint64_t flags = 0, entry_bytes = 0, size_bytes = 0;
  std::string_view bytes;  ///< empty where the section has none in the file
};

/// Of 64 bits and little-endian: headers and sections, as the System V ABI lays them down.
class ElfFile {
 public:
  /// `refusal`: what the InputError says that is thrown where it is none or ends too early.
  ElfFile(std::string_view bytes, std::string refusal);

  std::uint16_t type() const { return number<std::uint16_t>(16); }
  std::uint16_t machine() const { return number<std::uint16_t>(18); }
  const std::vector<ElfSection>& sections() const { return sections_; }

  /// The unsigned number at a place in the file.
  template <class T>
  T number(std::uint64_t at) const {
    return number_in<T>(bytes_, at);
  }
  /// The same in any bytes.
  template <class T>
  T number_in(std::string_view bytes, std::uint64_t at) const {
    if (at > bytes.size() || bytes.size() - at < sizeof(T)) refuse();
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return static_cast<T>(value);
  }
  [[noreturn]] void refuse() const { throw InputError(refusal_); }

 private:
  std::string_view bytes_;
  std::string refusal_;
  std::vector<ElfSection> sections_;
};

/// 64-bit FNV-1a, of what the compiler wrote.
class CodeFnv {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
    }
  }
  void add(std::uint64_t number) {
    char bytes[8];
    for (char& byte : bytes) {
      byte = static_cast<char>(number & 0xff);
      number >>= 8;
    }
    add(std::string_view(bytes, sizeof bytes));
  }
  std::uint64_t value() const { return value_; }
  /// In 16 hexadecimal digits.
  std::string digits() const {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[value_ >> shift & 15];
    return text;
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace roofmark
