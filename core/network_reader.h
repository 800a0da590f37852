// A model as a run file describes it.
#pragma once

#include "core/model.h"
#include "core/strict_json.h"

namespace roofmark {

/// Reads a run's `model`: the dimensions under the keys of a config.json, and for what is no Llama
/// also `network` (core/network_keys.h).  Throws InputError.
Model model_of_run(const JsonView& json);

}  // namespace roofmark
