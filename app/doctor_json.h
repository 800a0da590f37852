// What the doctor found, as JSON.
#pragma once

#include <string>
#include <vector>

#include "analyzer/doctor.h"
#include "core/machine.h"

namespace roofmark {

/// {"schema": "roofmark.doctor/1", "machine": as in a run file, "findings": [{level, id, text,
/// remedy}]}, ending in a newline.
std::string doctor_json(const Machine& machine, const std::vector<Finding>& findings);

}  // namespace roofmark
