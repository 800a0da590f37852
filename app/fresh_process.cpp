// Starts this program again and waits for it.
#include "app/fresh_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "harness/worker.h"

namespace roofmark {
namespace {

/// Between fork and exec: nothing here allocates.
[[noreturn]] void become(char* const* words, int nowhere, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // it ended before that was said
  ::dup2(nowhere, STDOUT_FILENO);
  ::execv(words[0], words);
  ::_exit(127);
}

}  // namespace

int run_afresh(const std::vector<std::string>& arguments, const std::function<bool()>& stop) {
  std::vector<std::string> words{own_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(pointers.data(), nowhere, parent);
  const int error = errno;
  if (nowhere >= 0) ::close(nowhere);
  if (child < 0) {
    throw MeasurementError(std::string("cannot start a round (") + std::strerror(error) +
                           "); free processes or memory and try again");
  }
  int status = 0;
  bool asked = false;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (!asked && stop && stop()) {
      asked = true;
      ::kill(child, SIGTERM);
    }
    ::usleep(100'000);
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  throw MeasurementError("a round was ended by signal " + std::to_string(WTERMSIG(status)) +
                         "; what it measured is kept");
}

}  // namespace roofmark
