#include "app/interrupt.h"

#include <ctime>
#include <initializer_list>

namespace roofmark {

Interrupt::Interrupt() {
  sigemptyset(&watched_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched_, signal);
  pthread_sigmask(SIG_BLOCK, &watched_, &before_);
}

Interrupt::~Interrupt() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool Interrupt::comes_within(const timespec& limit) {
  asked_ = asked_ || sigtimedwait(&watched_, nullptr, &limit) > 0;
  return asked_;
}

bool Interrupt::asked() { return comes_within(timespec{}); }

bool Interrupt::asked_within(std::int64_t seconds) {
  // Second by second: what interrupts a wait, as going on after Ctrl-Z does, costs less than one.
  timespec second{};
  second.tv_sec = 1;
  for (; seconds > 0; --seconds) {
    if (comes_within(second)) return true;
  }
  return asked();
}

}  // namespace roofmark
