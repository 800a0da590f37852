// What `roofmark run --dry-run` says: what would be measured, and what that would take.
#pragma once

#include <map>
#include <string>

#include "app/estimate.h"
#include "core/machine.h"
#include "core/plan.h"

namespace roofmark {

/// A plan with what each of its rows and all of them cost.
struct DryRun {
  struct Row {
    std::string id, reason;  ///< why it cannot run; empty: it can
    Cost cost;
  };
  std::vector<Row> rows;
  Cost total;
  Known<std::int64_t> available_bytes;  ///< of memory
};

DryRun dry_run_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates,
                  const Machine& machine);

/// As `output` says: table, md, csv or json.  Throws InputError where it is another.
std::string dry_run_text(const DryRun& dry_run, const std::string& output);

/// One object: rows (id, seconds, memory_bytes, reason or null), seconds, memory_bytes,
/// available_bytes or null.
std::string dry_run_json(const DryRun& dry_run);

/// What to say where the plan takes more memory than there is, else empty.
std::string memory_doubt(const DryRun& dry_run);

}  // namespace roofmark
