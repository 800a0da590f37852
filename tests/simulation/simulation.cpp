// Prints the tables of docs/tracking.md: what the method says of histories whose noise is known.
// simulation [CHECKS [SEED [SEEDS [PART]]]]: `simulation 400 1 6` is the page, a minute for each
// seed; PART is checks, rounds, found, causes or steps.
// simulation --histories N writes N stepped and N flat histories for scripts/compare-otava.py, a
// line each: rounds before the step, its share, the change points found (a;b;c), then the values.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "analyzer/tracking/change_points.h"
#include "core/statistics.h"
#include "tests/simulation/trials.h"

using namespace roofmark::simulation;

namespace {

/// What is to be shown: so many checks with each of these seeds.
struct Plan {
  int checks = 400;
  std::vector<std::uint64_t> seeds;
};

double percent_of(std::size_t part, std::size_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

enum class Better { less, more };

/// "98.0 % (97.2 %)": the median of the seeds and the worst of them; "-" where there are none.
std::string said(const std::vector<double>& shares, Better better, int digits = 1) {
  if (shares.empty()) return "-";
  const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
  char text[64];
  std::snprintf(text, sizeof text, "%.*f %% (%.*f %%)", digits, roofmark::median(shares), digits,
                better == Better::less ? *most : *least);
  return text;
}

void print_checks(const Plan& plan) {
  std::printf(
      "| noise of the series | measured again | called different before confirmation | "
      "not put down to the machine | checks with a false regression, of %d | 5 %% slower found | "
      "10 %% slower found |\n"
      "|---|---|---|---|---|---|---|\n",
      plan.checks);
  for (const Scatter& scatter : scatters()) {
    std::vector<double> again, flagged, blamed, five, ten;
    std::size_t false_checks = 0;
    for (const std::uint64_t seed : plan.seeds) {
      const auto counts = [&](const Planted& planted, std::uint64_t at) {
        return run_checks(scatter, planted, {.checks = plan.checks, .seed = seed + at});
      };
      const auto checks = static_cast<std::size_t>(plan.checks);
      const CheckCounts quiet = counts({}, 0);
      again.push_back(percent_of(quiet.again, quiet.judged));
      flagged.push_back(percent_of(quiet.flagged, quiet.judged));
      blamed.push_back(percent_of(quiet.blamed, quiet.judged));
      false_checks += quiet.false_checks;
      five.push_back(percent_of(counts({.kernel = 0.05}, 1).found, checks));
      ten.push_back(percent_of(counts({.kernel = 0.10}, 2).found, checks));
    }
    std::printf("| %s | %s | %s | %s | %zu of %zu | %s | %s |\n", scatter.name.c_str(),
                said(again, Better::less).c_str(), said(flagged, Better::less, 3).c_str(),
                said(blamed, Better::less, 3).c_str(), false_checks,
                plan.seeds.size() * static_cast<std::size_t>(plan.checks),
                said(five, Better::more).c_str(), said(ten, Better::more).c_str());
    std::fflush(stdout);
  }
}

void print_rounds(const Plan& plan) {
  std::printf(
      "\n| rounds of the baseline | 5 %% slower found at 1 %% noise, 1 new round | 3 new "
      "rounds |\n|---|---|---|\n");
  for (const int baseline : {3, 5, 10, 15, 30}) {
    std::vector<double> found[2];
    for (const std::uint64_t seed : plan.seeds) {
      for (const int rounds : {1, 3}) {
        const CheckCounts counts = run_checks(
            scatters().front(), {.kernel = 0.05},
            {.baseline = baseline, .rounds = rounds, .checks = plan.checks, .seed = seed + 10});
        found[rounds == 3].push_back(
            percent_of(counts.found, static_cast<std::size_t>(plan.checks)));
      }
    }
    std::printf("| %d | %s | %s |\n", baseline, said(found[0], Better::more).c_str(),
                said(found[1], Better::more).c_str());
    std::fflush(stdout);
  }
}

void print_found(const Plan& plan) {
  struct Check {
    int baseline = 0, rounds = 0;
  };
  const std::vector<Check> checks{{15, 3}, {15, 5}, {5, 3}};
  std::printf("\n| noise of the series |");
  for (const Check& check : checks)
    std::printf(" %d rounds, %d new |", check.baseline, check.rounds);
  std::printf("\n|---|---|---|---|\n");
  for (const Scatter& scatter : scatters()) {
    std::printf("| %s |", scatter.name.c_str());
    for (const Check& check : checks) {
      std::vector<double> found;
      for (const std::uint64_t seed : plan.seeds) {
        const CheckCounts counts = run_checks(scatter, {.as_detectable = true},
                                              {.baseline = check.baseline,
                                               .rounds = check.rounds,
                                               .checks = plan.checks,
                                               .seed = seed + 5});
        found.push_back(percent_of(counts.found, static_cast<std::size_t>(plan.checks)));
      }
      std::printf(" %s |", said(found, Better::more).c_str());
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

void print_causes(const Plan& plan) {
  CheckCounts kernel, machine;
  for (const std::uint64_t seed : plan.seeds) {
    const Setting setting{.checks = plan.checks, .seed = seed + 20};
    const CheckCounts slow = run_checks(scatters().back(), {.kernel = 0.10}, setting);
    kernel.found += slow.found;
    kernel.named_kernel += slow.named_kernel;
    machine.named_machine +=
        run_checks(scatters().front(), {.machine = 0.10}, setting).named_machine;
  }
  std::printf(
      "\n10 %% slower kernel beside a memory that moves by 10 %%: named kernel in %zu of %zu "
      "found\n10 %% slower machine: named machine, no kernel blamed, in %zu of %zu\n",
      kernel.named_kernel, kernel.found, machine.named_machine,
      plan.seeds.size() * static_cast<std::size_t>(plan.checks));
}

void print_steps(const Plan& plan) {
  constexpr int series = 300, after = 3, near = 3;
  std::printf(
      "\n| rounds before | 3 %% step found within %d rounds of it | flat, any change point "
      "|\n|---|---|---|\n",
      near);
  const Scatter noise = scatters().front();
  for (const int before : {6, 10, 15, 30, 47, 60, 100, 200}) {
    std::vector<double> found, any;
    for (const std::uint64_t seed : plan.seeds) {
      const std::uint64_t of_row = seed + 30 + static_cast<std::uint64_t>(before);
      const StepCounts step = find_steps(noise, before, after, 0.03, near, series, of_row);
      const StepCounts flat = find_steps(noise, before, after, 0, near, series, of_row + 300);
      found.push_back(percent_of(step.found, step.series));
      any.push_back(percent_of(flat.any, flat.series));
    }
    std::printf("| %d | %s | %s |\n", before, said(found, Better::more).c_str(),
                said(any, Better::less).c_str());
    std::fflush(stdout);
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
  Plan plan;
  if (argc > 1) plan.checks = std::atoi(argv[1]);
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::uint64_t seeds = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  if (plan.checks < 1 || seeds < 1) {
    std::fprintf(stderr, "simulation: checks and seeds must be positive; e.g. 400 1 6\n");
    return 2;
  }
  // A thousand apart: no two of them share a history.
  for (std::uint64_t i = 0; i < seeds; ++i) plan.seeds.push_back(1000 * (seed + i));
  const auto wanted = [&](const char* part) { return argc < 5 || std::strcmp(argv[4], part) == 0; };
  if (wanted("checks")) print_checks(plan);
  if (wanted("rounds")) print_rounds(plan);
  if (wanted("found")) print_found(plan);
  if (wanted("causes")) print_causes(plan);
  if (wanted("steps")) print_steps(plan);
  return 0;
}
