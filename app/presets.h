// What `roofmark run` measures unless told otherwise.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/measurement.h"

namespace roofmark {

/// What the user asked for; empty: as the preset says.
struct RunRequest {
  std::string preset = "quick", only, filter;
  std::string cache;  ///< type of the key/value cache; empty: that of the activations, on GPUs
                      ///< alone bf16 where those have 8 bits
  std::vector<std::string> models, phases, formats, devices;
  std::vector<int> threads;
  std::vector<std::int64_t> batches, contexts;
  std::optional<std::int64_t> seed;
};

/// The policy of a request on a machine.  Throws InputError where a value is not possible.
Policy policy_of(const RunRequest& request, const Machine& machine);

/// "this process may use 1 of 2 CPUs: affinity and cgroup say so"
std::string allowed_threads_text(const Machine& machine);

/// Throws InputError where formats are asked for in none of which the products of a model can run
/// on any device of the policy.
void require_formats(const RunRequest& request, const Policy& policy,
                     std::span<const Kernel> registry, const Machine& machine);

/// The operators of all workloads of a policy.
std::vector<Operator> operators_of(const Policy& policy);

}  // namespace roofmark
