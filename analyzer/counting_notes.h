// What a reader of a model's figures should know of how they were counted.
#pragma once

#include <string>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// Of the exact accounting of a workload: how many layers attend locally and what a count of the
/// whole context in every layer would add; how many distinct experts are expected and read; in
/// which form latent attention is computed; positions that a model does not have; that activations
/// are counted in 8 bits and measured in more; and for families that Transformer Roofline Analyzer
/// reads, why its figures differ.  Empty: nothing out of the ordinary.
std::vector<std::string> counting_notes(const Workload& workload);

}  // namespace roofmark
