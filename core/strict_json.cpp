// nlohmann's SAX parser does the lexing (it refuses bad UTF-8, lone surrogates, NaN and trailing
// text); the builder below refuses what it lets pass before a node is made of it.
#include "core/strict_json.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/error.h"
#include "core/nearest.h"
#include "core/printable.h"

namespace roofmark {
namespace {

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

constexpr std::size_t shown_key_bytes = 60;  // of a key or a text in a message

/// Whether it is shown as it is: nearly every key, and a run has a hundred thousand.
bool is_plain(std::string_view key) {
  return key.size() <= shown_key_bytes && std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
         });
}

std::string child_path(const std::string& path, std::string_view key) {
  const std::string shown = is_plain(key) ? std::string(key) : printable(key, shown_key_bytes);
  return path.empty() ? shown : path + "." + shown;
}

std::string child_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

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

/// "line 3, column 7" of a byte offset (1 is the first byte).
std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset > 0 ? offset - 1 : 0);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column =
      newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column);
}

/// What nlohmann says went wrong, without its identifiers and its own idea of the position.
std::string detail(std::string_view what) {
  const std::size_t column = what.find("column ");
  const std::size_t after =
      column == std::string_view::npos ? what.find("] ") : what.find(": ", column);
  if (after != std::string_view::npos) what.remove_prefix(after + 2);
  return printable(what, 160);
}

/// Builds the tree.  On the first thing it refuses it keeps the reason and stops the parser.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view text, const JsonView::Limits& limits) : text_(text), limits_(limits) {}

  bool null() override { return add(Node{}) != nullptr; }
  bool boolean(bool value) override { return add(Node{value}) != nullptr; }
  bool number_integer(number_integer_t value) override {
    return add(Node{static_cast<std::int64_t>(value)}) != nullptr;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) {
      return add(Node{static_cast<double>(value)}) != nullptr;  // a number, but no integer of ours
    }
    return add(Node{static_cast<std::int64_t>(value)}) != nullptr;
  }
  bool number_float(number_float_t value,
                    const string_t&) override {  // finite: 1e999 is a parse error
    return add(Node{value}) != nullptr;
  }
  bool string(string_t& value) override { return add(Node{std::move(value)}) != nullptr; }
  bool binary(binary_t&) override { return stop("binary data"); }

  bool start_object(std::size_t) override { return open(Node{std::make_unique<Members>()}); }
  bool start_array(std::size_t) override { return open(Node{std::make_unique<Elements>()}); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool key(string_t& key) override {
    members(*open_.back()).emplace_back(std::move(key), Node{});
    return true;
  }
  bool end_object() override {
    // Sorted once per object: asking for each key as it comes would cost the square of their
    // number.
    keys_.clear();
    for (const auto& member : members(*open_.back())) keys_.push_back(member.first);
    open_.pop_back();
    std::sort(keys_.begin(), keys_.end());
    const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    if (twice == keys_.end()) return true;
    return stop(child_path(path(), *twice) + ": key given twice; keep one of them");
  }
  bool parse_error(std::size_t offset, const std::string&,
                   const nlohmann::detail::exception& error) override {
    return stop(place(text_, offset) + ": not JSON (" + detail(error.what()) +
                "); repair the file or make it anew");
  }

  const std::string& problem() const { return problem_; }
  Node take() { return std::move(root_); }

 private:
  static Members& members(Node& node) { return *std::get<std::unique_ptr<Members>>(node.value); }
  static Elements& elements(Node& node) { return *std::get<std::unique_ptr<Elements>>(node.value); }

  bool stop(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  /// Puts a value where the parser stands; nullptr where there are too many.
  Node* add(Node node) {
    if (++values_ > limits_.values) {
      stop("holds more than " + std::to_string(limits_.values) +
           " values; name a run of Roofmark's or a model's config.json");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return &root_;
    }
    Node& parent = *open_.back();
    if (parent.elements()) {
      elements(parent).push_back(std::move(node));
      return &elements(parent).back();
    }
    members(parent).back().second = std::move(node);
    return &members(parent).back().second;
  }

  bool open(Node node) {
    if (open_.size() >= static_cast<std::size_t>(limits_.depth)) {
      return stop("nested deeper than " + std::to_string(limits_.depth) + " levels; flatten it");
    }
    // The pointer stays good: a container grows only while it is the innermost one that is open.
    Node* added = add(std::move(node));
    if (added != nullptr) open_.push_back(added);
    return added != nullptr;
  }

  std::string path() const {
    std::string path;
    for (const Node* node : open_) {
      path = node->elements() ? child_path(path, node->elements()->size() - 1)
                              : child_path(path, node->members()->back().first);
    }
    return path;
  }

  std::string_view text_;
  JsonView::Limits limits_;
  Node root_;
  std::vector<Node*> open_;
  std::vector<std::string_view> keys_;  // of the object that ends
  std::size_t values_ = 0;
  std::string problem_;
};

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
  // nlohmann takes a zero byte for the end of the text and would not see what follows it.
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) {
    throw InputError(shown + ": " + place(text, zero + 1) +
                     ": not JSON (it holds a zero byte); repair the file or make it anew");
  }
  Builder builder(text, limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    throw InputError(shown + ": " + builder.problem());
  }
  auto document = std::make_shared<Document>();
  document->name = shown;
  document->root = builder.take();
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
