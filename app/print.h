// Standard output: everything that a command says there goes through here, so that none is lost
// unseen.
#pragma once

#include <string>

namespace roofmark {

/// Writes text to standard output.  Throws MeasurementError where it cannot be written.
void print(const std::string& text);

}  // namespace roofmark
