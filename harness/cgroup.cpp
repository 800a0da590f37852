// What control groups leave to this process: CPUs, CPU time, memory.  Versions 1, 2 and both at
// once. Source: Linux Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
#include "harness/cgroup.h"

#include <algorithm>
#include <iterator>

namespace roofmark {
namespace {

/// A line of /proc/self/mountinfo that mounts control groups.
struct Mount {
  std::string root;  ///< the group that stands at the mount point
  std::string point;
  bool v2 = false;
  std::string options;  ///< v1: the controllers
};

/// Where the groups of one controller are seen: its own group first, then each one above.
struct Groups {
  std::string version;  ///< v1 | v2 | none | unknown
  std::vector<std::string> folders;
};

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == word) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

/// mountinfo writes blanks in paths as \040.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '\\' && i + 3 < text.size()
                          ? whole_number(text.substr(i + 1, 3), 8)
                          : std::nullopt;
    if (code && *code > 0 && *code < 256) {
      plain += static_cast<char>(*code);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<Mount> cgroup_mounts(const ProcFiles& files) {
  std::vector<Mount> mounts;
  const std::string text = files.text("/proc/self/mountinfo").value_or("");
  for (const std::string_view line : lines_of(text)) {
    // 36 35 98:0 /root /point options [optional ...] - type source options
    const std::vector<std::string_view> words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (std::distance(words.begin(), dash) < 6 || std::distance(dash, words.end()) < 4) continue;
    const std::string_view type = dash[1];
    if (type != "cgroup" && type != "cgroup2") continue;
    mounts.push_back(
        {unescaped(words[3]), unescaped(words[4]), type == "cgroup2", std::string(dash[3])});
  }
  return mounts;
}

/// The path of this process's group in the hierarchy that holds `controller`.
struct Membership {
  bool v2 = false;
  std::string path;
};

std::optional<Membership> membership(std::string_view text, std::string_view controller) {
  std::optional<Membership> unified;
  for (const std::string_view line : lines_of(text)) {
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string path(line.substr(second + 1));
    if (has_word(controllers, controller)) return Membership{false, path};
    if (controllers.empty()) unified = Membership{true, path};
  }
  return unified;
}

/// The part of `path` below a mount whose root is `root`: a container sees its own group at the
/// mount point, while the path may be the host's.  "" where it is not below it.
std::string below(const std::string& path, const std::string& root) {
  constexpr std::size_t longest = 4096;  // PATH_MAX
  if (path.empty() || path[0] != '/' || path.size() > longest) return "";
  if (path.find("/..") != std::string::npos) return "";  // outside of the cgroup namespace
  if (root == "/") return path == "/" ? "" : path;
  if (path.compare(0, root.size(), root) != 0) return "";
  const std::string rest = path.substr(root.size());
  return rest.empty() || rest[0] == '/' ? rest : "";
}

Groups groups_of(const ProcFiles& files, const std::string& controller) {
  const std::optional<std::string> text = files.text("/proc/self/cgroup");
  if (!text) return {"unknown", {}};
  const std::optional<Membership> member = membership(*text, controller);
  if (!member) return {trimmed(*text).empty() ? "none" : "unknown", {}};
  const Mount* best = nullptr;
  const std::vector<Mount> mounts = cgroup_mounts(files);
  for (const Mount& mount : mounts) {
    if (mount.v2 != member->v2 || (!mount.v2 && !has_word(mount.options, controller))) continue;
    if (best == nullptr ||
        (below(member->path, best->root).empty() && !below(member->path, mount.root).empty())) {
      best = &mount;
    }
  }
  if (best == nullptr || !files.exists(best->point)) return {"unknown", {}};
  Groups groups{member->v2 ? "v2" : "v1", {}};
  std::string rest = below(member->path, best->root);
  for (;;) {
    const std::string folder = best->point + rest;
    if (files.exists(folder)) groups.folders.push_back(folder);
    if (rest.empty()) break;
    rest.erase(rest.rfind('/'));
  }
  return groups;
}

struct Quota {
  bool malformed = false;
  std::optional<double> cpus;
  std::string note;
};

Quota quota_of(std::optional<std::int64_t> quota_us, std::optional<std::int64_t> period_us,
               const std::string& version) {
  if (!quota_us || !period_us || *quota_us <= 0 || *period_us <= 0) return {true, {}, {}};
  return {false, static_cast<double>(*quota_us) / static_cast<double>(*period_us),
          std::to_string(*quota_us) + " us of CPU time in every " + std::to_string(*period_us) +
              " us (cgroup " + version + ")"};
}

Quota read_quota(const ProcFiles& files, const std::string& folder, const std::string& version) {
  if (version == "v2") {
    const std::optional<std::string> text = files.text(folder + "/cpu.max");
    if (!text) return {};  // the root group and groups without the controller have none
    const std::vector<std::string_view> words = words_of(*text);
    if (!words.empty() && words[0] == "max") return {};
    if (words.size() != 2) return {true, {}, {}};
    return quota_of(whole_number(words[0]), whole_number(words[1]), version);
  }
  const std::optional<std::string> text = files.text(folder + "/cpu.cfs_quota_us");
  if (!text) return {};
  const std::optional<std::int64_t> quota_us = whole_number(trimmed(*text));
  if (quota_us == -1) return {};
  return quota_of(quota_us, files.number(folder + "/cpu.cfs_period_us"), version);
}

void read_cpu(const ProcFiles& files, CgroupLimits& limits) {
  const Groups groups = groups_of(files, "cpu");
  limits.version = groups.version;
  for (const std::string& folder : groups.folders) {
    const Quota quota = read_quota(files, folder, groups.version);
    if (quota.malformed) limits.version = "unknown";
    if (quota.cpus && (!limits.quota_cpus || *quota.cpus < *limits.quota_cpus)) {
      limits.quota_cpus = quota.cpus;
      limits.quota_note = quota.note;
    }
  }
}

void read_cpuset(const ProcFiles& files, CgroupLimits& limits) {
  for (const std::string& folder : groups_of(files, "cpuset").folders) {
    for (const char* name : {"/cpuset.cpus.effective", "/cpuset.effective_cpus", "/cpuset.cpus"}) {
      const std::optional<std::string> text = files.text(folder + name);
      const auto cpus = text ? cpu_list(*text) : std::nullopt;
      if (!cpus || cpus->empty()) continue;  // an empty list means: those of the group above
      if (!limits.cpus) {
        limits.cpus = cpus;
      } else {
        std::vector<int> both;
        std::set_intersection(limits.cpus->begin(), limits.cpus->end(), cpus->begin(), cpus->end(),
                              std::back_inserter(both));
        limits.cpus = both;
      }
      break;
    }
  }
}

/// Bytes in use that cannot be dropped: page cache not used lately is given back under pressure.
std::optional<std::int64_t> kept_bytes(const ProcFiles& files, const std::string& folder, bool v2) {
  const auto used = files.number(folder + (v2 ? "/memory.current" : "/memory.usage_in_bytes"));
  if (!used || *used < 0) return std::nullopt;
  const std::string stat = files.text(folder + "/memory.stat").value_or("");
  const auto cache = value_of(stat, v2 ? "inactive_file" : "total_inactive_file");
  const std::int64_t reclaimable = cache ? whole_number(*cache).value_or(0) : 0;
  return *used - std::clamp<std::int64_t>(reclaimable, 0, *used);
}

void read_memory(const ProcFiles& files, CgroupLimits& limits) {
  const Groups groups = groups_of(files, "memory");
  const bool v2 = groups.version == "v2";
  const auto tighten = [](std::optional<std::int64_t>& limit, std::int64_t value) {
    limit = std::min(limit.value_or(value), value);
  };
  for (const std::string& folder : groups.folders) {
    std::optional<std::int64_t> here;
    // memory.high does not kill, but whoever passes it is slowed down: a limit to a measurement.
    for (const char* name : {"/memory.max", "/memory.high", "/memory.limit_in_bytes"}) {
      const auto bytes = files.number(folder + name);  // "max" is no number: no limit
      if (bytes && *bytes >= 0) tighten(here, *bytes);
    }
    // Version 1 writes "no limit" as the largest page-aligned 63-bit number.
    if (!here || *here >= std::int64_t{1} << 62) continue;
    tighten(limits.memory_limit_bytes, *here);
    if (const auto kept = kept_bytes(files, folder, v2)) {
      tighten(limits.memory_left_bytes, std::max<std::int64_t>(0, *here - *kept));
    }
  }
}

}  // namespace

CgroupLimits cgroup_limits(const ProcFiles& files) {
  CgroupLimits limits;
  read_cpu(files, limits);
  read_cpuset(files, limits);
  read_memory(files, limits);
  return limits;
}

}  // namespace roofmark
