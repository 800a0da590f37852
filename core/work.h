// What one call must at least compute and move: a model, never measured.
#pragma once

#include "core/units.h"

namespace roofmark {

/// Compulsory work of one launch.  Every byte is counted once however often a cache could lose it.
struct Work {
  Ops ops;
  Bytes read, written;
  Bytes weights;              ///< part of `read`: constant parameters
  Bytes kv_read, kv_written;  ///< parts of `read` and `written`: key/value cache
  Ops exponentials;           ///< part of `ops`, which take longer than the others

  Bytes bytes() const { return read + written; }
  Bytes input() const { return read - weights - kv_read; }
  Bytes output() const { return written - kv_written; }
  bool operator==(const Work&) const = default;
};

}  // namespace roofmark
