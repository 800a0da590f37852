#include "harness/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "core/error.h"

extern char** environ;  // NOLINT: POSIX declares it in no header

namespace roofmark {
namespace {

constexpr std::size_t most_answer_bytes = 64u << 20;  // far above any row

double monotonic_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = strsignal(number);
    return "died by signal " + std::to_string(number) + " (" + (name ? name : "unknown") + ")";
  }
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

[[noreturn]] void fail(const char* what) {
  throw MeasurementError(std::string("cannot start a worker process (") + what + ": " +
                         std::strerror(errno) + "); free processes or memory and try again");
}

}  // namespace

void Worker::start() {
  end();
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : command_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int code =
      posix_spawn(&pid_, command_.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (code != 0) {
    close(ends[0]);
    pid_ = -1;
    errno = code;
    fail(command_.front().c_str());
  }
  socket_ = ends[0];
  received_.clear();
}

Answer Worker::ask(const std::string& text, double limit_s, const std::function<bool()>& stop) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t now = send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return give_up({});
    sent += static_cast<std::size_t>(now);
  }
  const double start = monotonic_s();
  std::array<char, 65536> chunk;
  for (;;) {
    const std::size_t end_of_line = received_.find('\n');
    if (end_of_line != std::string::npos) {
      Answer answer{.line = received_.substr(0, end_of_line)};
      received_.erase(0, end_of_line + 1);
      return answer;
    }
    if (stop && stop()) {
      end();
      return {.death = "interrupted", .interrupted = true};
    }
    if (monotonic_s() - start > limit_s) {
      char why[64];
      std::snprintf(why, sizeof why, "gave no answer within %g s", limit_s);
      return give_up(why);
    }
    if (received_.size() > most_answer_bytes) return give_up("answered without end");
    pollfd ready{socket_, POLLIN, 0};
    if (poll(&ready, 1, 100) <= 0) continue;
    const ssize_t count = recv(socket_, chunk.data(), chunk.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return give_up({});
    received_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

/// `why` empty: it went by itself, and how it ended says why.
Answer Worker::give_up(std::string why) {
  if (why.empty()) {
    int status = 0, ended = 0;
    // It has closed its end; a process that does so without ending is not waited for for ever.
    for (int i = 0; i < 50 && ended == 0; ++i) {
      ended = waitpid(pid_, &status, WNOHANG);
      if (ended == 0) usleep(20'000);
    }
    if (ended == pid_) pid_ = -1;
    why = ended != 0 ? ending(status) : "closed its socket";
  }
  end();
  return {.death = why};
}

void Worker::end() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  // A process inside a driver call may not die at once; it is not waited for beyond two seconds.
  for (int i = 0; i < 100 && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) usleep(20'000);
  pid_ = -1;
}

int become_worker() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  return answers;
}

bool write_line(int descriptor, const std::string& line) {
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t now = send(descriptor, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return false;
    sent += static_cast<std::size_t>(now);
  }
  return true;
}

std::string own_program() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (length <= 0) fail("/proc/self/exe");
  return {path.data(), static_cast<std::size_t>(length)};
}

}  // namespace roofmark
