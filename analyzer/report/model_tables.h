// The tables of what was asked of a model, a network or a quantization.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/table.h"

namespace roofmark {

/// Layers, totals, storage, a network's conventions and the quantization sweet spot under their
/// titles, in reading order; empty ones too.
std::vector<std::pair<std::string, Table>> model_tables(const Analysis& analysis);

}  // namespace roofmark
