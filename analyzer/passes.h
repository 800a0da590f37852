// A workload as the passes over the network that it takes, and what a pass costs.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/roofline.h"
#include "analyzer/setting.h"

namespace roofmark {

/// One pass, and which of its queries end in it: only those need the head.
struct Pass {
  Workload workload;
  std::vector<Query> ending;
};

/// A prefill in pieces of `chunk` fresh tokens of each query, one pass after the other, each with
/// what came before in the cache; the last piece of a query may be shorter.  Everything else is one
/// pass.
std::vector<Pass> passes_of(const Workload& workload, std::int64_t chunk);

/// The operators of one pass, without the head's (lm_head, logits_gather) for queries that go on.
std::vector<CountedOperator> count(const Pass& pass, const Setting& setting,
                                   const WorkModel& exact);

bool is_one_pass(const Workload& workload, std::int64_t chunk);

/// The operators of all passes, one pass after the other.
std::vector<CountedOperator> count_all(const Workload& workload, const Setting& setting,
                                       const WorkModel& exact);

/// What the workload keeps in the memory of one device: that of the whole, with the activations of
/// the pass that has most of them.
Storage storage_of(const Workload& workload, const Setting& setting);

/// What passes cost together on one of the devices.
struct PassCost {
  Work work;
  Bytes link;
  Known<Seconds> seconds = Seconds{};    ///< null where the roofline lacks a ceiling that is needed
  Known<Seconds> at_least = Seconds{};   ///< the same without what is not known: of what lacks a
                                         ///< peak the bytes alone, of what lacks a link nothing
  Seconds computing, moving, sending;    ///< of those, by what binds the operators
  Known<Seconds> predicted = Seconds{};  ///< null where nobody predicts one of the operators
  Seconds by_kernels;                    ///< of those, by rows of kernels and not by roofs
  Seconds extrapolated;                  ///< of those, by rows of smaller or larger calls

  /// What part of `predicted` kernels say, and rows of other sizes; null where nothing is
  /// predicted.
  Known<double> kernels_share() const { return share_of_predicted(by_kernels); }
  Known<double> extrapolated_share() const { return share_of_predicted(extrapolated); }
  /// Under which most of the time falls: compute | memory | link | unknown.
  const char* bound() const;

 private:
  Known<double> share_of_predicted(Seconds part) const;
};

/// Where one call stands: its work under the roof, or (bound "link") what it sends on the link.
Standing stand(const CountedOperator& op, const Roofline& roofline);

/// A roofline that many operators are put on: each format's peak is looked up once.  `predict` says
/// what a measured machine would take beside it.
class Costing {
 public:
  explicit Costing(const Roofline& roofline, const Predict& predict = {})
      : roofline_(roofline), predict_(predict) {}

  Known<Seconds> seconds(const CountedOperator& op);
  void add(PassCost& sum, const std::vector<CountedOperator>& operators);
  PassCost add_all(const std::vector<CountedOperator>& operators) {
    PassCost sum;
    add(sum, operators);
    return sum;
  }

 private:
  const Known<OpRate>& peak(const Format& format);
  void add_prediction(PassCost& sum, const CountedOperator& op) const;
  /// Of the bytes in memory alone: what is sent on a link that is not known takes no less than 0.
  Known<Seconds> moving(const CountedOperator& op) const;

  const Roofline& roofline_;
  Predict predict_;
  std::vector<std::pair<Format, Known<OpRate>>> peaks_;
};

}  // namespace roofmark
