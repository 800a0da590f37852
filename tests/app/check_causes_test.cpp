// A whole check of made-up runs in which the machine and a kernel of it became slower.
#include <gtest/gtest.h>

#include "app/files.h"
#include "app/store.h"
#include "core/case.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"
#include "tests/text.h"

namespace roofmark {
namespace {

/// Times of one round: of the machine's probe, and of its first kernel over that.
struct Speeds {
  double probe = 1, first = 1;
};

std::string kernel_name(int i) { return i == 0 ? "gemv" : "norm"; }

/// Where the number of a round stands in the time of its start.
struct Clock {
  std::string before, after;
};
const Clock minutes{"2026-11-22T02:", ":00Z"}, seconds{"2026-11-22T02:10:", "Z"};

/// A finished run of six kernels, each timed beside the probe.
roofmark::Run made_up_run(int i, const Speeds& speeds, const std::string& campaign,
                          const Clock& clock) {
  roofmark::Run run = small_run();
  run.machine = discover();
  run.id = "000000" + std::to_string(10 + i);
  run.started = clock.before + std::to_string(10 + i) + clock.after;
  run.campaign = campaign;
  run.policy.preset = "standard";
  const double probe_s = 0.01 * speeds.probe * (i % 2 == 0 ? 1.001 : 0.999);
  Measurement probe = small_probe();
  probe.work.read = Bytes{80e6};  // in the time of a kernel that reads 67e6
  probe.samples_s.assign(9, probe_s);
  probe.flags.assign(9, "");
  probe.clock_hz.assign(9, 0);
  probe.load_bytes_s.clear();
  run.rows = {probe};
  for (int k = 0; k < 6; ++k) {
    Measurement row = small_kernel();
    row.kernel = kernel_name(k);
    row.shape = {{"n", 4096 + k}, {"k", 4096}};
    row.id = case_id(row.kernel, row.variant, row.format, row.device, row.threads, row.shape,
                     row.conditions);
    row.contended = false;
    const double own_s = probe_s * (k == 0 ? speeds.first : 1);
    if (own_s != probe_s) row.code_hash = "fedcba9876543210";  // what made it slower
    row.samples_s.assign(9, own_s);
    row.flags.assign(9, "");
    row.clock_hz.assign(9, 0);
    row.pairs.assign(9, {own_s, probe_s});
    run.rows.push_back(row);
  }
  return run;
}

struct Check {
  Outcome outcome;
  std::string json;
};

/// Six rounds at these speeds beside a baseline of fifteen at others, one each minute or second.
Check check_at(const Speeds& speeds, const Clock& clock = minutes) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  const auto put = [&](const roofmark::Run& run) {
    const std::filesystem::path file = run_path(store, run);
    make_folder(file.parent_path());
    write_file(file, to_json(run));
  };
  for (int i = 0; i < 15; ++i) put(made_up_run(i, {}, "old", clock));
  for (int i = 20; i < 26; ++i) put(made_up_run(i, speeds, "new", clock));
  const Outcome saved =
      run_program({"baseline", "save", "main", "--from", "old", "--store", store});
  EXPECT_EQ(saved.code, 0) << saved.err;
  const std::vector<std::string> check{"check", "--baseline", "main", "--from",
                                       "new",   "--store",    store};
  std::vector<std::string> as_json = check;
  as_json.insert(as_json.end(), {"--output", "json"});
  return {run_program(check), run_program(as_json).out};
}

TEST(CheckCauses, AKernelSlowerThanItsSlowerMachineFailsAsAFindingOfItsOwn) {
  const Check check = check_at({.probe = 1.2, .first = 1.1});
  EXPECT_EQ(check.outcome.code, 1) << check.outcome.err;
  const std::string& said = check.outcome.out;
  // The probe and the five kernels that moved with it are one finding, the sixth another.
  EXPECT_NE(said.find("MACHINE      6 of 7"), std::string::npos) << said;
  EXPECT_NE(said.find("its ceiling takes 20.0 % longer, which does not explain it"),
            std::string::npos)
      << said;
  EXPECT_EQ(count_of(check.json, "\"cause\": \"kernel\""), 1u) << check.json;
  EXPECT_EQ(count_of(check.json, "\"cause\": \"machine\""), 7u) << check.json;
}

TEST(CheckCauses, AKernelThatMovesWithItsMachineIsNotBlamed) {
  const Check check = check_at({.probe = 1.2});
  EXPECT_NE(check.outcome.out.find("MACHINE      7 of 7"), std::string::npos) << check.outcome.out;
  EXPECT_EQ(count_of(check.json, "\"cause\": \"kernel\""), 0u) << check.json;
}

TEST(CheckCauses, ABaselineOfAMinuteThatBlamesTheMachineSaysHowToTakeALongerOne) {
  const std::string note =
      "note         the baseline's rounds were taken within 1 minute and do not know how this "
      "machine moves within more; one that does: roofmark baseline save main --pause 60 "
      "--replace\n";
  const Check check = check_at({.probe = 1.2}, seconds);
  EXPECT_EQ(check.outcome.code, 1);
  EXPECT_NE(check.outcome.out.find(note), std::string::npos) << check.outcome.out;
  // A kernel that is blamed beside the machine takes nothing of that away.
  const Check both = check_at({.probe = 1.2, .first = 1.1}, seconds);
  EXPECT_EQ(both.outcome.code, 1);
  EXPECT_NE(both.outcome.out.find(note), std::string::npos) << both.outcome.out;
  // One of a quarter of an hour knows, and a kernel is no matter of the machine's.
  EXPECT_EQ(check_at({.probe = 1.2}).outcome.out.find("--pause"), std::string::npos);
  const Check kernel = check_at({.first = 1.2}, seconds);
  EXPECT_EQ(kernel.outcome.code, 1);
  EXPECT_EQ(kernel.outcome.out.find("--pause"), std::string::npos) << kernel.outcome.out;
  EXPECT_EQ(check_at({}, seconds).outcome.out.find("--pause"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
