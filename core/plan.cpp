#include "core/plan.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "core/cache_room.h"
#include "core/companions.h"
#include "core/error.h"
#include "core/id_filter.h"
#include "core/obstacle.h"
#include "core/resident_rows.h"

namespace roofmark {
namespace {

bool wants_device(const Policy& policy, const std::string& device) {
  return std::find(policy.devices.begin(), policy.devices.end(), device) != policy.devices.end();
}

class Planner {
 public:
  Planner(const Machine& machine, const Policy& policy)
      : machine_(machine), policy_(policy), depth_(depth_of(policy.preset)) {}

  void add_probe(const Kernel& kernel) {
    for (const Variant& variant : kernel.variants) {
      if (!wants_device(policy_, variant.device)) continue;
      for (const int threads : threads_of(variant.device)) {
        for (const Site& site : sites_of(kernel, variant, threads)) {
          add_site(kernel, variant, site, threads);
        }
      }
      if (variant.device != "cpu") continue;
      for (const int threads : further_counts()) {
        for (const Site& site : sites_of(kernel, variant, threads)) {
          if (site.scales) add_site(kernel, variant, site, threads);
        }
      }
    }
  }

  void add_operator(const Kernel& kernel, const Operator& op) {
    for (const std::string& device : policy_.devices) {
      if (!op.device.empty() && op.device != device) continue;
      if (add_variants(kernel, op, device)) continue;
      add({&kernel,
           nullptr,
           op.shape,
           {},
           threads_of(device).front(),
           device,
           op.format,
           format_obstacle(kernel, op.format, device, machine_)});
    }
  }

  Plan finish() && {
    resolve_companions();
    filter();
    shuffle();
    part_devices();
    return std::move(plan_);
  }

 private:
  /// Whether every leaf is measured, whatever others there are.
  bool takes_all() const { return depth_ == Depth::thorough || !policy_.filter.empty(); }

  /// The variants of a kernel for a device in the operator's format; false: there is none.
  bool add_variants(const Kernel& kernel, const Operator& op, const std::string& device) {
    bool any = false;
    for (const Variant& variant : kernel.variants) {
      if (variant.device != device || !(variant.format == op.format)) continue;
      any = true;
      if (is_native(variant) && !takes_all() && !stands_for_its_like(variant, kernel, op)) continue;
      const std::string reason = reason_of(variant, op);
      for (const int threads : threads_of(variant)) {
        add({&kernel, &variant, op.shape, Conditions{.state = "cold", .packed = variant.packed},
             threads, device, op.format, reason});
        if (device == "cpu" && reason.empty()) add_resident(kernel, variant, op, threads);
      }
    }
    return any;
  }

  /// Of a kernel's leaves that are alike the one that users run: the last that this machine can;
  /// where none can, the first, to say why, unless other leaves take the shape.
  bool stands_for_its_like(const Variant& leaf, const Kernel& kernel, const Operator& op) const {
    const Variant *widest = nullptr, *first = nullptr;
    bool others_take_it = false;
    for (const Variant& variant : kernel.variants) {
      if (variant.device != leaf.device || variant.format != op.format || !is_native(variant)) {
        continue;
      }
      const bool runs = reason_of(variant, op).empty();
      if (!are_alike(variant, leaf) ||
          (has_few_rows(op) && multiplies_matrices(variant) != multiplies_matrices(leaf))) {
        others_take_it = others_take_it || runs;
        continue;
      }
      if (first == nullptr) first = &variant;
      if (runs) widest = &variant;
    }
    return widest == &leaf || (widest == nullptr && first == &leaf && !others_take_it);
  }

  /// A leaf of an instruction set of the CPU, and named for it.
  static bool is_native(const Variant& variant) {
    return variant.device == "cpu" && !variant.needs.empty() &&
           variant.name.rfind(variant.needs, 0) == 0;
  }

  /// Whether two leaves differ in their instruction set alone: sse2-nt and avx512-nt.
  static bool are_alike(const Variant& a, const Variant& b) {
    return a.name.substr(a.needs.size()) == b.name.substr(b.needs.size());
  }

  /// Where memory binds what multiplies matrices may be no faster than what multiplies vectors.
  static bool has_few_rows(const Operator& op) {
    const std::int64_t rows = op.shape.get("m", op.shape.get("fresh", 0));
    return rows >= 1 && rows <= 16;
  }

  static bool multiplies_matrices(const Variant& leaf) {
    return leaf.needs.rfind("amx", 0) == 0 || leaf.needs == "neon_i8mm";
  }

  /// Why a variant cannot run here at an operator's shape, or empty.
  std::string reason_of(const Variant& variant, const Operator& op) const {
    const std::string reason = obstacle(variant, machine_);
    return reason.empty() && variant.refusal != nullptr ? variant.refusal(op.shape) : reason;
  }

  /// A GPU is driven by one host thread.
  std::vector<int> threads_of(const std::string& device) const {
    return device == "cpu" ? policy_.threads : std::vector<int>{1};
  }

  /// Those of the policy; of a library, where a quick run compares with it, the most alone.
  std::vector<int> threads_of(const Variant& variant) const {
    if (variant.library && depth_ == Depth::quick && !takes_all()) {
      return {most_threads()};
    }
    return threads_of(variant.device);
  }

  int most_threads() const {
    const auto most = std::max_element(policy_.threads.begin(), policy_.threads.end());
    return most == policy_.threads.end() ? 0 : *most;
  }

  /// What Site::scales names and the policy has not.
  std::vector<int> further_counts() const {
    const Allowance& allowance = machine_.allowance;
    std::vector<int> counts{allowance.cores, allowance.max_threads};
    for (int threads = 1; threads < allowance.max_threads; threads *= 2) counts.push_back(threads);
    std::sort(counts.begin(), counts.end());
    std::vector<int> further;
    for (const int threads : counts) {
      const auto& had = policy_.threads;
      const bool fits = threads >= 1 && threads <= most_threads();
      if (fits && std::find(had.begin(), had.end(), threads) == had.end()) {
        further.push_back(threads);
      }
    }
    return further;
  }

  /// The operator's rows in L2 and, where no fork and join takes longer than they do, in L1, unless
  /// the variant stores past the caches.
  void add_resident(const Kernel& kernel, const Variant& variant, const Operator& op, int threads) {
    if (kernel.rows_extent.empty() || (depth_ < Depth::standard && !takes_all())) return;
    for (const int level : {1, 2}) {
      if (level == 1 && threads > 1) continue;
      const auto shape = resident_shape(kernel, op, cache_room(machine_, level, threads), threads);
      if (!shape) continue;
      const Conditions there{.level = "l" + std::to_string(level), .state = "hot"};
      const Case what{&kernel, &variant, *shape, there, threads, "cpu", op.format};
      const auto companion = wanted_companion(what);
      if (companion && companion->conditions.stores == "nt") return;
      add(what);
    }
  }

  void add_site(const Kernel& kernel, const Variant& variant, const Site& site, int threads) {
    const int placed = static_cast<int>(site.cpus.size());
    if (site.depth > depth_ || placed > most_threads()) return;
    const std::string no = obstacle(variant, machine_);
    add({&kernel, &variant, site.shape, site.conditions, placed > 0 ? placed : threads,
         variant.device, variant.format, no.empty() ? site.reason : no, site.cpus, site.memory_node,
         site.ops_per_cycle});
  }

  /// Where no GPU is, nobody knows the sizes of its caches: one site without a shape.
  std::vector<Site> sites_of(const Kernel& kernel, const Variant& variant, int threads) const {
    if (variant.device == "cuda" && machine_.gpus.empty()) return {Site{}};
    const auto sites = variant.sites != nullptr ? variant.sites : kernel.sites;
    return sites(machine_, variant, threads);
  }

  /// What cannot run for the same reason as a case before is said once, whatever its shape and
  /// threads, and of leaves whatever their instruction set; a filter shows every one.
  bool is_said(const Case& what) {
    if (what.reason.empty() || !policy_.filter.empty()) return false;
    std::string key = what.kernel->name + '/' + what.device + '/' + what.reason;
    if (what.variant != nullptr) {
      key += '/' + what.format.name() + '/' + (is_native(*what.variant) ? "" : what.variant->name);
    }
    return !said_.insert(key).second;
  }

  void add(const Case& what) {
    if (is_said(what)) return;
    if (seen_.emplace(what.id(), plan_.cases.size()).second) plan_.cases.push_back({what, -1});
  }

  void resolve_companions() {
    for (PlannedCase& planned : plan_.cases) {
      planned.companion = find_companion(plan_.cases, planned.what, machine_.cpu);
    }
  }

  void keep(const std::vector<bool>& kept) {
    std::vector<int> moved(plan_.cases.size(), -1);
    std::vector<PlannedCase> cases;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (!kept[i]) continue;
      moved[i] = static_cast<int>(cases.size());
      cases.push_back(plan_.cases[i]);
    }
    for (PlannedCase& planned : cases) {
      if (planned.companion >= 0) planned.companion = moved[planned.companion];
    }
    plan_.cases = std::move(cases);
  }

  void filter() {
    const IdFilter filter(policy_.filter);
    std::vector<bool> kept(plan_.cases.size(), true);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Case& what = plan_.cases[i].what;
      const bool is_kernel = what.kernel->role == Role::kernel;
      kept[i] = (policy_.only.empty() || (policy_.only == "kernels") == is_kernel) &&
                filter.passes(what.id());
    }
    // A kernel without the row of the probe that bounds it could not be judged.
    std::set<std::pair<std::string, int>> kept_kernels;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Case& what = plan_.cases[i].what;
      if (!kept[i] || what.kernel->role != Role::kernel) continue;
      kept_kernels.emplace(what.device, what.threads);
      if (plan_.cases[i].companion >= 0) kept[plan_.cases[i].companion] = true;
    }
    // Nor one without what its launch costs.
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Case& what = plan_.cases[i].what;
      if (what.kernel->role == Role::overhead_probe &&
          kept_kernels.count({what.device, what.threads}) > 0) {
        kept[i] = true;
      }
    }
    keep(kept);
  }

  void shuffle() {
    // Fisher-Yates on the raw generator: std::shuffle's order differs between standard libraries.
    std::mt19937_64 random(policy_.seed);
    std::vector<std::size_t> order(plan_.cases.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    rearrange(order);
  }

  /// Puts case order[i] into place i.
  void rearrange(const std::vector<std::size_t>& order) {
    std::vector<int> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i);
    std::vector<PlannedCase> cases;
    for (const std::size_t from : order) {
      PlannedCase planned = plan_.cases[from];
      if (planned.companion >= 0) planned.companion = place[planned.companion];
      cases.push_back(std::move(planned));
    }
    plan_.cases = std::move(cases);
  }

  /// One device after the other: a GPU that waits for CPU rows cools down and clocks down.
  void part_devices() {
    std::vector<std::size_t> order;
    for (const std::string& device : policy_.devices) {
      for (std::size_t i = 0; i < plan_.cases.size(); ++i) {
        if (plan_.cases[i].what.device == device) order.push_back(i);
      }
    }
    rearrange(order);
  }

  const Machine& machine_;
  const Policy& policy_;
  Depth depth_;
  Plan plan_;
  std::map<std::string, std::size_t> seen_;
  std::set<std::string> said_;  ///< why something cannot run
};

}  // namespace

Depth depth_of(const std::string& preset) {
  for (const Depth depth : {Depth::quick, Depth::standard, Depth::thorough}) {
    if (preset == name(depth)) return depth;
  }
  throw InputError("there is no preset '" + preset +
                   "' (quick, standard, thorough are)"
                   "; pass one of them with --preset");
}

double sampling_limit_s(const Case& what, const Policy& policy) {
  constexpr double brief_s = 0.05;  // ten samples of memory's slowest, and hundreds of a core's
  const double limit = what.is_core_bound() ? policy.core_limit_s : policy.case_limit_s;
  return what.kernel->brief ? std::min(brief_s, limit) : limit;
}

Plan plan(std::span<const Kernel> registry, const Machine& machine,
          std::span<const Operator> operators, const Policy& policy) {
  Planner planner(machine, policy);
  for (const Kernel& kernel : registry) {
    if (kernel.role != Role::kernel) planner.add_probe(kernel);
  }
  for (const Operator& op : operators) {
    for (const Kernel& kernel : registry) {
      if (kernel.role == Role::kernel && kernel.name == op.kernel) planner.add_operator(kernel, op);
    }
  }
  return std::move(planner).finish();
}

}  // namespace roofmark
