// Named baselines: small files under the store that name the runs a gate compares with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/index.h"
#include "core/measurement.h"

namespace roofmark {

struct Baseline {
  std::string name, created;      ///< UTC, ISO 8601
  std::string machine, campaign;  ///< ids; the campaign that its rounds were taken for
  std::vector<std::string> runs;  ///< names in the store (StoredRound::name), oldest first
  std::int64_t pause_s = 0;       ///< that lay between two of them
  bool operator==(const Baseline&) const = default;
};

/// A baseline whose rounds are still being taken: what is needed to go on.
struct BaselinePlan {
  Baseline baseline;       ///< without runs
  std::size_t rounds = 0;  ///< wanted
  Policy policy;           ///< of each
};

/// Baselines of one machine in a store: <store>/<machine id>/baselines/<name>.json.
class Baselines {
 public:
  Baselines(const std::filesystem::path& store, const std::string& machine);

  /// Throws InputError naming the ones there are where there is none of that name, where it is
  /// damaged or was taken on another machine.
  Baseline read(const std::string& name) const;
  /// Names of those that are finished, sorted.
  std::vector<std::string> names() const;
  /// Writes it in place of any of that name: the old one or the new one is there, whatever happens.
  /// Its plan goes.  Throws MeasurementError.
  void write(const Baseline& baseline) const;
  /// Throws InputError where there is none.  Its runs stay.
  void remove(const std::string& name) const;

  std::optional<BaselinePlan> plan(const std::string& name) const;
  void write_plan(const BaselinePlan& plan) const;

 private:
  [[noreturn]] void refuse_unknown(const std::string& name, const std::string& remedy) const;
  std::filesystem::path path(const std::string& name, const char* suffix) const;

  std::filesystem::path store_;
  std::string machine_;
};

/// The rounds of a baseline, with those series alone where any are named.  Throws InputError where
/// a run of it is gone.
std::vector<StoredRound> rounds_of(const Index& index, const Baseline& baseline,
                                   const std::vector<std::string>& series = {});

/// Why these rounds may not become a baseline; empty: they may.  A quick run is no measure for
/// others, nor are rounds of several machines or of different selections.
std::string baseline_obstacle(const std::vector<StoredRound>& rounds);

/// What these rounds, which came with their series, cannot be a baseline of, and why:
/// "gemv/...: failed in 2 of 15 rounds (wrong result)".
std::vector<std::string> baseline_gaps(const std::vector<StoredRound>& rounds);

}  // namespace roofmark
