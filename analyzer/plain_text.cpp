#include "analyzer/plain_text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace roofmark {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 1;  ///< bytes it takes
  bool valid = true;
};

/// The character at the front; surrogates, overlong forms and values above U+10FFFF are not valid.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {0, 1, false};
  char32_t code = first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 1, false};
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least[size] || code > 0x10FFFF || surrogate) return {0, 1, false};
  return {code, size, true};
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool within(char32_t code, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range range) { return code >= range.first && code <= range.last; });
}

// Controls, bidirectional marks, zero-width and invisible characters, tags, non-characters.
constexpr std::array<Range, 12> acting{{{0x00, 0x1F},
                                        {0x7F, 0x9F},
                                        {0xAD, 0xAD},
                                        {0x61C, 0x61C},
                                        {0x180E, 0x180E},
                                        {0x200B, 0x200F},
                                        {0x2028, 0x202E},
                                        {0x2060, 0x206F},
                                        {0xFEFF, 0xFEFF},
                                        {0xFFF9, 0xFFFB},
                                        {0xFFFE, 0xFFFF},
                                        {0xE0000, 0xE007F}}};
constexpr std::array<Range, 7> combining{{{0x300, 0x36F},
                                          {0x483, 0x489},
                                          {0x591, 0x5BD},
                                          {0x64B, 0x65F},
                                          {0x1AB0, 0x1AFF},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0x303E},
                                     {0x3041, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0x1F300, 0x1FAFF},
                                     {0x20000, 0x3FFFD}}};

/// Bytes of the escape sequence that `text` (after its ESC) begins with: ECMA-48 control sequences,
/// and strings (operating system commands) up to BEL or ST.
std::size_t escape_size(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '[') {
    std::size_t at = 1;
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x40) ++at;
    return std::min(at + 1, text.size());
  }
  if (text[0] == ']' || text[0] == 'P' || text[0] == '^' || text[0] == '_' || text[0] == 'X') {
    for (std::size_t at = 1; at < text.size(); ++at) {
      if (text[at] == '\a') return at + 1;
      if (text[at] == '\033') return at + 1 < text.size() ? at + 2 : at + 1;
    }
    return text.size();
  }
  return static_cast<unsigned char>(text[0]) < 0x80 ? 1 : 0;
}

std::size_t width_of(char32_t code) {
  if (within(code, combining)) return 0;
  return within(code, wide) ? 2 : 1;
}

}  // namespace

std::string plain(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character at = decode(text);
    if (!at.valid) {
      result += "\uFFFD";
    } else if (at.code == 0x1B) {
      text.remove_prefix(1 + escape_size(text.substr(1)));
      continue;
    } else if (at.code == '\t' || at.code == '\n' || at.code == '\r') {
      result += ' ';
    } else if (!within(at.code, acting)) {
      result += text.substr(0, at.size);
    }
    text.remove_prefix(at.size);
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character at = decode(text);
    width += at.valid ? width_of(at.code) : 1;
    text.remove_prefix(at.size);
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  struct Piece {
    std::string_view bytes;
    std::size_t width;
  };
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const Character at = decode(text);
    pieces.push_back({text.substr(0, at.size), at.valid ? width_of(at.code) : 1});
    text.remove_prefix(at.size);
  }
  const std::size_t head_columns = (columns - 1) - (columns - 1) / 2,
                    tail_columns = (columns - 1) / 2;
  std::string head, tail;
  std::size_t used = 0;
  for (const Piece& piece : pieces) {
    if ((used += piece.width) > head_columns) break;
    head += piece.bytes;
  }
  std::size_t begin = pieces.size();
  used = 0;
  while (begin > 0 && (used += pieces[begin - 1].width) <= tail_columns) --begin;
  for (; begin < pieces.size(); ++begin) tail += pieces[begin].bytes;
  return head + "\u2026" + tail;
}

std::string plain_within(std::string_view text, std::size_t columns) {
  // Ends that hold enough even where every column takes eight bytes of marks and controls.
  const std::size_t enough = 8 * columns + 64;
  if (text.size() <= 4 * enough) return shorten(plain(text), columns);
  std::size_t tail = text.size() - enough;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xC0) == 0x80) ++tail;
  std::size_t head = enough;
  while (head > 0 && (static_cast<unsigned char>(text[head]) & 0xC0) == 0x80) --head;
  const std::string both = plain(text.substr(0, head)) + "\u2026" + plain(text.substr(tail));
  return display_width(both) > columns ? shorten(both, columns) : both;
}

}  // namespace roofmark
