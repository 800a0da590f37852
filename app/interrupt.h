// Ctrl-C without a signal handler: the signals are blocked and asked for between samples.
#pragma once

#include <csignal>

namespace roofmark {

/// Blocks SIGINT, SIGTERM and SIGHUP for this thread and those it starts while it lives.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// True once one of them has come.
  bool asked();

 private:
  sigset_t watched_, before_;
  bool asked_ = false;
};

}  // namespace roofmark
