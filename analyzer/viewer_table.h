// The layers of a model as LLM-Viewer and its paper print them.
#pragma once

#include <span>
#include <string>

#include "analyzer/analysis.h"

namespace roofmark {

/// Per analysis its title, one row per operator and phase, the totals and the storage.  OPs, memory
/// access and performance have a decimal prefix and no decimals (viewer_count), intensities up to
/// two (viewer_intensity).  What is unknown says so, with the reason below.
std::string viewer_text(std::span<const Analysis> analyses);
std::string viewer_markdown(std::span<const Analysis> analyses);

}  // namespace roofmark
