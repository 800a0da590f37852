// Reads untrusted JSON: every value is asked for by name, type and range, and every refusal names
// the file, the key and the remedy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roofmark {

/// A value inside a parsed document.  Cheap to copy; keeps the document alive.  Its path
/// ("rows[3].samples_s") is looked for only where it is refused.
class JsonView {
 public:
  struct Limits {
    std::size_t size_bytes = 64u << 20;
    int depth = 64;
    std::size_t values = 8'000'000;  ///< of all kinds: bounds the memory a hostile file can ask for
  };
  /// Parses and checks: size, depth, number of values, duplicate keys, UTF-8, one value only.
  /// `name` is the file's name for messages.  Throws InputError.
  static JsonView parse(std::string_view text, const std::string& name) {
    return parse(text, name, Limits{});
  }
  static JsonView parse(std::string_view text, const std::string& name, Limits limits);

  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;
  bool is_number() const;
  bool is_boolean() const;
  bool has(std::string_view key) const;       ///< an object with that key, not null
  bool mentions(std::string_view key) const;  ///< an object with that key, if only as null

  JsonView at(std::string_view key) const;                        ///< throws where missing
  std::optional<JsonView> find(std::string_view key) const;       ///< nullopt where missing or null
  std::vector<JsonView> elements() const;                         ///< of an array
  std::vector<std::pair<std::string, JsonView>> members() const;  ///< of an object, in file order

  std::int64_t integer(std::int64_t low, std::int64_t high) const;  ///< 5.0 and "5" are refused
  double number(double low, double high) const;                     ///< finite
  std::string text(std::size_t max_bytes = 4096) const;
  bool boolean() const;

  /// Every member is one of `keys`, else InputError naming the nearest known key.
  void only(const std::vector<std::string_view>& keys) const;
  /// Every one of `keys` is there, if only as null, and no member beside them and `optional`.
  void exactly(std::vector<std::string_view> keys,
               const std::vector<std::string_view>& optional = {}) const;
  /// An InputError "<file>: <path>: <problem>; <remedy>" for the caller to throw.
  [[noreturn]] void refuse(const std::string& problem, const std::string& remedy) const;

 private:
  struct Document;
  JsonView(std::shared_ptr<const Document> document, const void* node);
  std::string path() const;
  [[noreturn]] void refuse_at(const std::string& path, const std::string& problem,
                              const std::string& remedy) const;
  [[noreturn]] void refuse_number(const std::string& wanted, bool is_one,
                                  const std::string& range) const;
  std::shared_ptr<const Document> document_;
  const void* node_ = nullptr;
};

}  // namespace roofmark
