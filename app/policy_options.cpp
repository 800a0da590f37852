// The options of every command that measures.
#include "app/policy_options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>

#include "app/rounds.h"
#include "app/workload_limits.h"

namespace roofmark {

std::vector<CLI::Option*> add_policy_options(CLI::App& command, RunRequest& request) {
  std::vector<CLI::Option*> of_policy;
  const auto policy_option = [&](const char* flags, auto& value, const char* help) {
    of_policy.push_back(command.add_option(flags, value, help));
    return of_policy.back();
  };
  policy_option("--preset", request.preset, "quick (minutes), standard, thorough")
      ->capture_default_str();
  policy_option("--only", request.only, "probes | kernels")
      ->check(CLI::IsMember({"probes", "kernels"}));
  policy_option("--filter", request.filter,
                "only ids matching this POSIX extended regular expression");
  policy_option("--model", request.models, "built-in names or config.json files")->delimiter(',');
  policy_option("--phase", request.phases, "prefill,decode")->delimiter(',');
  policy_option("--batch", request.batches, "sequences at once, e.g. 1,8")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, most_sequences));
  policy_option("--context", request.contexts,
                "prompt tokens of prefill, cached tokens of decode, e.g. 512,4096")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, most_tokens));
  policy_option("--dtype", request.formats,
                "f32,bf16-f32,w8a8,w4a16,...; w4a16g32: groups of 32 weights share a scale")
      ->delimiter(',');
  policy_option("--kv-dtype", request.cache, "of the key/value cache: f32, f16, bf16, i8");
  policy_option("--device", request.devices, "cpu,cuda")
      ->delimiter(',')
      ->check(CLI::IsMember({"cpu", "cuda"}));
  policy_option("--threads", request.threads, "thread counts, e.g. 1,4")->delimiter(',');
  policy_option("--seed", request.seed, "of the order of the cases")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()));
  return of_policy;
}

CLI::Option* add_pause_option(CLI::App& command, std::int64_t& seconds) {
  return command
      .add_option("--pause", seconds,
                  "seconds between two rounds: 60 where others share the machine, so that the "
                  "rounds know how it moves within a quarter of an hour")
      ->check(CLI::Range(std::int64_t{0}, longest_pause_s))
      ->capture_default_str();
}

void add_quiet_option(CLI::App& command, bool& quiet) {
  command.add_flag("-q,--quiet", quiet, "no progress");
}

}  // namespace roofmark
