// A run about to be measured: a new one, or an interrupted one with the rows it has.
#pragma once

#include <filesystem>
#include <string>

#include "app/presets.h"
#include "core/measurement.h"

namespace roofmark {

struct SessionRequest {
  RunRequest policy;
  bool policy_given = false;       ///< any of it was said, so a resumed run must agree with it
  std::string store, out, resume;  ///< folder, run file, journal; empty: the default of each
  bool resuming = false;
};

struct Session {
  Run run;  ///< with the rows that are finished already
  std::filesystem::path path, journal;
};

/// Throws InputError where there is nothing to resume, or what there is was taken on another
/// machine, by another build or under another policy.
Session session_of(const SessionRequest& request, const Machine& machine);

}  // namespace roofmark
