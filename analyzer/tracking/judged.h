// One figure of a series, its time or its time over the probe's, on both sides.
#pragma once

#include "analyzer/tracking/change.h"
#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/evidence.h"

namespace roofmark {

/// What the machine may have to do with a change of a time.
enum class MachinesPart {
  none,     ///< the probe beside it did not move that way
  some,     ///< it did, or nobody knows: the machine may be at a level where it was before
  trifles,  ///< it did, and neither its change nor the ratio's is beyond the floor
  usual,    ///< of a ratio: earlier rounds had it too when the probe took as long as now
};

struct Judged {
  Past past;
  std::size_t fresh = 0;  ///< new rounds
  Shift change;
  bool beyond_floor = false;
  MachinesPart machine = MachinesPart::none;  ///< of other figures always that
  /// Whether some earlier round was at that level and tells that it is none of its own.  A machine
  /// keeps the level of a stray for as long as it likes, what passed and is not its comes and goes.
  bool at_known_level() const {
    return machine == MachinesPart::none ? change.known_level : change.near_stray;
  }
  /// Slower (+1), faster (-1) or neither, whatever other series say.
  int direction(double p_limit) const {
    const bool is = beyond_floor && change.outside && change.beyond_range && !at_known_level() &&
                    machine != MachinesPart::trifles && machine != MachinesPart::usual &&
                    change.p <= p_limit;
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
