#include "app/setting_request.h"

#include <algorithm>
#include <array>

#include "app/quantity.h"
#include "app/workload_limits.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::int64_t tokens_from(const std::string& text, const char* flag, std::int64_t least) {
  constexpr std::size_t most_digits = 18;
  const std::int64_t value =
      is_number(text) && text.size() <= most_digits ? std::stoll(text) : std::int64_t{-1};
  if (value >= least && value <= most_tokens) return value;
  throw InputError(std::string(flag) + ": \"" + printable(text, 40) +
                   "\" is no number of tokens (they are " + std::to_string(least) + " to " +
                   std::to_string(most_tokens) + "); correct it");
}

void take_models(std::vector<std::string>& words, std::vector<std::string>& models) {
  const auto end = std::find_if_not(words.begin(), words.end(), is_number);
  if (end == words.begin()) return;  // refused as a number of tokens, not taken for a model
  models.insert(models.end(), end, words.end());
  words.erase(end, words.end());
}

DType integer_type(int width) {
  constexpr std::array<std::pair<int, DType>, 4> types{
      {{8, DType::i8}, {4, DType::i4}, {2, DType::i2}, {1, DType::i1}}};
  for (const auto& [bits, type] : types) {
    if (bits == width) return type;
  }
  return DType::none;
}

DType type_of(int width, DType own, const char* flag) {
  if (width == bits(own)) return own;
  if (width == 16) return DType::bf16;
  if (width == 32) return DType::f32;
  const DType type = integer_type(width);
  if (type != DType::none) return type;
  throw InputError(std::string(flag) + " " + std::to_string(width) +
                   " is no width of numbers here (there are 1, 2, 4, 8, 16 and 32); choose one");
}

}  // namespace

std::vector<std::string> take_models(SettingRequest& request) {
  std::vector<std::string> models;
  take_models(request.cached_tokens, models);
  take_models(request.input_tokens, models);
  return models;
}

std::vector<Query> queries_of(const SettingRequest& request, std::optional<std::int64_t> batch) {
  std::vector<std::int64_t> cached, input;
  for (const std::string& text : request.cached_tokens) {
    cached.push_back(tokens_from(text, "--cached-tokens", 0));
  }
  for (const std::string& text : request.input_tokens) {
    input.push_back(tokens_from(text, "--input-tokens", 1));
  }
  if (cached.empty()) cached.push_back(0);
  if (input.empty()) input.push_back(1);
  if (cached.size() != input.size()) {
    throw InputError("--cached-tokens has " + std::to_string(cached.size()) +
                     " entries and --input-tokens " + std::to_string(input.size()) +
                     " (each query has one of both); write as many of one as of the other");
  }
  const auto queries = static_cast<std::int64_t>(cached.size());
  const std::int64_t all = batch.value_or(queries);
  if (all % queries != 0) {
    throw InputError("--batch-size " + std::to_string(all) + " is no multiple of the " +
                     std::to_string(queries) +
                     " queries (they are repeated as a whole); choose a multiple");
  }
  std::vector<Query> result;
  for (std::int64_t i = 0; i < all; ++i) {
    const auto at = static_cast<std::size_t>(i % queries);
    result.push_back({cached[at], input[at]});
  }
  return result;
}

Format format_of(const SettingRequest& request, const Format& own) {
  Format format = own;
  if (request.activation_bits) {
    format.activations = type_of(*request.activation_bits, own.activations, "--activation-bits");
    if (bits(format.activations) < 8) {
      throw InputError("--activation-bits " + std::to_string(*request.activation_bits) +
                       " is narrower than a network's norms, sums and attention are kept "
                       "(they are counted as wide as the inputs of products); pass 8, 16 or 32");
    }
  }
  if (request.weight_bits) {
    format.weights = type_of(*request.weight_bits, own.weights, "--weight-bits");
  }
  if (bits(format.weights) == bits(format.activations) && bits(format.weights) >= 16) {
    format.weights = format.activations;
  }
  if (bits(format.weights) > bits(format.activations)) {
    throw InputError(
        "weights of " + std::to_string(bits(format.weights)) +
        " bits are wider than activations of " + std::to_string(bits(format.activations)) +
        " (products are computed in the type of the activations); pass --weight-bits " +
        std::to_string(bits(format.activations)) + " or less");
  }
  const bool integers = format.activations == DType::i8;
  format.accumulate = integers                         ? DType::i32
                      : bits(format.activations) == 64 ? DType::f64
                                                       : DType::f32;
  return format;
}

std::optional<DType> cache_of(const SettingRequest& request, const Format& format) {
  if (!request.kv_bits) return std::nullopt;
  return type_of(*request.kv_bits, format.activations, "--kv-bits");
}

Setting setting_of(const SettingRequest& request, Accounting accounting) {
  return {.accounting = accounting,
          .devices = request.devices.value_or(1),
          .chunk = request.chunk.value_or(0),
          .generate = request.generate.value_or(0)};
}

void require_prompt(const Setting& setting, const std::vector<Workload>& workloads) {
  const bool prompt = std::any_of(workloads.begin(), workloads.end(), [](const Workload& workload) {
    return workload.phase == Phase::prefill;
  });
  if (setting.generate == 0 || prompt) return;
  if (setting.accounting == Accounting::tra) {
    throw InputError(
        "--generate begins with a prompt (tra accounting computes --input-tokens in one pass, of "
        "one token unless said); add --phase prefill with --context");
  }
  throw InputError(
      "--generate begins with a prompt (there is no prefill here); leave out --phase, or add "
      "prefill to it");
}

Roofline with_link(Roofline roofline, const SettingRequest& request) {
  if (!request.link.empty()) {
    roofline.link = Bandwidth{quantity_from(request.link, "--link", bytes_per_second)};
  }
  return roofline;
}

}  // namespace roofmark
