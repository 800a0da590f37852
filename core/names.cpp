// Names of the enumerations, as they appear in files and on the command line.
#include <algorithm>
#include <array>

#include "core/kernel.h"
#include "core/measurement.h"
#include "core/model.h"

namespace roofmark {

std::string_view name(Role role) {
  switch (role) {
    case Role::kernel:
      return "kernel";
    case Role::compute_probe:
      return "compute_probe";
    case Role::bandwidth_probe:
      return "bandwidth_probe";
    case Role::latency_probe:
      return "latency_probe";
    case Role::overhead_probe:
      return "overhead_probe";
  }
  return "";
}

std::string_view name(Depth depth) {
  switch (depth) {
    case Depth::quick:
      return "quick";
    case Depth::standard:
      return "standard";
    case Depth::thorough:
      return "thorough";
  }
  return "";
}

std::string_view name(Phase phase) { return phase == Phase::prefill ? "prefill" : "decode"; }

std::string_view name(Attention attention) {
  return attention == Attention::flash ? "flash" : "eager";
}

namespace {

struct Flag {
  std::string_view name;
  bool usable;
};
constexpr std::array<Flag, 7> flags{{{"quiet", true},
                                     {"clock", true},
                                     {"switched", true},
                                     {"cpu", false},
                                     {"stolen", false},
                                     {"migrated", false},
                                     {"throttled", false}}};

}  // namespace

std::vector<std::string_view> known_flags() {
  std::vector<std::string_view> names;
  names.reserve(std::size(flags));
  for (const Flag& flag : flags) names.push_back(flag.name);
  return names;
}

bool is_known_flag(std::string_view name) {
  return std::any_of(flags.begin(), flags.end(), [&](const Flag& f) { return f.name == name; });
}

bool is_usable(std::string_view name) {
  return name.empty() || std::any_of(flags.begin(), flags.end(),
                                     [&](const Flag& f) { return f.usable && f.name == name; });
}

std::string_view name(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::failed:
      return "failed";
    case Status::unsupported:
      return "unsupported";
    case Status::skipped:
      return "skipped";
  }
  return "";
}

}  // namespace roofmark
