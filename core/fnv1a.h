// A hash that tells texts apart, where nobody tries to deceive it: of machines, of files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roofmark {

/// 128-bit FNV-1a (Fowler, Noll, Vo; RFC 9923): hash = (hash xor byte) x prime, the prime being
/// 2^88 + 0x13B.  Not meant to withstand an attacker.
class Fnv1a {
 public:
  void add(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * prime;
  }
  /// The upper half in 16 hexadecimal digits.
  std::string digits() const {
    std::string text;
    for (int shift = 124; shift >= 64; shift -= 4) {
      text += "0123456789abcdef"[static_cast<unsigned>(hash_ >> shift) & 0xfu];
    }
    return text;
  }

 private:
  __extension__ typedef unsigned __int128 Word;
  static constexpr Word prime = (Word{1} << 88) + 0x13b;
  Word hash_ = (Word{0x6c62272e07bb0142u} << 64) | 0x62b821756295c58du;  // the offset basis
};

}  // namespace roofmark
