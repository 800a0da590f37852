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

  Work& operator+=(const Work& more) {
    ops += more.ops;
    read += more.read;
    written += more.written;
    weights += more.weights;
    kv_read += more.kv_read;
    kv_written += more.kv_written;
    exponentials += more.exponentials;
    return *this;
  }
  friend Work operator*(const Work& work, double times) {
    return {work.ops * times,         work.read * times,    work.written * times,
            work.weights * times,     work.kv_read * times, work.kv_written * times,
            work.exponentials * times};
  }
};

}  // namespace roofmark
