// The two ways in which set-up can go wrong.  A case that cannot run is a row with a reason, not an
// exception; a bug is an assert.
#pragma once

#include <stdexcept>
#include <string>

namespace roofmark {

/// What the user gave cannot be used.  Text: "<problem> (<why>); <what to do>".  Exit code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Hardware that the command requires is absent.  Exit code 77.
class AbsentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A measurement could not be carried out or its result could not be kept (device lost, disk full).
/// Exit code 3.
class MeasurementError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace roofmark
