// Which ceilings make the roof, and in what order rows are read.
#pragma once

#include <string>
#include <vector>

#include "analyzer/analysis.h"

namespace roofmark {

/// What one roofline shows: the ceilings and points of one device on one number of threads.
struct Panel {
  std::string device;
  int threads = 1;
  /// The roof: per level its read, of the memory in the first panel of its device at whichever
  /// number of threads it is fastest; per format of products and variant the best.
  std::vector<const Ceiling*> slopes, flats;
  std::vector<const Ceiling*> others;  ///< bandwidths below their level's best, measured
  std::vector<const Point*> points;
};

/// One panel per device and thread count, devices by name, most threads first.
std::vector<Panel> panels(const Analysis& analysis);
/// The first of its device: the picture that stands for it.
bool heads_its_device(const std::vector<Panel>& all, const Panel& panel);

/// Measured, positive and not refused: may be drawn and may bind.
bool usable(const Ceiling& ceiling);
bool usable(const Point& point);
/// May stand on a roofline: usable, with a positive intensity and rate.
bool plottable(const Point& point);

/// Ceilings of one sort.
struct CeilingGroup {
  std::string title;
  std::vector<const Ceiling*> rows;
};

/// The ceilings in reading order: compute (fastest first), bandwidth (nearest level first),
/// latency, overhead; most threads first.  Those with a value; rows of sweeps stand in
/// Analysis::sweeps.
struct Ladder {
  /// Those that a point is bound by, that make the roof of a device's first panel, and what moves
  /// over its link.
  std::vector<const Ceiling*> roof;
  std::vector<CeilingGroup> others;   ///< by what they limit; none is empty
  std::vector<const Ceiling*> rates;  ///< of single instructions and functions
  std::vector<const Ceiling*> loaded_latency, core_to_core;
  std::vector<const Ceiling*> refused;  ///< grade X: above what the machine can do
  std::vector<const Ceiling*> missing;  ///< no value, and no bound to show instead
};
Ladder ladder(const Analysis& analysis);

/// Operators that one measurement stands for (q_proj and out_proj have one shape): one row of a
/// report.
struct PointGroup {
  const Point* point = nullptr;
  std::string names;  ///< "q_proj, out_proj"
};
/// Points of one id and phase together, in order of appearance.
std::vector<PointGroup> grouped(const std::vector<const Point*>& points);

/// Points with a time, longest first within phase (prefill, decode, none), and the rest.
struct PointList {
  std::vector<PointGroup> measured, refused, missing;
};
PointList point_list(const Analysis& analysis);

}  // namespace roofmark
