// A parsed JSON document as strict_json.cpp looks at it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/strict_json.h"

namespace roofmark::json_tree {

struct Node;
using Elements = std::vector<Node>;
using Members = std::vector<std::pair<std::string, Node>>;

/// Containers behind pointers, so that a node of an array of numbers stays small.
struct Node {
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, std::unique_ptr<Elements>,
               std::unique_ptr<Members>>
      value = nullptr;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
  const Elements* elements() const {
    const auto* array = as<std::unique_ptr<Elements>>();
    return array ? array->get() : nullptr;
  }
  const Members* members() const {
    const auto* object = as<std::unique_ptr<Members>>();
    return object ? object->get() : nullptr;
  }
};

/// Parses and checks all that JsonView::parse() says but the size.  `shown`: the file's name, fit
/// for messages.  Throws InputError.
Node parsed(std::string_view text, const std::string& shown, const JsonView::Limits& limits);

inline constexpr std::size_t shown_key_bytes = 60;  // of a key or a text in a message

/// "path.key" and "path[index]".
std::string child_path(const std::string& path, std::string_view key);
std::string child_path(const std::string& path, std::size_t index);

}  // namespace roofmark::json_tree
