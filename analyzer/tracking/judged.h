// One figure of a series, its time or its time over the probe's, on both sides.
#pragma once

#include "analyzer/tracking/change.h"
#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/evidence.h"

namespace roofmark {

struct Judged {
  Past past;
  std::size_t fresh = 0;  ///< new rounds
  Shift change;
  bool beyond_floor = false;
  /// Slower (+1), faster (-1) or neither, whatever other series say.
  int direction(double p_limit) const {
    const bool is = beyond_floor && change.outside && change.beyond_range && change.p <= p_limit;
    return is ? (change.share > 0 ? 1 : -1) : 0;
  }
};

/// The smallest change that is one.
double floor_of(const CompareRules& rules);

/// `single`: the older side has too few rounds, and others must say how far it scatters.  nullopt
/// where there is nothing to judge, or too little to judge it by.
Known<Judged> judge(const Side& before, const Side& after, Figure figure, bool single,
                    const CompareRules& rules);

}  // namespace roofmark
