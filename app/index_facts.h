// How the facts of a round lie in the index.
#pragma once

#include <string>
#include <vector>

#include "analyzer/tracking/round.h"

namespace roofmark {

/// Facts as one text, each name and value with its length before it: "6:driver9:580.82.07".
std::string packed(const std::vector<Fact>& facts);
/// What packed() wrote.  Throws DatabaseError where it is damaged.
std::vector<Fact> facts_from(const std::string& packed_text);

}  // namespace roofmark
