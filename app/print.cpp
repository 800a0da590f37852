#include "app/print.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"

namespace roofmark {

void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw MeasurementError(std::string("cannot write to standard output (") + std::strerror(errno) +
                           "); free space or send it elsewhere");
  }
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) != 0; }

}  // namespace roofmark
