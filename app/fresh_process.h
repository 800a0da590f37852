// This program once more, in a process of its own: a round is what a fresh process gives.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace roofmark {

/// Runs this program with these arguments, what it prints on standard output thrown away and
/// standard error shown, and returns its exit code.  It is asked to stop (SIGTERM) once `stop` says
/// so, ten times a second, or when this process ends, and keeps what it has.  Throws
/// MeasurementError where it cannot be started or dies by a signal.
int run_afresh(const std::vector<std::string>& arguments, const std::function<bool()>& stop = {});

}  // namespace roofmark
