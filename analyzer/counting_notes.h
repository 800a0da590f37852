// What a reader of a model's figures should know of how they were counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// Of the exact accounting of a workload: how many layers attend locally and what a count of the
/// whole context in every layer would add; how many distinct experts are expected and read; in
/// which form latent attention is computed; a context that the model is not made for; that
/// activations are counted in 8 bits and measured in more; and for families that Transformer
/// Roofline Analyzer reads, why its figures differ.  Empty: nothing out of the ordinary.
std::vector<std::string> counting_notes(const Workload& workload);

/// That `what` ("decode") goes to more tokens than the model is made for (Model::context); such
/// figures are counted all the same.  Empty: it does not, or the configuration does not say.
std::string context_note(const Model& model, std::string_view what, std::int64_t tokens);

}  // namespace roofmark
