#include "analyzer/advice.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "analyzer/numbers.h"
#include "analyzer/passes.h"
#include "analyzer/weight_formats.h"
#include "core/error.h"

namespace roofmark {
namespace {

constexpr double least_share = 0.01;  // of a phase, for an answer of its own

/// The parts of attention are one, whether it is fused or not, by the name of the fused one: that
/// within a window is another (window_attention) than that over everything.
std::string group_of(const std::string& op) {
  for (const std::string_view part : {"qk_matmul", "softmax", "sv_matmul"}) {
    if (op.ends_with(part)) return op.substr(0, op.size() - part.size()) + "attention";
  }
  return op;
}

/// Seconds of all calls by group; nothing where one of them is not known.
using Times = std::map<std::string, double>;

double total(const Times& times) {
  double sum = 0;
  for (const auto& [group, seconds] : times) sum += seconds;
  return sum;
}

Known<Times> times_of(const Workload& workload, const Setting& setting, const WorkModel& exact,
                      Costing& costing, double divisor) {
  Times times;
  for (const CountedOperator& op : count_all(workload, setting, exact)) {
    const Known<Seconds> seconds = costing.seconds(op);
    if (!seconds) return std::nullopt;
    times[group_of(op.name)] += seconds->value * static_cast<double>(op.count) / divisor;
  }
  return times;
}

struct Candidate {
  std::string what, flags;
  Workload workload;
  double times = 1;         ///< sequences, of those asked for
  std::string caveat = {};  ///< what a time at the roof does not say of it
};

/// A narrower format has its time only in kernels that exist, and a use only if results stay good.
constexpr const char* if_accurate = "if accuracy holds";
constexpr const char* if_widened =
    "if accuracy holds, and with kernels that widen the weights as they read them";
constexpr const char* if_all_narrow =
    "if accuracy holds, and with kernels for it; norms, sums and activation functions are counted "
    "in 8 bits too, which kernels and libraries mostly keep in 16";
constexpr const char* gain_of = "with both as they are now the gain of ";
constexpr const char* if_read = "if accuracy holds, and with an attention kernel that reads it";

std::vector<Candidate> formats(const Workload& asked, const Roofline& roofline) {
  std::vector<Candidate> all;
  // The cache stays what it is, which a type alone would change.
  const std::string cache = " --kv-dtype " + std::string(name(asked.kv));
  const auto add = [&](const char* what, const std::string& flags, const Format& format,
                       const char* caveat) {
    all.push_back({what, flags + cache, asked});
    all.back().workload.format = format;
    all.back().caveat = caveat;
  };
  const Format& now = asked.format;
  const int weights = bits(now.weights), activations = bits(now.activations);
  const auto narrow = [&](DType type) { return Format{type, now.activations, now.accumulate}; };
  constexpr Format half{DType::bf16, DType::bf16, DType::f32};
  constexpr Format eight{DType::i8, DType::i8, DType::i32}, fp8{DType::fp8, DType::fp8, DType::f32};
  if (activations > 16)
    add("weights and activations of 16 bits", "--dtype bf16", half, if_accurate);
  if (weights > 8 && activations > 8)
    add("8-bit weights", "--weight-bits 8", narrow(DType::i8), if_widened);
  if (weights > 4) add("4-bit weights", "--weight-bits 4", narrow(DType::i4), if_widened);
  if (activations > 8) add("8-bit weights and activations", "--dtype w8a8", eight, if_all_narrow);
  const bool has_fp8 = roofline.engine.peaks.count("fp8-f32") > 0;  // else it computes in f16
  if (activations > 8 && has_fp8)
    add("fp8 weights and activations", "--dtype fp8", fp8, if_all_narrow);
  return all;
}

std::vector<Candidate> candidates(const Workload& asked, const Setting& setting,
                                  const Roofline& roofline) {
  std::vector<Candidate> all;
  // TRA has one width for everything and no fused attention.
  if (setting.accounting != Accounting::tra) {
    all = formats(asked, roofline);
    if (bits(asked.kv) > 8) {
      all.push_back({"a cache of 8 bits", "--kv-dtype i8", asked});
      all.back().workload.kv = DType::i8;
      all.back().caveat = if_read;
    }
    if (asked.attention == Attention::eager) {
      all.push_back({"fused attention", "--attention flash", asked});
      all.back().workload.attention = Attention::flash;
    }
  }
  for (const int times : {2, 8}) {
    Candidate more{
        std::to_string(times) + " times the sequences",
        "--batch " + std::to_string(static_cast<std::size_t>(times) * asked.queries.size()), asked,
        static_cast<double>(times)};
    for (int i = 1; i < times; ++i) {
      more.workload.queries.insert(more.workload.queries.end(), asked.queries.begin(),
                                   asked.queries.end());
    }
    all.push_back(std::move(more));
  }
  return all;
}

/// What moves most of the bytes: "98 % of its bytes are weights".
std::string largest_part(const Work& work) {
  const std::pair<double, const char*> parts[] = {
      {work.weights.value, "weights"},
      {(work.kv_read + work.kv_written).value, "key/value cache"},
      {(work.input() + work.output()).value, "activations"}};
  const auto* most = std::max_element(std::begin(parts), std::end(parts));
  return percent(most->first / work.bytes().value) + " of its bytes are " + most->second;
}

std::string why(const Layer& layer, const Roofline& roofline) {
  if (layer.bound == "link") return "it waits for " + si(layer.link.value, "B") + " on the link";
  if (!layer.seconds) return layer.reason;
  if (layer.work.ops.value == 0) return "it computes nothing; " + largest_part(layer.work);
  const Known<OpRate> peak = roofline.engine.peak(layer.format);
  const double ridge = peak ? (*peak / *roofline.bandwidth).value : 0;
  const Known<OpRate>& exponentials = roofline.exponentials_of(layer.format);
  const bool by_exponentials =
      peak && exponentials && layer.work.exponentials / *exponentials > layer.work.ops / *peak;
  if (layer.bound == "compute" && by_exponentials) {
    return "its exponentials take longer than its other operations and its bytes";
  }
  return plain_number(layer.intensity) + " op/B, " +
         (layer.bound == "compute" ? "not below" : "below") + " the ridge point of " +
         plain_number(ridge) + "; " + largest_part(layer.work);
}

struct Evaluated {
  Candidate candidate;
  Times times;
  Known<bool> fits;
  Bytes too_much;  ///< what it needs, where that does not fit
};

std::vector<Change> changes_of(const std::vector<Evaluated>& evaluated, const Times& now,
                               const std::string& group) {
  std::vector<std::pair<Bytes, Change>> found;
  const double before = group.empty() ? total(now) : now.at(group);
  for (const auto& [candidate, times, fits, too_much] : evaluated) {
    if (total(times) > total(now)) continue;  // no help to an operator that the others pay for
    const auto own = times.find(group);
    if (!group.empty() && own == times.end()) continue;
    const double after = group.empty() ? total(times) : own->second;
    if (after <= 0 || before / after < least_gain) continue;
    found.push_back({too_much,
                     {candidate.what, candidate.flags, Seconds{after}, before / after, fits,
                      candidate.caveat}});
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first == b.first ? *a.second.gain > *b.second.gain : a.first < b.first;
  });
  std::vector<Change> changes;
  changes.reserve(found.size());
  for (auto& [too_much, change] : found) changes.push_back(std::move(change));
  return changes;
}

/// Of the layers of a phase: the one that takes longest in each group, and how long all take.
struct Group {
  const Layer* longest = nullptr;
  double seconds = 0;
};

std::map<std::string, Group> groups_of(const Analysis& analysis, const std::string& phase) {
  std::map<std::string, Group> groups;
  for (const Layer& layer : analysis.layers) {
    if (layer.phase != phase || !layer.seconds) continue;
    Group& group = groups[group_of(layer.op)];
    const auto all = [](const Layer& one) {
      return one.seconds->value * static_cast<double>(one.count);
    };
    if (!group.longest || all(layer) > all(*group.longest)) group.longest = &layer;
    group.seconds += all(layer);
  }
  return groups;
}

/// "92 % of the time in memory-bound operators", and the bound that is.
Advice whole_phase(const Analysis& analysis, const std::string& phase, double seconds) {
  std::map<std::string, double> bounds;
  for (const Layer& layer : analysis.layers) {
    if (layer.phase != phase || !layer.seconds) continue;
    bounds[layer.bound] += layer.seconds->value * static_cast<double>(layer.count);
  }
  const auto most =
      std::max_element(bounds.begin(), bounds.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return {
      .phase = phase,
      .bound = most->first,
      .why = percent(most->second / seconds) + " of the time in operators bound by " + most->first,
      .share = 1.0};
}

/// Activations of 8 bits make embedding and head as narrow: what is gained where they stay as wide
/// as they are now.  Empty where they do, or were asked for in the layers' weights.
std::string caveat_of_head(const Candidate& candidate, const Workload& asked, const Times& now,
                           const Times& then) {
  const auto width = [](const Workload& workload) {
    return bits(WeightFormats(workload).of(Part::head).weights);
  };
  const int then_bits = width(candidate.workload);
  if (asked.model.quantization.head || then_bits >= width(asked) || then_bits >= 16) return {};
  double left = total(then);
  for (const char* part : {"embedding", "lm_head"}) {
    if (now.count(part) > 0 && then.count(part) > 0) left += now.at(part) - then.at(part);
  }
  return std::string(
             "; so are embedding and head, which most published checkpoints leave at 16: ") +
         gain_of + std::string(name(asked.phase)) + " is " + plain_number(total(now) / left) + " x";
}

std::vector<Evaluated> evaluate(const Workload& workload, const Setting& setting,
                                const WorkModel& exact, const Roofline& roofline,
                                const Times& now) {
  Costing costing(roofline);
  std::vector<Evaluated> all;
  for (Candidate& candidate : candidates(workload, setting, roofline)) {
    try {
      const Known<Times> times =
          times_of(candidate.workload, setting, exact, costing, candidate.times);
      if (!times) continue;
      candidate.caveat += caveat_of_head(candidate, workload, now, *times);
      Known<bool> fits;
      Bytes too_much;
      if (roofline.memory) {
        const Bytes needed = storage_of(candidate.workload, setting).peak;
        fits = needed <= *roofline.memory;
        if (!*fits) too_much = needed;
      }
      all.push_back({std::move(candidate), *times, fits, too_much});
    } catch (const InputError&) {  // this accounting cannot say it, or it is too large to count
    }
  }
  return all;
}

/// Once what is said of both phases; where they differ in a gain alone, that of the other after it.
void add_line(std::vector<std::string>& lines, std::string line) {
  const auto gain = line.find(gain_of);
  const std::string alike = line.substr(0, gain);
  const auto same = std::find_if(lines.begin(), lines.end(), [&](const std::string& other) {
    return gain == std::string::npos ? other == line
                                     : other.substr(0, other.find(gain_of)) == alike;
  });
  if (same == lines.end()) return lines.push_back(std::move(line));
  if (gain == std::string::npos) return;
  const std::string other = line.substr(gain + std::string_view(gain_of).size());
  if (same->find(other) == std::string::npos) *same += ", of " + other;
}

}  // namespace

std::vector<std::string> caveats(const std::vector<Advice>& answers) {
  std::vector<std::string> lines;
  for (const Advice& answer : answers) {
    for (const Change& change : answer.changes) {
      if (change.caveat.empty()) continue;
      add_line(lines, change.what + ": " + change.caveat);
    }
  }
  return lines;
}

std::vector<Advice> advice_on(std::span<const Workload> workloads, const Setting& setting,
                              const WorkModel& exact, const Roofline& roofline,
                              const Analysis& analysis) {
  std::vector<Advice> answers;
  for (const Workload& workload : workloads) {
    Costing costing(roofline);
    const Known<Times> now = times_of(workload, setting, exact, costing, 1);
    if (!now || total(*now) <= 0) continue;
    const std::string phase(name(workload.phase));
    const std::vector<Evaluated> evaluated = evaluate(workload, setting, exact, roofline, *now);
    answers.push_back(whole_phase(analysis, phase, total(*now)));
    answers.back().changes = changes_of(evaluated, *now, "");
    std::vector<Advice> own;
    for (const auto& [group, what] : groups_of(analysis, phase)) {
      const double share = what.seconds / total(*now);
      if (share < least_share) continue;
      own.push_back({group, phase, what.longest->bound, why(*what.longest, roofline), share,
                     changes_of(evaluated, *now, group)});
    }
    std::stable_sort(own.begin(), own.end(),
                     [](const Advice& a, const Advice& b) { return *a.share > *b.share; });
    for (Advice& answer : own) answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace roofmark
