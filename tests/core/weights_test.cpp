#include "core/weights.h"

#include <gtest/gtest.h>

#include "tests/model_configs.h"

namespace roofmark {
namespace {

/// The figure of a published model, 0 where none is kept.
std::int64_t figure(const PublishedModel& published, const char* key) {
  const auto found = published.json.find(key);
  return found ? found->integer(0, std::int64_t{1} << 53) : 0;
}

// The tensors of the checkpoints add up to these (those of vision towers left out).
TEST(Weights, AddUpToTheParametersOfEveryPublishedCheckpoint) {
  for (const PublishedModel& published : published_models()) {
    EXPECT_EQ(parameters(published.model), figure(published, "parameters")) << published.model.name;
    EXPECT_EQ(parameters_bound(published.model), static_cast<double>(parameters(published.model)));
    const std::int64_t active = figure(published, "active");
    if (active > 0) {
      EXPECT_EQ(active_parameters(published.model), active) << published.model.name;
    }
  }
}

}  // namespace
}  // namespace roofmark
