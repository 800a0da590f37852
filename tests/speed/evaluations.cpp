// How long one million evaluations take: every built-in model on every built-in device in settings
// of batch, context, format and phase.  Not a test, which a busy machine would fail:
//   evaluations [millions]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "analyzer/models.h"
#include "analyzer/operators.h"
#include "analyzer/study.h"
#include "app/work_model.h"

namespace roofmark {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<Roofline> every_roofline() {
  std::vector<Roofline> all;
  for (const Hardware& one : hardware()) {
    all.push_back({one.title, one.engine(), one.bandwidth, one.memory, std::nullopt});
  }
  return all;
}

/// The i-th setting; they repeat after 2 phases x 3 formats x 64 batches x 64 contexts.
Workload setting(const Model& model, std::int64_t i) {
  const Phase phase = i % 2 == 0 ? Phase::decode : Phase::prefill;
  constexpr Format formats[] = {{DType::bf16, DType::bf16, DType::f32},
                                {DType::i4, DType::f16, DType::f32},
                                {DType::i8, DType::i8, DType::i32}};
  const std::int64_t batch = 1 + i / 6 % 64, context = 64 * (1 + i / 384 % 64);
  return {model, phase, queries_of(phase, batch, context), formats[i / 2 % 3], DType::bf16};
}

void evaluate(std::int64_t wanted) {
  const std::vector<Model> models = builtin_models();
  const std::vector<Roofline> rooflines = every_roofline();
  const WorkModel exact = registry_work_model();
  const Clock::time_point start = Clock::now();
  std::int64_t done = 0, counted = 0;
  double check = 0;
  for (std::int64_t i = 0; done < wanted; ++i) {
    for (const Model& model : models) {
      const CountedWorkload workload = counted_workload(setting(model, i), {}, exact);
      ++counted;
      for (const Roofline& roofline : rooflines) {
        const StudyRow row = study_row(workload, exact, roofline);
        if (row.seconds) check += row.seconds->value;
        ++done;
      }
    }
  }
  const double seconds = seconds_since(start);
  std::printf(
      "%lld evaluations (%zu models, %zu devices, %lld workloads) in %.2f s, %.2f us each "
      "(check %.6g)\n",
      static_cast<long long>(done), models.size(), rooflines.size(),
      static_cast<long long>(counted), seconds, seconds / static_cast<double>(done) * 1e6, check);
}

/// Of workloads that nothing is shared between.
void count_each(std::int64_t wanted) {
  const std::vector<Model> models = builtin_models();
  const Roofline roofline = every_roofline().front();
  const WorkModel exact = registry_work_model();
  const Clock::time_point start = Clock::now();
  double check = 0;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const Model& model = models[static_cast<std::size_t>(i) % models.size()];
    const StudyRow row = study_row(counted_workload(setting(model, i), {}, exact), exact, roofline);
    if (row.seconds) check += row.seconds->value;
  }
  const double seconds = seconds_since(start);
  std::printf("%lld workloads of their own in %.2f s, %.2f us each (check %.6g)\n",
              static_cast<long long>(wanted), seconds, seconds / static_cast<double>(wanted) * 1e6,
              check);
}

}  // namespace
}  // namespace roofmark

int main(int argc, char** argv) {
  const double millions = argc > 1 ? std::atof(argv[1]) : 1;
  roofmark::evaluate(static_cast<std::int64_t>(millions * 1e6));
  roofmark::count_each(static_cast<std::int64_t>(millions * 1e5));
}
