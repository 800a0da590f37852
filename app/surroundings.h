// What `roofmark doctor` and `run --strict` know of a machine beyond its description.
#pragma once

#include "analyzer/doctor.h"
#include "harness/machine.h"

namespace roofmark {

/// Health, libraries and GPUs of this machine; of a recorded one only what its files hold.
Surroundings surroundings(const Sources& sources);

}  // namespace roofmark
