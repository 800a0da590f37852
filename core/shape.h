// The extents of one call: named, ordered integers such as m=1,n=4096,k=4096.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace roofmark {

struct Extent {
  std::string name;
  std::int64_t value = 0;
  bool operator==(const Extent&) const = default;
};

struct Shape {
  std::vector<Extent> extents;

  Shape() = default;
  Shape(std::initializer_list<Extent> list) : extents(list) {}

  /// The extent of that name; asserts that it exists (a kernel knows its own extents).
  std::int64_t at(std::string_view name) const;
  /// The extent of that name, or `otherwise`.
  std::int64_t get(std::string_view name, std::int64_t otherwise) const;
  /// "m=1,n=4096,k=4096", the last part of a case's identity.
  std::string text() const;
  bool operator==(const Shape&) const = default;
};

}  // namespace roofmark
