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
  std::vector<Known<double>> ceilings, kernels;
};

/// The best quantization by its index, and whose times say so.
struct Best {
  std::size_t quantization = 0;
  bool kernels = false;
  bool operator==(const Best&) const = default;
};

/// What is asked of a model at one number of sequences, in every quantization.
class Sampler {
 public:
  Sampler(const WorkloadOf& workload, Phase phase, const WorkModel& exact, const Roofline& roofline,
          const std::vector<QuantizedRoof>& roofs, const Predict& predict)
      : workload_(workload),
        phase_(phase),
        exact_(exact),
        roofline_(roofline),
        roofs_(roofs),
        predict_(predict) {}

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

  /// The best for an operator; nullopt: no time is known.
  std::optional<Best> best(std::size_t op, std::int64_t sequences) {
    const std::vector<Times>& all = at(sequences);
    const bool kernels = has_kernels(all, op);
    std::optional<Best> best;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Known<double>& seconds = seconds_of(all[i], op, kernels);
      if (!seconds) continue;
      const bool faster =
          best && *seconds * (1 + worth) < *seconds_of(all[best->quantization], op, kernels);
      if (!best || faster) best = Best{i, kernels};
    }
    return best;
  }

  /// Time of the first quantization over that of another.
  Known<double> gain(std::size_t op, std::int64_t sequences, const Best& other) {
    const std::vector<Times>& all = at(sequences);
    const Known<double>& first = seconds_of(all.front(), op, other.kernels);
    const Known<double>& second = seconds_of(all[other.quantization], op, other.kernels);
    return first && second && *second > 0 ? Known<double>(*first / *second) : std::nullopt;
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

  static const Known<double>& seconds_of(const Times& times, std::size_t op, bool kernels) {
    return kernels ? times.kernels[op] : times.ceilings[op];
  }

  /// Whether the run has kernels for every quantization that could be the best.
  static bool has_kernels(const std::vector<Times>& all, std::size_t op) {
    bool any = false;
    for (const Times& times : all) {
      if (times.ceilings[op] && !times.kernels[op]) return false;
      any = any || times.kernels[op].has_value();
    }
    return any;
  }

  /// Seconds of a run's kernel for it; null where none is like it.
  Known<double> by_kernels(const CountedOperator& op) const {
    if (!predict_) return std::nullopt;
    const Prediction prediction = predict_(op);
    return prediction.by_kernel() ? Known<double>(prediction.seconds->value) : std::nullopt;
  }

  Times times(std::int64_t sequences, const Format& format,
              const std::vector<bool>& products) const {
    const Workload workload = workload_(phase_, sequences, format);
    Times times;
    Known<double> ceilings = 0.0, kernels = 0.0;
    const auto add = [](Known<double>& sum, const Known<double>& one, std::int64_t count) {
      sum = sum && one ? Known<double>(*sum + *one * static_cast<double>(count)) : std::nullopt;
    };
    std::size_t place = 0;
    for (const CountedOperator& op : count(workload, Accounting::exact, exact_)) {
      if (!products[place++]) continue;
      const Known<Seconds> seconds = stand(op.work, op.format, roofline_).seconds;
      times.ops.push_back(op.name);
      times.ceilings.push_back(seconds ? Known<double>(seconds->value) : std::nullopt);
      times.kernels.push_back(by_kernels(op));
      add(ceilings, times.ceilings.back(), op.count);
      add(kernels, times.kernels.back(), op.count);
    }
    times.ops.emplace_back(everything);
    times.ceilings.push_back(ceilings);
    times.kernels.push_back(kernels);
    return times;
  }

  const WorkloadOf& workload_;
  Phase phase_;
  const WorkModel& exact_;
  const Roofline& roofline_;
  const std::vector<QuantizedRoof>& roofs_;
  const Predict& predict_;
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
  std::vector<std::pair<std::int64_t, Best>> starts;
  std::int64_t before = 1;
  for (const std::int64_t point : sample_points(most)) {
    const auto best = sampler.best(op, point);
    if (!best) return {};
    if (starts.empty()) starts.emplace_back(1, *best);
    // Between two points the answer may change more than once.
    while (!(starts.back().second == *best)) {
      before = change_after(sampler, op, before, point);
      starts.emplace_back(before, *sampler.best(op, before));
    }
    before = point;
  }
  std::vector<BatchRange> ranges;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto [first, best] = starts[i];
    const std::int64_t last = i + 1 < starts.size() ? starts[i + 1].first - 1 : most;
    ranges.push_back({first, last, roofs[best.quantization].quantization.name,
                      sampler.gain(op, first, best), sampler.gain(op, last, best),
                      best.kernels ? "kernels" : "ceilings"});
  }
  return ranges;
}

/// Of the types of 16 bits that the roofline has peaks for one that a run has kernels of, else the
/// first.
DType sixteen_bits_of(const WorkloadOf& workload, const std::vector<Phase>& phases,
                      const WorkModel& exact, const Roofline& roofline, const Predict& predict) {
  const DType first = sixteen_bits_on(roofline);
  if (!predict) return first;
  for (const DType type : {first, DType::bf16}) {
    const Format format{type, type, DType::f32};
    if (!roofline.engine.peak(format)) continue;
    for (const Phase phase : phases) {
      for (const CountedOperator& op :
           count(workload(phase, 1, format), Accounting::exact, exact)) {
        if (op.shape.get("k", 0) > 0 && predict(op).by_kernel()) return type;
      }
    }
  }
  return first;
}

}  // namespace

SweetSpot sweet_spot_of_model(const WorkloadOf& workload, const std::vector<Phase>& phases,
                              std::int64_t most_sequences, const WorkModel& exact,
                              const Roofline& roofline, WeightScales scales,
                              const Predict& predict) {
  const DType sixteen = sixteen_bits_of(workload, phases, exact, roofline, predict);
  SweetSpot spot = sweet_spot(roofline, scales, sixteen);
  spot.most_sequences = most_sequences;
  for (const Phase phase : phases) {
    Sampler sampler(workload, phase, exact, roofline, spot.roofs, predict);
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
