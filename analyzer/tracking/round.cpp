#include "analyzer/tracking/round.h"

#include <algorithm>
#include <map>

#include "analyzer/from_run.h"
#include "analyzer/numbers.h"
#include "analyzer/timing.h"
#include "core/pairs.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

// Of the program that is under test.
constexpr const char* version_fact = "roofmark";
constexpr const char* commit_fact = "commit";

class Facts {
 public:
  void add(const std::string& name, const std::string& value) {
    if (!value.empty()) facts_.push_back({name, value});
  }
  void add(const std::string& name, const Known<std::string>& value) {
    if (value) add(name, *value);
  }
  void add(const std::string& name, const Known<double>& value, const char* unit) {
    if (value) add(name, si(*value, unit));
  }
  void add(const std::string& name, const Known<bool>& value) {
    if (value) add(name, std::string(*value ? "yes" : "no"));
  }
  std::vector<Fact> take() { return std::move(facts_); }

 private:
  std::vector<Fact> facts_;
};

void add_host(Facts& facts, const Machine& machine) {
  const Environment& environment = machine.environment;
  facts.add("os", environment.os);
  facts.add("kernel", environment.kernel);
  facts.add("hypervisor", environment.hypervisor);
  facts.add("microcode", environment.microcode);
  facts.add("governor", environment.governor);
  facts.add("turbo", environment.turbo);
  facts.add("smt", machine.cpu.smt);
  facts.add("huge pages", environment.huge_pages);
  facts.add("container", environment.container);
  facts.add("variables", environment.variables_text());
  facts.add("allowed cpus", std::to_string(machine.allowance.cpus.size()));
  if (machine.allowance.quota_cpus) {
    facts.add("cpu quota", plain_number(*machine.allowance.quota_cpus));
  }
}

void add_gpu(Facts& facts, const Gpu& gpu, const std::string& before) {
  const GpuSetting& setting = gpu.setting;
  facts.add(before + "driver", setting.driver);
  facts.add(before + "cuda driver", setting.cuda_driver);
  facts.add(before + "cuda runtime", setting.cuda_runtime);
  facts.add(before + "mig", setting.mig);
  facts.add(before + "ecc", setting.ecc);
  facts.add(before + "sms", std::to_string(gpu.sms));
  facts.add(before + "clock max", setting.clock_max_hz, "Hz");
  facts.add(before + "memory clock max", setting.memory_clock_max_hz, "Hz");
  facts.add(before + "power limit", setting.power_limit_w, "W");
}

void add_board(Facts& facts, const Jetson& board) {
  facts.add("l4t", board.l4t);
  facts.add("jetpack", board.jetpack);
  facts.add("power mode", board.power_mode);
  facts.add("gpu clock min", board.gpu_clock_min_hz, "Hz");
  facts.add("gpu clock limit", board.gpu_clock_max_hz, "Hz");
  facts.add("memory clock", board.emc_max_hz, "Hz");
}

/// What the reports say of a row: a point's share and bound, or a ceiling's.
struct Places {
  std::map<std::string, const Point*> points;
  std::map<std::string, const Ceiling*> ceilings;

  explicit Places(const Analysis& analysis) {
    for (const Point& point : analysis.points) points.emplace(point.id, &point);
    for (const Ceiling& ceiling : analysis.ceilings) ceilings.emplace(ceiling.id, &ceiling);
  }
};

void put_place(SeriesRound& series, const Places& places) {
  if (const auto at = places.points.find(series.id); at != places.points.end()) {
    const Point& point = *at->second;
    series.share = point.share_measured;
    series.bound = point.bound;
    series.ceiling = point.ceiling;
    series.grade = point.grade;
  } else if (const auto ceiling = places.ceilings.find(series.id);
             ceiling != places.ceilings.end()) {
    series.share = ceiling->second->share;
    series.grade = ceiling->second->grade;
  }
}

void put_pairs(SeriesRound& series, const Measurement& row) {
  std::vector<double> companions, relatives;
  for (const Pair& pair : chosen_pairs(row).pairs) {
    const Known<double> relative = quotient(pair.kernel_s, pair.companion_s);
    if (!relative) continue;
    companions.push_back(pair.companion_s);
    relatives.push_back(*relative);
  }
  if (relatives.size() < fewest_pairs) return;
  series.companion_seconds = median(companions);
  series.relative = median(relatives);
}

SeriesRound series_of(const Measurement& row, const Places& places) {
  SeriesRound series;
  series.id = row.id;
  series.kernel = row.kernel;
  series.variant = row.variant;
  series.device = row.device;
  series.threads = row.threads;
  series.role = row.role;
  series.status = row.status;
  series.grade = row.grade;
  series.contended = row.contended;
  series.ops = row.work.ops.value;
  series.bytes = row.work.bytes().value;
  series.companion = row.companion;
  series.implementation = row.implementation;
  series.code_hash = row.code_hash;
  const Timing timing = timing_of(row);
  series.seconds = timing.seconds;
  series.low = timing.low;
  series.high = timing.high;
  series.clock_hz = timing.clock_hz;
  series.reason = timing.reason;
  put_place(series, places);
  if (series.seconds) put_pairs(series, row);
  return series;
}

}  // namespace

const SeriesRound* Round::find(const std::string& id) const {
  const auto at = std::find_if(series.begin(), series.end(),
                               [&](const SeriesRound& one) { return one.id == id; });
  return at == series.end() ? nullptr : &*at;
}

std::vector<Fact> environment_of(const Run& run) {
  Facts facts;
  const Machine& machine = run.machine;
  add_host(facts, machine);
  if (machine.jetson) add_board(facts, *machine.jetson);
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    add_gpu(facts, machine.gpus[i], i == 0 ? "" : "gpu " + std::to_string(i) + " ");
  }
  facts.add(version_fact, run.build.version);
  facts.add(commit_fact, run.build.commit);
  facts.add("compiler", run.build.compiler);
  for (const auto& [name, value] : run.build.features) facts.add(name, value);
  return facts.take();
}

bool is_under_test(const std::string& fact) { return fact == version_fact || fact == commit_fact; }

Round round_of(const Run& run, const Analysis& analysis) {
  Round round;
  round.run = run.id;
  round.campaign = run.campaign;
  round.started = run.started;
  round.machine = run.machine.id;
  round.class_ = run.machine.class_;
  round.preset = run.policy.preset;
  round.only = run.policy.only;
  round.filter = run.policy.filter;
  round.complete = run.complete;
  round.environment = environment_of(run);
  const Places places(analysis);
  round.series.reserve(run.rows.size());
  for (const Measurement& row : run.rows) round.series.push_back(series_of(row, places));
  return round;
}

Round round_of(const Run& run) { return round_of(run, analyze_run(run)); }

}  // namespace roofmark
