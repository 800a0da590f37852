#include "analyzer/sweet_spot_of_model.h"

#include <algorithm>
#include <map>
#include <optional>

namespace roofmark {
namespace {

constexpr double worth = 0.01;  // of the time: less does not pay for precision
constexpr const char* everything = "all products";

/// Seconds by operator, in order of execution and at the end of everything; null: unknown.
struct Times {
  std::vector<std::string> ops;
  std::vector<Known<double>> seconds;
};

/// What is asked of a model at one number of sequences, in every quantization.
class Sampler {
 public:
  Sampler(const WorkloadOf& workload, Phase phase, const WorkModel& exact, const Roofline& roofline,
          const std::vector<QuantizedRoof>& roofs)
      : workload_(workload), phase_(phase), exact_(exact), roofline_(roofline), roofs_(roofs) {}

  /// By quantization, in the order of the roofs.
  const std::vector<Times>& at(std::int64_t sequences) {
    const auto [found, is_new] = samples_.try_emplace(sequences);
    if (is_new) {
      const std::vector<bool> products = products_at(sequences);
      for (const QuantizedRoof& roof : roofs_) {
        found->second.push_back(times(sequences, roof.quantization.format, products));
      }
    }
    return found->second;
  }

  /// Index of the best for an operator; nullopt: no time is known.
  std::optional<std::size_t> best(std::size_t op, std::int64_t sequences) {
    const std::vector<Times>& all = at(sequences);
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Known<double>& seconds = all[i].seconds[op];
      if (!seconds) continue;
      if (!best || *seconds * (1 + worth) < *all[*best].seconds[op]) best = i;
    }
    return best;
  }

  /// Time of the first quantization over that of another.
  Known<double> gain(std::size_t op, std::int64_t sequences, std::size_t quantization) {
    const std::vector<Times>& all = at(sequences);
    const Known<double>&first = all.front().seconds[op], &other = all[quantization].seconds[op];
    return first && other && *other > 0 ? Known<double>(*first / *other) : std::nullopt;
  }

 private:
  /// Which operators are products of weights, by their place in the pass: those in the format asked
  /// for where no other operator has it, for only products have weights of fewer bits than
  /// activations.
  std::vector<bool> products_at(std::int64_t sequences) const {
    const Workload workload = workload_(phase_, sequences, roofs_.back().quantization.format);
    std::vector<bool> products;
    for (const CountedOperator& op : count(workload, Accounting::exact, exact_)) {
      products.push_back(op.format == workload.format && op.work.ops.value > 0);
    }
    return products;
  }

  Times times(std::int64_t sequences, const Format& format,
              const std::vector<bool>& products) const {
    const Workload workload = workload_(phase_, sequences, format);
    Times times;
    Known<double> sum = 0.0;
    std::size_t place = 0;
    for (const CountedOperator& op : count(workload, Accounting::exact, exact_)) {
      if (!products[place++]) continue;
      const Known<Seconds> seconds = stand(op.work, op.format, roofline_).seconds;
      times.ops.push_back(op.name);
      times.seconds.push_back(seconds ? Known<double>(seconds->value) : std::nullopt);
      sum = sum && seconds ? Known<double>(*sum + seconds->value * static_cast<double>(op.count))
                           : std::nullopt;
    }
    times.ops.emplace_back(everything);
    times.seconds.push_back(sum);
    return times;
  }

  const WorkloadOf& workload_;
  Phase phase_;
  const WorkModel& exact_;
  const Roofline& roofline_;
  const std::vector<QuantizedRoof>& roofs_;
  std::map<std::int64_t, std::vector<Times>> samples_;
};

std::vector<std::int64_t> sample_points(std::int64_t most) {
  constexpr std::int64_t every_up_to = 64;
  std::vector<std::int64_t> points;
  for (std::int64_t at = 1; at < most; at += at < every_up_to ? 1 : at / 32) points.push_back(at);
  points.push_back(most);
  return points;
}

/// The least number in (low, high] whose best is not that of `low`.
std::int64_t change_after(Sampler& sampler, std::size_t op, std::int64_t low, std::int64_t high) {
  const auto before = sampler.best(op, low);
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (sampler.best(op, middle) == before ? low : high) = middle;
  }
  return high;
}

std::vector<BatchRange> ranges_of(Sampler& sampler, std::size_t op, std::int64_t most,
                                  const std::vector<QuantizedRoof>& roofs) {
  std::vector<std::pair<std::int64_t, std::size_t>> starts;
  std::int64_t before = 1;
  for (const std::int64_t point : sample_points(most)) {
    const auto best = sampler.best(op, point);
    if (!best) return {};
    if (starts.empty()) starts.emplace_back(1, *best);
    // Between two points the answer may change more than once.
    while (starts.back().second != *best) {
      before = change_after(sampler, op, before, point);
      starts.emplace_back(before, *sampler.best(op, before));
    }
    before = point;
  }
  std::vector<BatchRange> ranges;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto [first, best] = starts[i];
    const std::int64_t last = i + 1 < starts.size() ? starts[i + 1].first - 1 : most;
    ranges.push_back({first, last, roofs[best].quantization.name, sampler.gain(op, first, best),
                      sampler.gain(op, last, best)});
  }
  return ranges;
}

}  // namespace

SweetSpot sweet_spot_of_model(const WorkloadOf& workload, const std::vector<Phase>& phases,
                              std::int64_t most_sequences, const WorkModel& exact,
                              const Roofline& roofline, WeightScales scales) {
  SweetSpot spot = sweet_spot(roofline, scales);
  spot.most_sequences = most_sequences;
  for (const Phase phase : phases) {
    Sampler sampler(workload, phase, exact, roofline, spot.roofs);
    const std::vector<std::string> ops = sampler.at(1).front().ops;
    for (std::size_t op = 0; op < ops.size(); ++op) {
      OperatorSweetSpot one{.op = ops[op], .phase = std::string(name(phase))};
      one.ranges = ranges_of(sampler, op, most_sequences, spot.roofs);
      if (one.ranges.empty()) one.reason = spot.roofs.front().reason;
      spot.operators.push_back(std::move(one));
    }
  }
  return spot;
}

}  // namespace roofmark
