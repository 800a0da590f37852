// What control groups leave to this process: CPUs, CPU time, memory.  Versions 1, 2 and both at
// once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/proc_files.h"

namespace roofmark {

/// The tightest of this process's group and of all groups above it that can be seen.
struct CgroupLimits {
  std::string version;                   ///< of the cpu controller: v1 | v2 | none | unknown
  std::optional<double> quota_cpus;      ///< CPU time per time; unset: no quota
  std::string quota_note;                ///< the quota as the kernel states it; empty: no quota
  std::optional<std::vector<int>> cpus;  ///< of the cpuset; unset: not restricted or unknown
  std::optional<std::int64_t> memory_limit_bytes;  ///< unset: no limit
  std::optional<std::int64_t>
      memory_left_bytes;  ///< limit minus what is in use and not reclaimable
};

/// Reads /proc/self/cgroup, /proc/self/mountinfo and the groups' files.  Where a quota's file is
/// malformed or the group is not mounted the version is "unknown": there may be a limit nobody can
/// see.
CgroupLimits cgroup_limits(const ProcFiles& files);

}  // namespace roofmark
