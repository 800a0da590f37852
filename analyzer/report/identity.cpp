#include "analyzer/report/identity.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "analyzer/numbers.h"

namespace roofmark {
namespace {

constexpr std::string_view no_weights = "none-";  // of formats that are no product's

/// The part before the next `separator`, taken off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return part;
}

bool is_condition(std::string_view key) {
  constexpr std::array<std::string_view, 8> keys{"level",  "stores", "pages", "state",
                                                 "packed", "memory", "cores", "node"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

int threads_of(std::string_view part) {
  int threads = 0;
  if (part.size() < 2 || part[0] != 't') return 0;
  const auto result = std::from_chars(part.data() + 1, part.data() + part.size(), threads);
  return result.ec == std::errc() && result.ptr == part.data() + part.size() ? std::max(threads, 0)
                                                                             : 0;
}

std::string name_of(const Ceiling& ceiling, const std::string& variant) {
  std::string name;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) name += (name.empty() ? "" : " ") + part;
  };
  if (is_product(ceiling)) {
    add(ceiling.format);
    add(variant);
    add(ceiling.kernel);
  } else if (ceiling.kind == "compute") {
    add(ceiling.kernel);
    add(ceiling.format.substr(no_weights.size()));
    add(variant);
  } else {
    add(level_name(ceiling.level));
    add(ceiling.kernel);
    add(variant);
    const Identity parts = identity(ceiling.id);
    if (parts.condition("stores") == "nt") add("nt stores");
    if (parts.condition("pages") == "huge") add("huge pages");
    if (!parts.condition("memory").empty()) add(parts.condition("memory") + " memory");
  }
  if (!ceiling.cores.empty()) add(ceiling.cores + " cores");
  if (!ceiling.node.empty()) add("node " + ceiling.node);
  return name;
}

}  // namespace

std::string Identity::condition(std::string_view name) const {
  for (const auto& [key, value] : conditions) {
    if (key == name) return value;
  }
  return "";
}

double Identity::extent(std::string_view name) const {
  std::string_view rest = shape;
  while (!rest.empty()) {
    std::string_view part = take(rest, ' ');
    if (take(part, '=') != name) continue;
    double value = 0;
    const auto result = std::from_chars(part.data(), part.data() + part.size(), value);
    return result.ec == std::errc() ? value : -1;
  }
  return -1;
}

Identity identity(const std::string& id) {
  std::string_view rest = id;
  Identity parts;
  parts.kernel = take(rest, '/');
  parts.variant = take(rest, '/');
  parts.format = take(rest, '/');
  parts.device = take(rest, '/');
  parts.threads = threads_of(take(rest, '/'));
  while (!rest.empty()) {
    std::string_view extent = take(rest, ',');
    const std::string_view whole = extent;
    const std::string_view key = take(extent, '=');
    if (is_condition(key)) {
      parts.conditions.emplace_back(key, extent);
    } else {
      parts.shape += (parts.shape.empty() ? "" : " ") + std::string(whole);
    }
  }
  return parts;
}

std::string level_name(const std::string& level) {
  std::string name = level;
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

std::string threads_name(int threads) {
  return std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::string place_name(const std::string& device, int threads) {
  return device == "cpu" ? threads_name(threads) : device;
}

std::string panel_name(const std::string& device, int threads) {
  return device == "cpu" ? device + ", " + threads_name(threads) : device;
}

std::string overhead_name(const std::string& device) {
  return device == "cpu" ? "fork and join" : "launching";
}

bool is_product(const Ceiling& ceiling) {
  return ceiling.kind == "compute" && ceiling.format.compare(0, no_weights.size(), no_weights) != 0;
}

std::string limit_name(const Ceiling& ceiling) { return name_of(ceiling, ""); }

std::string ceiling_name(const Ceiling& ceiling) {
  const std::string name = name_of(ceiling, ceiling.variant);
  return name.empty() ? ceiling.id : name;
}

std::string point_name(const Point& point) {
  return point.op.empty() ? identity(point.id).kernel : point.op;
}

std::string ceiling_value(const Ceiling& ceiling, Known<double> value) {
  if (ceiling.kind == "compute") return si(value, "op/s");
  return si(value, ceiling.kind == "bandwidth" ? "B/s" : "s");
}

std::string memory_name(const Identity& parts) {
  const std::string level = parts.condition("level");
  return level.empty() ? "DRAM" : level_name(level);
}

std::string point_rate(const Point& point, Known<double> rate) {
  if (!point.intensity) return si(rate, "op/s");
  if (*point.intensity <= 0) return si(rate, "B/s");
  if (point.bound != "memory") return si(rate, "op/s");
  return si(rate ? Known<double>(*rate / *point.intensity) : rate, "B/s");
}

}  // namespace roofmark
