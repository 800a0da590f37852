// Runs the built program and keeps what it said.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace roofmark {

/// A folder of its own for one test, gone with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "roofmark-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) ? name : std::string(".");
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (path_ != ".") std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string contents(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct Outcome {
  int code = -1;  ///< exit code; negative: the signal that ended it
  std::string out, err;
};

/// The program with these arguments, without a shell and without a terminal; its standard output
/// goes to `device` where one is named.
class RunningProgram {
 public:
  explicit RunningProgram(std::vector<std::string> arguments, const std::string& device = "")
      : out_(device.empty() ? (folder_ / "out").string() : device),
        err_(folder_ / "err"),
        keeps_out_(device.empty()) {
    arguments.insert(arguments.begin(), ROOFMARK_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    process_ = ::fork();
    if (process_ != 0) return;
    ::dup2(::open("/dev/null", O_RDONLY), 0);
    ::dup2(::open(out_.c_str(), O_CREAT | O_WRONLY, 0600), 1);
    ::dup2(::open(err_.c_str(), O_CREAT | O_WRONLY, 0600), 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~RunningProgram() {
    if (ended_) return;
    send(SIGKILL);
    end();
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void send(int signal) const { ::kill(process_, signal); }
  /// Waits until it has said this on standard error; false where it does not within a minute.
  bool says(const std::string& part) const {
    for (int i = 0; i < 600; ++i) {
      if (contents(err_).find(part) != std::string::npos) return true;
      ::usleep(100'000);
    }
    return false;
  }
  /// Waits for its end; once.
  Outcome end() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    ended_ = true;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
            keeps_out_ ? contents(out_) : "", contents(err_)};
  }

 private:
  const ScratchFolder folder_;
  std::string out_, err_;
  bool keeps_out_, ended_ = false;
  pid_t process_ = -1;
};

/// While it lasts, no file that is written becomes larger (ulimit -f), here or in a program.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_{};
};

/// Runs the program to its end and keeps what it said.
inline Outcome run_program(std::vector<std::string> arguments, const std::string& device = "") {
  return RunningProgram(std::move(arguments), device).end();
}

/// Exit code 2 and one line on stderr that holds `part`; nothing on stdout, so no row either.
inline void expect_refused(const std::vector<std::string>& arguments, const std::string& part) {
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err.find("roofmark: "), 0u) << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
}

}  // namespace roofmark
