// Reads one row of a run back, from a run file, a journal or a worker's answer.
#include <array>

#include "core/case.h"
#include "core/printable.h"
#include "core/run_reader.h"

namespace roofmark {

/// Unique extents, because a second one of the same name would never be seen.
Shape shape_from(const JsonView& json) {
  Shape shape;
  for (const auto& [extent, value] : json.members()) {
    shape.extents.push_back({extent, value.integer(0, any_count)});
  }
  return shape;
}

namespace {

// What no machine does: a launch within a hundredth of a clock cycle or beyond four months, a
// clock beyond any transistor's.  405B parameters over a context of 2^20 are 1e18 operations.
double seconds(const JsonView& json) { return json.number(1e-12, 1e7); }
double clock_rate(const JsonView& json) { return json.number(1e3, 1e12); }
constexpr double most_work = 1e21;

/// A reason to drop a sample; one that nobody knows cannot be judged.
std::string flag_from(const JsonView& json) {
  std::string flag = json.text();
  if (is_known_flag(flag)) return flag;
  std::string names;
  for (const std::string_view known : known_flags()) {
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  json.refuse("unknown flag '" + printable(flag, 40) + "'", "it is one of " + names);
}

GpuHealth gpu_health_from(const JsonView& json) {
  json.exactly({"clock_hz", "memory_clock_hz", "power_w", "temperature_c", "throttle_reasons",
                "thermal_violation_s", "power_violation_s"});
  return {.clock_hz = known_number(json, "clock_hz", 0, any_positive),
          .memory_clock_hz = known_number(json, "memory_clock_hz", 0, any_positive),
          .power_w = known_number(json, "power_w", 0, any_positive),
          .temperature_c = known_number(json, "temperature_c", -273.15, 1000),
          .throttle_reasons = known_texts(json, "throttle_reasons"),
          .thermal_violation_s = known_number(json, "thermal_violation_s", 0, any_positive),
          .power_violation_s = known_number(json, "power_violation_s", 0, any_positive)};
}

OverCurrent over_current_from(const JsonView& json) {
  json.exactly({"oc1", "oc2", "oc3"});
  return {.oc1 = known_integer(json, "oc1", 0, any_count),
          .oc2 = known_integer(json, "oc2", 0, any_count),
          .oc3 = known_integer(json, "oc3", 0, any_count)};
}

Health health_from(const JsonView& json) {
  json.exactly(
      {"load_1m", "steal_s", "temperature_c", "pressure_cpu_some_avg10", "throttle_events"},
      {"gpu", "over_current", "rails_w"});
  Health health{.load_1m = known_number(json, "load_1m", 0, any_positive),
                .steal_s = known_number(json, "steal_s", 0, any_positive),
                .temperature_c = known_number(json, "temperature_c", -273.15, 1000),
                .pressure_cpu_some_avg10 = known_number(json, "pressure_cpu_some_avg10", 0, 100),
                .throttle_events = known_integer(json, "throttle_events", 0, any_count)};
  if (const auto gpu = json.find("gpu")) health.gpu = gpu_health_from(*gpu);
  if (const auto counters = json.find("over_current")) {
    health.over_current = over_current_from(*counters);
  }
  if (const auto rails = json.find("rails_w")) {
    for (const auto& [rail, power_w] : rails->members()) {
      health.rails_w.emplace_back(rail, power_w.number(0, any_positive));
    }
  }
  return health;
}

Work work_from(const JsonView& json) {
  json.exactly(
      {"ops", "read_bytes", "written_bytes", "weight_bytes", "kv_read_bytes", "kv_written_bytes"},
      {"exponentials"});
  const auto amount = [&](std::string_view key) { return json.at(key).number(0, most_work); };
  const auto exponentials = json.find("exponentials");
  const Work work{.ops = Ops{amount("ops")},
                  .read = Bytes{amount("read_bytes")},
                  .written = Bytes{amount("written_bytes")},
                  .weights = Bytes{amount("weight_bytes")},
                  .kv_read = Bytes{amount("kv_read_bytes")},
                  .kv_written = Bytes{amount("kv_written_bytes")},
                  .exponentials = Ops{exponentials ? exponentials->number(0, most_work) : 0}};
  // Sums of exact integers below 2^53 may still differ from the whole in the last bit above it.
  constexpr double rounding = 1 + 1e-12;
  if (work.weights.value + work.kv_read.value > work.read.value * rounding ||
      work.kv_written.value > work.written.value * rounding) {
    json.refuse("weights and key/value cache move more bytes than the whole", damaged);
  }
  if (work.exponentials.value > work.ops.value * rounding) {
    json.refuse("there are more exponentials than operations", damaged);
  }
  return work;
}

void read_samples(const JsonView& json, Measurement& row) {
  for (const JsonView& sample : json.at("samples_s").elements()) {
    row.samples_s.push_back(seconds(sample));
  }
  for (const JsonView& flag : json.at("flags").elements()) {
    row.flags.push_back(flag.text().empty() ? "" : flag_from(flag));
  }
  for (const JsonView& reading : json.at("clock_hz").elements()) {
    row.clock_hz.push_back(reading.is_null() ? 0.0 : clock_rate(reading));
  }
  if (row.flags.size() != row.samples_s.size() || row.clock_hz.size() != row.samples_s.size()) {
    json.refuse("samples_s, flags and clock_hz have " + std::to_string(row.samples_s.size()) +
                    ", " + std::to_string(row.flags.size()) + " and " +
                    std::to_string(row.clock_hz.size()) + " entries where they must be parallel",
                damaged);
  }
}

void read_load(const JsonView& json, Measurement& row) {
  const auto load = json.find("load_bytes_s");
  if (!load) return;
  for (const JsonView& sample : load->elements()) {
    row.load_bytes_s.push_back(sample.number(0, any_positive));
  }
  if (row.load_bytes_s.size() != row.samples_s.size()) {
    load->refuse("samples_s has " + std::to_string(row.samples_s.size()) + " entries and this " +
                     std::to_string(row.load_bytes_s.size()) + " where they must be parallel",
                 damaged);
  }
}

/// A pair's first half is a sample of its row, and pairs stand in the order of their samples: where
/// they do not, one of both was edited and nobody knows which.
void require_samples_of(const JsonView& json, const Measurement& row) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < row.pairs.size(); ++i) {
    while (at < row.samples_s.size() && row.samples_s[at] != row.pairs[i].kernel_s) ++at;
    if (at++ < row.samples_s.size()) continue;
    json.at("pairs").refuse("kernel_s of pair " + std::to_string(i) +
                                " is no sample of its row, or none after those before it",
                            damaged);
  }
}

void read_pairs(const JsonView& json, Measurement& row) {
  row.companion = text_or_empty(json, "companion");
  for (const JsonView& pair : json.at("pairs").elements()) {
    pair.exactly({"companion", "kernel_s", "companion_s"}, {"flag"});
    if (pair.at("companion").text(any_text) != row.companion) {
      pair.refuse("a pair with another companion than its row", damaged);
    }
    const auto flag = pair.find("flag");
    row.pairs.push_back({seconds(pair.at("kernel_s")), seconds(pair.at("companion_s")),
                         flag ? flag_from(*flag) : ""});
  }
  require_samples_of(json, row);
}

char grade_from(const JsonView& json) {
  const std::string grade = json.text();
  if (grade != "A" && grade != "B" && grade != "C") {
    json.refuse("unknown grade '" + grade + "'", "a run file holds A, B or C");
  }
  return grade.front();
}

std::string code_hash_from(const JsonView& json) {
  std::string hash = json.text();
  if (hash.size() != 16 || hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    json.refuse("'" + printable(hash, 40) + "' is no hash of code", "it has 16 hexadecimal digits");
  }
  return hash;
}

/// What was measured.  The id says it again: where they differ, nobody knows which one holds.
void read_case(const JsonView& json, Measurement& row) {
  row.id = json.at("id").text(any_text);
  row.kernel = json.at("kernel").text(any_text);
  row.variant = json.at("variant").text(any_text);
  row.role = one_of(json, "role",
                    std::array{Role::kernel, Role::compute_probe, Role::bandwidth_probe,
                               Role::latency_probe, Role::overhead_probe});
  row.device = json.at("device").text(any_text);
  row.threads = small(json, "threads", 1, 65536);
  row.format = format_from_json(json.at("format"));
  row.shape = shape_from(json.at("shape"));
  const JsonView conditions = json.at("conditions");
  conditions.exactly({"stores", "pages", "state", "packed"}, {"memory", "cores", "node"});
  const auto further = [&](const char* key) {
    return conditions.has(key) ? text_or_empty(conditions, key) : "";
  };
  row.conditions = {.level = text_or_empty(json, "level"),
                    .stores = text_or_empty(conditions, "stores"),
                    .pages = text_or_empty(conditions, "pages"),
                    .state = text_or_empty(conditions, "state"),
                    .packed = text_or_empty(conditions, "packed"),
                    .memory = further("memory"),
                    .cores = further("cores"),
                    .node = further("node")};
  const std::string id = case_id(row.kernel, row.variant, row.format, row.device, row.threads,
                                 row.shape, row.conditions);
  if (row.id != id) {
    json.at("id").refuse("contradicts its row, which is " + printable(id, 200), damaged);
  }
}

}  // namespace

Measurement row_from(const JsonView& json) {
  json.exactly({"id",        "kernel",         "variant",      "role",
                "device",    "threads",        "format",       "shape",
                "level",     "conditions",     "work",         "status",
                "reason",    "implementation", "error",        "launches_per_sample",
                "samples_s", "flags",          "clock_hz",     "companion",
                "pairs",     "contended",      "interval_met", "grade",
                "health"},
               {"code_hash", "format_error", "launched_s", "load_bytes_s", "rotation_bytes",
                "huge_page_share"});
  Measurement row;
  read_case(json, row);
  row.work = work_from(json.at("work"));
  row.status = one_of(json, "status",
                      std::array{Status::ok, Status::failed, Status::unsupported, Status::skipped});
  row.reason = text_or_empty(json, "reason");
  row.implementation = text_or_empty(json, "implementation");
  if (const auto hash = json.find("code_hash")) row.code_hash = code_hash_from(*hash);
  row.error = known_number(json, "error", 0, any_positive)
                  .value_or(std::numeric_limits<double>::infinity());
  if (json.find("format_error")) {
    row.format_error = json.at("format_error").number(0, any_positive);
  }
  if (const auto bytes = json.find("rotation_bytes")) {
    row.cold.rotation_bytes = bytes->integer(1, any_count);
  }
  if (const auto share = json.find("huge_page_share")) {
    row.cold.huge_page_share = share->number(0, 1);
  }
  row.launches = json.at("launches_per_sample").integer(0, any_count);
  read_samples(json, row);
  if (const auto launched = json.find("launched_s")) {
    for (const JsonView& sample : launched->elements()) row.launched_s.push_back(seconds(sample));
  }
  read_load(json, row);
  read_pairs(json, row);
  row.contended = json.at("contended").boolean();
  row.interval_met = json.at("interval_met").boolean();
  row.grade = grade_from(json.at("grade"));
  const JsonView health = json.at("health");
  health.exactly({"before", "after"});
  row.before = health_from(health.at("before"));
  row.after = health_from(health.at("after"));
  return row;
}

}  // namespace roofmark
