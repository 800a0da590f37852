// Writes what comparing, a history and a self-check say of made-up rounds, where the schema test
// can read it: write_tracking COMPARISON HISTORY SELFCHECK.
#include <fstream>

#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/comparison_text.h"
#include "analyzer/tracking/history.h"
#include "analyzer/tracking/self_check.h"
#include "tests/analyzer/tracked_rounds.h"

namespace {

using namespace roofmark;

const std::string probe = "read/v/f32/cpu/t1", kernel = "gemv/v/f32/cpu/t1/n=";

/// One series of each verdict, beside a probe that moved by `memory`.
std::vector<SeriesRound> series(double own, double memory, bool is_new) {
  std::vector<SeriesRound> all{probe_round(probe, memory), series_round(kernel + "1", own, memory),
                               series_round(kernel + "2", memory, memory),
                               series_round(kernel + "3", 1, 1)};
  all[1].code_hash = is_new ? "0123456789abcdef" : "fedcba9876543210";
  all[2].implementation = "OpenBLAS 0.3.21";
  all.push_back(series_round(kernel + (is_new ? "4" : "5"), 1));
  return all;
}

std::vector<Round> in(const std::string& driver, std::vector<Round> rounds) {
  for (Round& round : rounds) {
    round.environment = {{"governor", "performance"}};
    if (!driver.empty()) round.environment.push_back({"driver", driver});
  }
  return rounds;
}

}  // namespace

int main(int, char** paths) {
  const auto before = in("", tracked_rounds(15, series(1, 1, false)));
  auto after = in("580.82", tracked_rounds(3, series(1.5, 1.2, true)));
  after.back().series.back().status = Status::failed;
  after.back().series.back().seconds = std::nullopt;
  after.back().series.back().reason = "wrong result";
  Comparison comparison = compare(before, after, {.before = "baseline b", .after = "now"});
  confirm(comparison, before, after, after, {});
  explain(comparison);
  comparison.notes.push_back("a note");
  std::ofstream(paths[1]) << comparison_json(comparison);
  auto history = before;
  history.insert(history.end(), after.begin(), after.end());
  std::ofstream(paths[2]) << history_json(histories(history), {{"a note"}});
  std::ofstream out(paths[3]);
  out << self_check_json(self_check(tracked_rounds(21, series(1, 1, false)), {}));
  return out.good() ? 0 : 1;
}
