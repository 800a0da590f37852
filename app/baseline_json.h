// Baselines as JSON (schema roofmark.baseline/1, and roofmark.baseline-plan/1 while one is taken).
#pragma once

#include <string>
#include <string_view>

#include "app/baseline.h"

namespace roofmark {

std::string to_json(const Baseline& baseline);
std::string to_json(const BaselinePlan& plan);
/// Throw InputError naming `file`, key and remedy.
Baseline baseline_from_json(std::string_view text, const std::string& file);
BaselinePlan baseline_plan_from_json(std::string_view text, const std::string& file);

}  // namespace roofmark
