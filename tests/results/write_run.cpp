// Writes a run that uses every field, and its journal, where the schema test can read them, and
// prints the flags that a reader knows.
#include <fstream>
#include <iostream>

#include "core/run_json.h"
#include "tests/core/run_fixture.h"

int main(int, char** paths) {
  const roofmark::Run run = roofmark::small_run();
  std::ofstream(paths[1]) << roofmark::to_json(run);
  std::ofstream journal(paths[2]);
  journal << roofmark::journal_header(run);
  for (const roofmark::Measurement& row : run.rows) journal << roofmark::journal_row(row);
  for (const std::string_view flag : roofmark::known_flags()) std::cout << flag << '\n';
  return journal.good() ? 0 : 1;
}
