// Made-up runs in a store, for tests of the commands that compare: nothing is measured.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

#include "app/files.h"
#include "app/store.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "tests/core/run_fixture.h"

namespace roofmark {

/// A finished run whose first row takes `factor` as long; all others are alike in all runs.
inline Run made_up_run(int i, double factor, const std::string& campaign) {
  Run run = small_run();
  run.complete = true;
  run.machine = discover();
  run.id = "000000" + std::to_string(10 + i);
  run.started = "2026-11-22T02:" + std::to_string(10 + i) + ":00Z";
  run.campaign = campaign;
  run.policy.preset = "standard";
  for (Measurement& row : run.rows) {
    row.contended = false;
    row.pairs.clear();
    row.companion.clear();
    const double noise = i % 2 == 0 ? 1.001 : 0.999;
    const double seconds = 0.01 * noise * (&row == &run.rows.front() ? factor : 1);
    std::fill(row.samples_s.begin(), row.samples_s.end(), seconds);
  }
  return run;
}

inline void store_run(const std::filesystem::path& store, const Run& run) {
  const std::filesystem::path file = run_path(store, run);
  make_folder(file.parent_path());
  write_file(file, to_json(run));
}

}  // namespace roofmark
