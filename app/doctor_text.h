// What the doctor found, as text for a terminal.
#pragma once

#include <string>
#include <vector>

#include "analyzer/doctor.h"
#include "core/machine.h"

namespace roofmark {

/// The machine in a few lines, then the findings, warnings first, wrapped at 100 columns.
std::string doctor_text(const Machine& machine, const Surroundings& around,
                        const std::vector<Finding>& findings);

}  // namespace roofmark
