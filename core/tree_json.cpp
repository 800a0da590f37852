// nlohmann's SAX parser does the lexing (it refuses bad UTF-8, lone surrogates, NaN and trailing
// text); the builder below refuses what it lets pass before a node is made of it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_tree.h"
#include "core/printable.h"

namespace roofmark::json_tree {
namespace {

/// Whether it is shown as it is: nearly every key, and a run has a hundred thousand.
bool is_plain(std::string_view key) {
  return key.size() <= shown_key_bytes && std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
         });
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

}  // namespace

std::string child_path(const std::string& path, std::string_view key) {
  const std::string shown = is_plain(key) ? std::string(key) : printable(key, shown_key_bytes);
  return path.empty() ? shown : path + "." + shown;
}

std::string child_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

Node parsed(std::string_view text, const std::string& shown, const JsonView::Limits& limits) {
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
  return builder.take();
}

}  // namespace roofmark::json_tree
