// Views of a parsed document: what they refuse, and how they say where it is.
#include "core/strict_json.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "core/json_tree.h"
#include "core/nearest.h"
#include "core/printable.h"

namespace roofmark {
namespace {

using json_tree::child_path;
using json_tree::Elements;
using json_tree::Members;
using json_tree::Node;
using json_tree::shown_key_bytes;

std::string shown_number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  const std::string shown(text);
  return shown.find_first_of(".en") == std::string::npos ? shown + ".0" : shown;
}

/// What a value is, for "must be ... (it is ...)".
std::string described(const Node& node) {
  if (const auto* flag = node.as<bool>()) return *flag ? "true" : "false";
  if (const auto* integer = node.as<std::int64_t>()) return std::to_string(*integer);
  if (const auto* number = node.as<double>()) return shown_number(*number);
  if (const auto* text = node.as<std::string>())
    return "the text \"" + printable(*text, shown_key_bytes) + "\"";
  if (const auto* array = node.elements()) return "an array of " + std::to_string(array->size());
  if (node.members()) return "an object";
  return "null";
}

const Node& node_at(const void* node) { return *static_cast<const Node*>(node); }

/// Puts the nodes from `node` down to `wanted` behind `way`, the last first; false: it is not
/// there.
bool find_way(const Node& node, const void* wanted, std::vector<const Node*>& way) {
  bool found = &node == wanted;
  if (const Elements* array = node.elements()) {
    for (std::size_t i = 0; !found && i < array->size(); ++i) {
      found = find_way((*array)[i], wanted, way);
    }
  } else if (const Members* object = node.members()) {
    for (std::size_t i = 0; !found && i < object->size(); ++i) {
      found = find_way((*object)[i].second, wanted, way);
    }
  }
  if (found) way.push_back(&node);
  return found;
}

/// The path of `child` where its parent's is `path`.
std::string path_below(const std::string& path, const Node& parent, const Node& child) {
  if (const Elements* array = parent.elements()) {
    return child_path(path, static_cast<std::size_t>(&child - array->data()));
  }
  for (const auto& [key, value] : *parent.members()) {
    if (&value == &child) return child_path(path, key);
  }
  return path;
}

/// Whether one of `keys` is `name`; looked for first where the one before was found, because who
/// writes objects and who reads them go through the keys in the same order.
bool is_among(std::string_view name, const std::vector<std::string_view>& keys, std::size_t& next) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t at = next + i < keys.size() ? next + i : next + i - keys.size();
    if (keys[at] != name) continue;
    next = at + 1;
    return true;
  }
  return false;
}

}  // namespace

struct JsonView::Document {
  std::string name;  ///< of the file, fit for messages
  Node root;
};

JsonView::JsonView(std::shared_ptr<const Document> document, const void* node)
    : document_(std::move(document)), node_(node) {}

std::string JsonView::path() const {
  std::vector<const Node*> way;
  find_way(document_->root, node_, way);
  std::string path;
  for (std::size_t i = way.size(); i-- > 1;) path = path_below(path, *way[i], *way[i - 1]);
  return path;
}

JsonView JsonView::parse(std::string_view text, const std::string& name, Limits limits) {
  const std::string shown = printable(name, 200);
  if (text.size() > limits.size_bytes) {
    throw InputError(shown + ": larger than " + std::to_string(limits.size_bytes) +
                     " bytes; name a smaller file");
  }
  auto document = std::make_shared<Document>();
  document->name = shown;
  document->root = json_tree::parsed(text, shown, limits);
  const Node* root = &document->root;
  return JsonView(std::move(document), root);
}

bool JsonView::is_null() const { return node_at(node_).as<std::nullptr_t>() != nullptr; }
bool JsonView::is_object() const { return node_at(node_).members() != nullptr; }
bool JsonView::is_array() const { return node_at(node_).elements() != nullptr; }
bool JsonView::is_string() const { return node_at(node_).as<std::string>() != nullptr; }
bool JsonView::is_number() const {
  return node_at(node_).as<std::int64_t>() != nullptr || node_at(node_).as<double>() != nullptr;
}
bool JsonView::is_boolean() const { return node_at(node_).as<bool>() != nullptr; }
bool JsonView::has(std::string_view key) const { return is_object() && find(key).has_value(); }
bool JsonView::mentions(std::string_view key) const {
  const Members* members = node_at(node_).members();
  return members && std::any_of(members->begin(), members->end(),
                                [&](const auto& member) { return member.first == key; });
}

std::optional<JsonView> JsonView::find(std::string_view key) const {
  const Members* members = node_at(node_).members();
  if (!members)
    refuse("must be an object (it is " + described(node_at(node_)) + ")", "write { ... }");
  for (const auto& [name, value] : *members) {
    if (name != key) continue;
    if (value.as<std::nullptr_t>()) return std::nullopt;
    return JsonView(document_, &value);
  }
  return std::nullopt;
}

JsonView JsonView::at(std::string_view key) const {
  std::optional<JsonView> found = find(key);
  if (!found) refuse_at(child_path(path(), key), "missing or null", "give it a value");
  return *found;
}

std::vector<JsonView> JsonView::elements() const {
  const Elements* array = node_at(node_).elements();
  if (!array) refuse("must be an array (it is " + described(node_at(node_)) + ")", "write [ ... ]");
  std::vector<JsonView> views;
  views.reserve(array->size());
  for (const Node& element : *array) views.push_back(JsonView(document_, &element));
  return views;
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  const Members* object = node_at(node_).members();
  if (!object)
    refuse("must be an object (it is " + described(node_at(node_)) + ")", "write { ... }");
  std::vector<std::pair<std::string, JsonView>> views;
  for (const auto& [name, value] : *object) {
    views.emplace_back(name, JsonView(document_, &value));
  }
  return views;
}

void JsonView::refuse_number(const std::string& wanted, bool is_one,
                             const std::string& range) const {
  refuse((is_one ? "out of range" : "must be " + wanted) + " (it is " + described(node_at(node_)) +
             ")",
         "write one " + range);
}

std::int64_t JsonView::integer(std::int64_t low, std::int64_t high) const {
  const auto* value = node_at(node_).as<std::int64_t>();
  if (value && *value >= low && *value <= high) return *value;
  // An integer of more than 64 bits was parsed as a real number.
  const auto* real = node_at(node_).as<double>();
  refuse_number("an integer", value || (real && std::abs(*real) >= 0x1p63),
                "from " + std::to_string(low) + " to " + std::to_string(high));
}

double JsonView::number(double low, double high) const {
  const auto* integer = node_at(node_).as<std::int64_t>();
  const auto* real = node_at(node_).as<double>();
  const double value = integer ? static_cast<double>(*integer) : real ? *real : 0.0;
  const bool is_one = integer || real;
  if (is_one && value >= low && value <= high) return value;
  char range[80];
  std::snprintf(range, sizeof range, "from %g to %g", low, high);
  refuse_number("a number", is_one, range);
}

std::string JsonView::text(std::size_t max_bytes) const {
  const auto* value = node_at(node_).as<std::string>();
  if (!value)
    refuse("must be a text (it is " + described(node_at(node_)) + ")", "write it in quotes");
  if (value->size() > max_bytes) {
    refuse("too long (" + std::to_string(value->size()) + " bytes)",
           "write at most " + std::to_string(max_bytes));
  }
  return *value;
}

bool JsonView::boolean() const {
  const auto* value = node_at(node_).as<bool>();
  if (!value)
    refuse("must be true or false (it is " + described(node_at(node_)) + ")", "write one of them");
  return *value;
}

void JsonView::only(const std::vector<std::string_view>& keys) const {
  const Members* found = node_at(node_).members();
  if (!found)
    refuse("must be an object (it is " + described(node_at(node_)) + ")", "write { ... }");
  std::size_t next = 0;
  for (const auto& [name, value] : *found) {
    if (is_among(name, keys, next)) continue;
    const std::optional<std::string> meant = nearest(name, keys);
    std::string known;
    for (const std::string_view key : keys) known += (known.empty() ? "" : ", ") + std::string(key);
    JsonView(document_, &value)
        .refuse("unknown key", meant ? "write \"" + *meant + "\" or remove it"
                                     : "remove it (known: " + known + ")");
  }
}

void JsonView::exactly(std::vector<std::string_view> keys,
                       const std::vector<std::string_view>& optional) const {
  const std::size_t needed = keys.size();
  keys.insert(keys.end(), optional.begin(), optional.end());
  only(keys);
  std::vector<std::string_view> given;
  for (const auto& member : *node_at(node_).members()) given.push_back(member.first);
  std::size_t next = 0;
  for (std::size_t i = 0; i < needed; ++i) {
    if (is_among(keys[i], given, next)) continue;
    refuse_at(child_path(path(), keys[i]), "missing", "write it, null where it is unknown");
  }
}

void JsonView::refuse(const std::string& problem, const std::string& remedy) const {
  refuse_at(path(), problem, remedy);
}

void JsonView::refuse_at(const std::string& path, const std::string& problem,
                         const std::string& remedy) const {
  throw InputError(document_->name + ": " + (path.empty() ? "" : path + ": ") + problem + "; " +
                   remedy);
}

}  // namespace roofmark
