// The date, for names and records; never for timing.
#pragma once

#include <string>

namespace roofmark {

/// Now in UTC: "2026-11-22T02:10:00Z".
std::string utc_now();

}  // namespace roofmark
