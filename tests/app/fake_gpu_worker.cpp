// Serves cases as a GPU worker does, without a GPU: what the case is called says how it behaves.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "core/run_json.h"
#include "harness/worker.h"

namespace {

using namespace roofmark;

/// What becomes of a case of that kernel.
void act(const Measurement& row) {
  if (row.kernel == "crashes") raise(SIGKILL);
  if (row.kernel == "leaves") std::_Exit(42);
  if (row.kernel == "hangs") {
    for (;;) pause();
  }
  if (row.kernel == "prints") std::puts("a library greets on standard output");
}

}  // namespace

int main() {
  const int answers = become_worker();
  std::string line, companion, earlier;
  std::getline(std::cin, line);
  const Run run = run_from_journal(line + "\n", "header");
  int served = 0;
  while (std::getline(std::cin, line) && std::getline(std::cin, companion) &&
         std::getline(std::cin, earlier)) {
    Measurement row = row_from_journal(line, "case");
    act(row);
    row.reason = "machine " + run.machine.class_ + ", case " + std::to_string(++served);
    if (companion != "null") row.companion = row_from_journal(companion, "companion").id;
    if (earlier != "null") row.samples_s = row_from_journal(earlier, "earlier").samples_s;
    row.flags.assign(row.samples_s.size(), "");
    row.clock_hz.assign(row.samples_s.size(), 0);
    if (row.kernel == "babbles") {
      write_line(answers, "{\"id\": 1}\n");
    } else {
      write_line(answers, journal_row(row));
    }
  }
}
