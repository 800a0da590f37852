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

bool Interrupt::asked() {
  const timespec now{};
  asked_ = asked_ || sigtimedwait(&watched_, nullptr, &now) > 0;
  return asked_;
}

}  // namespace roofmark
