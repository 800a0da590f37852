// Standard output: everything that a command says there goes through here, so that none is lost
// unseen.
#pragma once

#include <string>

namespace roofmark {

/// Writes text to standard output.  Throws MeasurementError where it cannot be written.
void print(const std::string& text);

/// Whether a person reads standard output as it comes, and not a file or another program.
bool is_terminal();

}  // namespace roofmark
