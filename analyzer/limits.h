// What limits one row: the ceilings of its device, its threads, its format and its memory.
#pragma once

#include "analyzer/ceilings.h"

namespace roofmark {

/// The limits of a row at its number of threads; null: not known.
struct Limits {
  const Ceiling* compute = nullptr;
  const Ceiling* memory = nullptr;
  const Ceiling* overhead = nullptr;  ///< null too where its launches do not pay it one by one
  const Ceiling* exponentials = nullptr;
};
Limits limits_of(const Measurement& row, const std::vector<Ceiling>& ceilings);

/// There, measured and not refused.
bool can_bind(const Ceiling* ceiling);

}  // namespace roofmark
