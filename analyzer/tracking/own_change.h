// Whose change a ratio shows: a kernel's time over its probe's moves where either of them does.
#pragma once

#include <span>
#include <string>

namespace roofmark {

/// What a series whose probe was timed beside it did; changes are logarithms.
struct BesideProbe {
  std::string kernel, device;
  double time = 0, probe = 0, ratio = 0;
  bool probe_moved = false;  ///< by more than its own rounds scatter
};

enum class Whose { kernel, probe, unclear };

/// Whose change of the ratio it is, slower (direction +1) or faster (-1).  The kernel's where the
/// probe did not move.  Where it did, kernels do not follow it to the letter: the kernel's is what
/// is beyond a quarter of the probe's change and beyond `floor` (a share), after the median of what
/// the ratios of other kernels did whose probes moved that way, where there are three.  Where there
/// are not, and the probe moved the other way, its own time tells:
///   - it moved by the floor in that direction: the kernel's
///   - it moved with the probe, by half as much or more: so it follows the probe, and the rest is
///     the kernel's
///   - it did not move by the floor: the probe's
///   - else nobody knows.
Whose whose_change(const BesideProbe& one, int direction, std::span<const BesideProbe> all,
                   double floor);

/// Whether a ratio moved further that way than kernels may leave a probe that moved, and than
/// `floor`.  `ratio`, `probe`: logarithms of their changes.
bool is_beyond_probe(double ratio, double probe, int direction, double floor);

}  // namespace roofmark
