#include "core/shape.h"

#include <cassert>

namespace roofmark {
namespace {

const Extent* find(const Shape& shape, std::string_view name) {
  for (const Extent& extent : shape.extents) {
    if (extent.name == name) return &extent;
  }
  return nullptr;
}

}  // namespace

std::int64_t Shape::at(std::string_view name) const {
  const Extent* extent = find(*this, name);
  assert(extent != nullptr && "a kernel asked its shape for an extent it does not have");
  return extent ? extent->value : 0;
}

std::int64_t Shape::get(std::string_view name, std::int64_t otherwise) const {
  const Extent* extent = find(*this, name);
  return extent ? extent->value : otherwise;
}

std::string Shape::text() const {
  std::string text;
  for (const Extent& extent : extents) {
    if (!text.empty()) text += ',';
    text += extent.name + '=' + std::to_string(extent.value);
  }
  return text;
}

}  // namespace roofmark
