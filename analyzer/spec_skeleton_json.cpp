// The file to begin with where the micro-architecture of a CPU is unknown.
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analyzer/spec_skeleton.h"

namespace roofmark {
namespace {

/// What a core is found by.
struct Numbers {
  Known<int> implementer, part;
};

Numbers numbers_of(const Cpu& cpu, const std::string& cores) {
  for (const CoreKind& kind : cpu.kinds) {
    if (kind.name == cores) return {kind.implementer, kind.part};
  }
  return {cpu.implementer, cpu.part};
}

std::string letters_of(const std::string& text) {
  std::string letters;
  for (const unsigned char c : text) {
    if (c < 128 && std::isalnum(c) != 0) letters += static_cast<char>(std::tolower(c));
  }
  return letters;
}

std::string maker_of(const Cpu& cpu) {
  const std::string vendor = cpu.vendor.value_or("");
  if (vendor == "GenuineIntel") return "intel";
  if (vendor == "AuthenticAMD") return "amd";
  return letters_of(vendor);
}

}  // namespace

std::string spec_name(const Cpu& cpu, const std::string& cores) {
  const Numbers numbers = numbers_of(cpu, cores);
  if (numbers.implementer && numbers.part) {
    char text[24];
    std::snprintf(text, sizeof text, "-%03x", static_cast<unsigned>(*numbers.part));
    return (maker_of(cpu).empty() ? "part" : maker_of(cpu)) + text;
  }
  if (!cpu.family || !cpu.model_number || maker_of(cpu).empty()) return "";
  return maker_of(cpu) + "-f" + std::to_string(*cpu.family) + "-m" +
         std::to_string(*cpu.model_number) + (cores.empty() ? "" : '-' + cores);
}

std::string spec_skeleton(const Cpu& cpu, const std::string& cores) {
  using Json = nlohmann::ordered_json;
  const std::string name = spec_name(cpu, cores);
  const Numbers numbers = numbers_of(cpu, cores);
  Json match;
  if (numbers.implementer && numbers.part) {
    match = {{"implementer", *numbers.implementer}, {"part", *numbers.part}};
  } else {
    const int model = cpu.model_number.value_or(0);
    match = {{"vendor", cpu.vendor.value_or("")}, {"family", cpu.family.value_or(0)}};
    match["models"] = Json::array({Json::array({model, model})});
    if (!cores.empty()) match["core"] = cores;
  }
  const std::string title = cpu.model.value_or(name) + (cores.empty() ? "" : ", " + cores);
  const Json none = Json::object();
  const std::pair<const char*, Json> members[] = {{"kind", "uarch"},
                                                  {"name", name},
                                                  {"title", title},
                                                  {"confidence", "low"},
                                                  {"note", ""},
                                                  {"sources", Json::array()},
                                                  {"match", Json::array({match})},
                                                  {"pipes", none},
                                                  {"rates", none},
                                                  {"bytes_per_cycle", none},
                                                  {"accesses_per_cycle", none}};
  std::string text;
  for (const auto& [key, value] : members) {
    text += (text.empty() ? "{\n  \"" : ",\n  \"") + std::string(key) +
            "\": " + value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text + "\n}\n";
}

}  // namespace roofmark
