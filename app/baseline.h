// Named baselines: small files under the store that name the runs a gate compares with.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace roofmark {

struct Baseline {
  std::string name, created;      ///< UTC, ISO 8601
  std::string machine, campaign;  ///< ids; the campaign that its rounds are
  std::vector<std::string> runs;  ///< names in the store (StoredRound::name), oldest first
};

/// <store>/<machine id>/baselines/<name>.json.  Throws InputError where `name` is none of letters,
/// digits, '.', '_' and '-' (no '.' first), at most 64.
std::filesystem::path baseline_path(const std::filesystem::path& store, const std::string& machine,
                                    const std::string& name);

/// Throws InputError naming the ones there are where there is none of that name, or it is damaged.
Baseline read_baseline(const std::filesystem::path& store, const std::string& machine,
                       const std::string& name);

/// Those of a machine, by name.
std::vector<Baseline> baselines(const std::filesystem::path& store, const std::string& machine);

/// Writes it in place of any of that name: the old one or the new one is there, whatever happens.
/// Throws MeasurementError.
void write_baseline(const std::filesystem::path& store, const Baseline& baseline);

}  // namespace roofmark
