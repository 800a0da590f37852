// A run as Google Benchmark writes one, for the tools that read it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "analyzer/export/exports.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

constexpr double nanoseconds = 1e9;

Json caches_of(const Cpu& cpu) {
  Json caches = Json::array();
  for (const Cache& cache : cpu.caches) {
    const int threads = cpu.smt.value_or(false) && cpu.cores > 0 ? cpu.threads / cpu.cores : 1;
    caches.push_back({{"type", cache.level == 1 ? "Data" : "Unified"},
                      {"level", cache.level},
                      {"size", cache.size_bytes},
                      {"num_sharing", cache.cores_sharing * threads}});
  }
  return caches;
}

/// "3 failed, 12 unsupported"; empty: every row has a time.
std::string left_out(const std::vector<Series>& all) {
  std::string text;
  for (const auto& [outcome, count] : outcomes(all)) {
    if (outcome == "ok" || count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + outcome;
  }
  return text;
}

/// host_name is the machine's fingerprint: names of hosts are in no run.
Json context_of(const Exported& exported) {
  const Run& run = exported.run;
  const std::string date =
      run.started.empty() ? run.started : run.started.substr(0, run.started.size() - 1) + "+00:00";
  Json context{{"date", date},
               {"host_name", run.machine.id},
               {"executable", "roofmark"},
               {"num_cpus", run.machine.cpu.threads},
               {"caches", caches_of(run.machine.cpu)},
               {"roofmark_run", run.id},
               {"roofmark_version", run.build.version},
               {"roofmark_cpu_time", "equals real_time: it was not measured"}};
  const std::string missing = left_out(exported.series);
  if (!missing.empty()) context["roofmark_left_out"] = missing;
  return context;
}

Json benchmark_of(const Series& series, int family) {
  const Measurement& row = *series.row;
  const double time_ns = *series.seconds * nanoseconds;
  const auto samples = static_cast<std::int64_t>(row.samples_s.size());
  Json json{{"name", series.id},
            {"family_index", family},
            {"per_family_instance_index", 0},
            {"run_name", series.id},
            {"run_type", "iteration"},
            {"repetitions", 1},
            {"repetition_index", 0},
            {"threads", row.threads},
            {"iterations", std::max<std::int64_t>(row.launches, 1) * samples},
            {"real_time", time_ns},
            {"cpu_time", time_ns},
            {"time_unit", "ns"}};
  const double bytes = row.work.bytes().value;
  if (bytes > 0) json["bytes_per_second"] = bytes / *series.seconds;
  if (row.work.ops.value > 0) json["items_per_second"] = row.work.ops.value / *series.seconds;
  json["ops"] = row.work.ops.value;
  json["read_bytes"] = row.work.read.value;
  json["written_bytes"] = row.work.written.value;
  if (series.share) json["share_of_roof"] = *series.share;
  json["label"] = std::string("grade ") + series.grade;
  return json;
}

}  // namespace

std::string gbench_json(const Exported& exported) {
  Json benchmarks = Json::array();
  for (const Series& series : exported.series) {
    if (!series.seconds) continue;
    benchmarks.push_back(benchmark_of(series, static_cast<int>(benchmarks.size())));
  }
  const Json json{{"context", context_of(exported)}, {"benchmarks", benchmarks}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
