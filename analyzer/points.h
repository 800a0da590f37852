// Kernels under the ceilings: how close each row of a run came to what binds it.
#pragma once

#include <span>
#include <vector>

#include "analyzer/ceilings.h"
#include "core/model.h"

namespace roofmark {

/// A point per kernel row and per (operator, phase) of `operators` that uses it; one without a name
/// where none does.
///   attainable      min(peak, intensity x bandwidth) at the row's format and number of threads;
///                   the bandwidth is that of the probe beside the row, else the best of the
///                   memory; with pairs what binds is the median of the probe's rates in them
///   bound           compute where intensity >= peak / bandwidth, else memory; launch where the
///                   ideal time is below the fork and join (launch) overhead, which then takes the
///                   shares' place; a reason says how many of these the ideal time is
///   share_measured  median over pairs of (work_k / t_k) / (work_c / t_c), work in the unit of what
///                   binds (op or bytes); without pairs achieved / attainable
///   share_launched  share_measured x the row's seconds / the median of its launched_s
///   grade           that of the row; one lower where the interquartile range of the ratios
///                   exceeds 10 % of their median; X where a share exceeds most_share: not to be
///                   plotted
///   reason          says of a share above 1, but no more than most_share, whether that is within
///                   the intervals of both
std::vector<Point> points_of(const Run& run, const std::vector<Ceiling>& ceilings,
                             std::span<const Operator> operators);

}  // namespace roofmark
