// Facts as one text and back.
#include "app/index_facts.h"

#include <string_view>
#include <utility>

#include "app/sqlite.h"

namespace roofmark {
namespace {

std::string next_part(std::string_view& text) {
  std::size_t size = 0, at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && size <= text.size(); ++at) {
    size = 10 * size + static_cast<std::size_t>(text[at] - '0');
  }
  if (at == 0 || at >= text.size() || text[at] != ':' || size > text.size() - at - 1) {
    throw DatabaseError("an environment cannot be read", true);
  }
  std::string part(text.substr(at + 1, size));
  text.remove_prefix(at + 1 + size);
  return part;
}

}  // namespace

std::string packed(const std::vector<Fact>& facts) {
  std::string text;
  for (const Fact& fact : facts) {
    for (const std::string& part : {fact.name, fact.value}) {
      text += std::to_string(part.size()) + ":" + part;
    }
  }
  return text;
}

std::vector<Fact> facts_from(const std::string& packed_text) {
  std::string_view text = packed_text;
  std::vector<Fact> facts;
  while (!text.empty()) {
    std::string name = next_part(text);
    facts.push_back({std::move(name), next_part(text)});
  }
  return facts;
}

}  // namespace roofmark
