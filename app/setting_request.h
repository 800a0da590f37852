// What `roofmark analyze` is asked of queries, widths, devices and generations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/roofline.h"
#include "analyzer/setting.h"
#include "core/model.h"

namespace roofmark {

struct SettingRequest {
  std::vector<std::string> cached_tokens, input_tokens;  ///< as written; models may follow them
  std::optional<int> weight_bits, activation_bits, kv_bits;
  std::optional<std::int64_t> chunk, generate, devices;
  std::int64_t decode_tokens = 1;  ///< of each sequence in one decode step
  std::string link;
  std::vector<std::string> sweeps;

  bool has_queries() const { return !cached_tokens.empty() || !input_tokens.empty(); }
  bool has_bits() const { return weight_bits || activation_bits || kv_bits; }
};

/// Lists of tokens take every word after them: those behind the numbers are models.
std::vector<std::string> take_models(SettingRequest& request);

/// One query per entry of --cached-tokens (default 0) and --input-tokens (default 1), which are as
/// long as one another, the whole repeated until there are `batch`, a multiple of the lists'
/// length: the rules of Transformer Roofline Analyzer.  Throws InputError.
std::vector<Query> queries_of(const SettingRequest& request, std::optional<std::int64_t> batch);

/// `own` with the widths asked for: integers of 1, 2, 4 and 8 bits, 16 as own where that has 16 and
/// else bf16, 32 f32.  Throws InputError where weights would be wider than activations.
Format format_of(const SettingRequest& request, const Format& own);
/// That of the cache; nullopt: not asked.
std::optional<DType> cache_of(const SettingRequest& request, const Format& format);

/// The accounting and everything that is no dimension.
Setting setting_of(const SettingRequest& request, Accounting accounting);

/// Throws InputError where a generation is asked for and none of the workloads is its prompt.
void require_prompt(const Setting& setting, const std::vector<Workload>& workloads);

/// The roofline with the link asked for.
Roofline with_link(Roofline roofline, const SettingRequest& request);

}  // namespace roofmark
