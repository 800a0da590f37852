// Ctrl-C without a signal handler: the signals are blocked and asked for between samples.
#pragma once

#include <csignal>
#include <cstdint>

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
  /// Waits so long, or until one of them has come; whether one has.
  bool asked_within(std::int64_t seconds);

 private:
  bool comes_within(const timespec& limit);

  sigset_t watched_, before_;
  bool asked_ = false;
};

}  // namespace roofmark
