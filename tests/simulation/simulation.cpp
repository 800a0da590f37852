// Prints the tables of docs/tracking.md: what the method says of histories whose noise is known.
// simulation [CHECKS [SEED]]; some minutes for the 400 checks of the page.
// simulation --histories N writes N stepped and N flat histories for scripts/compare-otava.py, a
// line each: rounds before the step, its share, the change points found (a;b;c), then the values.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "analyzer/tracking/change_points.h"
#include "tests/simulation/trials.h"

using namespace roofmark::simulation;

namespace {

double percent_of(std::size_t part, std::size_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_checks(Setting setting) {
  std::printf(
      "| noise of the series | called different before confirmation | false regressions, %d "
      "checks | 5 %% slower found | 10 %% slower found |\n|---|---|---|---|---|\n",
      setting.checks);
  for (const Scatter& scatter : scatters()) {
    const CheckCounts quiet = run_checks(scatter, {}, setting);
    ++setting.seed;
    const CheckCounts five = run_checks(scatter, {.kernel = 0.05}, setting);
    ++setting.seed;
    const CheckCounts ten = run_checks(scatter, {.kernel = 0.10}, setting);
    ++setting.seed;
    const auto checks = static_cast<std::size_t>(setting.checks);
    std::printf("| %s | %.3f %% | %zu | %.1f %% | %.1f %% |\n", scatter.name.c_str(),
                percent_of(quiet.flagged, quiet.judged), quiet.false_checks,
                percent_of(five.found, checks), percent_of(ten.found, checks));
    std::fflush(stdout);
  }
}

void print_rounds(Setting setting) {
  std::printf(
      "\n| rounds of the baseline | 5 %% slower found at 1 %% noise, 1 new round | 3 new "
      "rounds |\n|---|---|---|\n");
  for (const int baseline : {3, 5, 10, 15, 30}) {
    setting.baseline = baseline;
    double found[2] = {};
    for (const int rounds : {1, 3}) {
      setting.rounds = rounds;
      ++setting.seed;
      const CheckCounts counts = run_checks(scatters().front(), {.kernel = 0.05}, setting);
      found[rounds == 3] = percent_of(counts.found, static_cast<std::size_t>(setting.checks));
    }
    std::printf("| %d | %.1f %% | %.1f %% |\n", baseline, found[0], found[1]);
    std::fflush(stdout);
  }
}

void print_causes(Setting setting) {
  const Scatter memory = scatters().back();
  setting.seed += 100;
  const CheckCounts kernel = run_checks(memory, {.kernel = 0.10}, setting);
  const CheckCounts machine = run_checks(scatters().front(), {.machine = 0.10}, setting);
  std::printf(
      "\n10 %% slower kernel beside a memory that moves by 10 %%: named kernel in %zu of "
      "%zu found\n10 %% slower machine: named machine, no kernel blamed, in %zu of %d\n",
      kernel.named_kernel, kernel.found, machine.named_machine, setting.checks);
}

void print_steps(std::uint64_t seed) {
  std::printf(
      "\n| history | rounds before | rounds after | series | any change point | within 3 "
      "rounds of the step |\n|---|---|---|---|---|---|\n");
  const Scatter noise = scatters().front();
  for (const int before : {15, 30, 47, 100}) {
    for (const double step : {0.03, 0.0}) {
      const StepCounts counts = find_steps(noise, before, 3, step, 3, 300, ++seed);
      std::printf(
          "| %s | %d | 3 | %zu | %.1f %% | %s |\n", step > 0 ? "3 % step" : "flat", before,
          counts.series, percent_of(counts.any, counts.series),
          step > 0 ? (std::to_string(percent_of(counts.found, counts.series)).substr(0, 4) + " %")
                         .c_str()
                   : "-");
    }
  }
}

void write_histories(int count) {
  Noise noise(77);
  for (int i = 0; i < 2 * count; ++i) {
    const double step = i < count ? 0.03 : 0;
    constexpr int before = 47, after = 3;
    const auto values = history(scatters().front(), before + after, before, step, noise);
    std::printf("%d,%g,", before, step);
    const char* between = "";
    for (const auto& change : roofmark::change_points(values)) {
      std::printf("%s%zu", between, change.at);
      between = ";";
    }
    for (const double value : values) std::printf(",%.17g", value);
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--histories") == 0) {
    write_histories(std::atoi(argv[2]));
    return 0;
  }
  Setting setting;
  if (argc > 1) setting.checks = std::atoi(argv[1]);
  if (argc > 2) setting.seed = static_cast<std::uint64_t>(std::atoll(argv[2]));
  if (setting.checks < 1) {
    std::fprintf(stderr, "simulation: the number of checks must be positive; e.g. 400\n");
    return 2;
  }
  print_checks(setting);
  print_rounds(setting);
  print_causes(setting);
  print_steps(setting.seed);
  return 0;
}
