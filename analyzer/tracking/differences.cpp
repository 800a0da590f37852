#include <algorithm>
#include <set>

#include "analyzer/tracking/compare.h"

namespace roofmark {

std::vector<Difference> differences(std::span<const Round> before, std::span<const Round> after) {
  const auto said = [](std::span<const Round> rounds, const std::string& name) {
    std::vector<std::string> values;
    for (const Round& round : rounds) {
      for (const Fact& fact : round.environment) {
        const bool had = std::find(values.begin(), values.end(), fact.value) != values.end();
        if (fact.name == name && !had) values.push_back(fact.value);
      }
    }
    std::sort(values.begin(), values.end());
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : " | ") + value;
    return text;
  };
  std::vector<Difference> all;
  std::set<std::string> names;
  for (const auto& side : {before, after}) {
    for (const Round& round : side) {
      for (const Fact& fact : round.environment) {
        if (!names.insert(fact.name).second) continue;
        Difference one{fact.name, said(before, fact.name), said(after, fact.name)};
        if (one.before != one.after) all.push_back(std::move(one));
      }
    }
  }
  return all;
}

}  // namespace roofmark
