// A process of this program that answers lines with lines, so that what kills or hangs it costs one
// answer and not the run.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace roofmark {

/// What came back, or why nothing did.
struct Answer {
  std::optional<std::string> line;
  std::string death;  ///< "died by signal 11 (Segmentation fault)", "gave no answer within 60 s"
  bool interrupted = false;  ///< waiting was given up because `stop` said so
};

class Worker {
 public:
  /// `command`: the program and its arguments.  Nothing is started yet.
  explicit Worker(std::vector<std::string> command) : command_(std::move(command)) {}
  ~Worker() { end(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  bool is_alive() const { return pid_ > 0; }
  /// Starts the process, which finds a socket as its standard input and output.  It ends when this
  /// process does.  Throws MeasurementError where it cannot be started.
  void start();
  /// Sends `text` (whole lines) and waits for one line.  After any answer without a line the
  /// process is gone, killed if need be; `stop` is asked ten times a second.
  Answer ask(const std::string& text, double limit_s, const std::function<bool()>& stop);
  /// Ends the process, if there is one.
  void end();

 private:
  Answer give_up(std::string why);

  std::vector<std::string> command_;
  int pid_ = -1, socket_ = -1;
  std::string received_;  ///< beyond the last line
};

/// Makes the calling process one that a Worker started: killed with its parent, its answers safe
/// from whatever prints to standard output.  Returns the file descriptor to answer on.
int become_worker();

/// Writes all of it; false where nobody reads any more.
bool write_line(int descriptor, const std::string& line);

/// The program that is running: its path.
std::string own_program();

}  // namespace roofmark
