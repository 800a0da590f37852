// Names of the enumerations, as they appear in files and on the command line.
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

std::string_view name(Phase phase) { return phase == Phase::prefill ? "prefill" : "decode"; }

std::string_view name(Attention attention) {
  return attention == Attention::flash ? "flash" : "eager";
}

bool is_usable(std::string_view flag) {
  return flag.empty() || flag == "quiet" || flag == "clock" || flag == "switched";
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
