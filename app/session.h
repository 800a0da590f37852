// A run about to be measured: a new one, or an interrupted one with the rows it has.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/presets.h"
#include "app/store.h"
#include "core/measurement.h"

namespace roofmark {

struct SessionRequest {
  RunRequest policy;
  bool policy_given = false;       ///< any of it was said, so a resumed run must agree with it
  std::string store, out, resume;  ///< folder, run file, journal; empty: the default of each
  std::string campaign;            ///< Run::campaign of a new run
  bool resuming = false;
};

struct Session {
  Run run;                           ///< with the rows that are finished already
  std::filesystem::path path, page;  ///< what will be written: the run and its report
  std::filesystem::path store;       ///< folder to make for it; empty: it must be there
  std::optional<Journal> journal;    ///< of a resumed run: from the start, so that it has it alone
  bool finished = false;             ///< the run is written already; only its journal was left
};

/// `finished` where the journal was left beside its run, for which machine and build do not matter.
/// Throws InputError where a file to be written is there already or has another name than *.json,
/// where there is nothing to resume, or what there is was taken on another machine or another part
/// of it, by another build or under another policy, or is being written.
Session session_of(const SessionRequest& request, const Machine& machine);

/// Starts the journal of a new run, so that what cannot be kept is said before it is measured.
/// Throws InputError.
void begin_journal(Session& session);

}  // namespace roofmark
