// What a store knows of the series of a run: the histories in its report.
#pragma once

#include <filesystem>
#include <vector>

#include "analyzer/tracking/history.h"
#include "core/measurement.h"

namespace roofmark {

/// The store that a run file lies in (<store>/<machine id>/<run>.json); empty: it lies elsewhere.
std::filesystem::path store_around(const std::filesystem::path& file, const Run& run);

/// The histories of a run's series in the newest rounds of its machine and sort (quick, or not).
/// Empty where the store is not there or cannot be read: a report without them is one all the same.
std::vector<History> kept_histories(const std::filesystem::path& store, const Run& run);

}  // namespace roofmark
