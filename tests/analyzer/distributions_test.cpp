// Published tables: Abramowitz & Stegun, Handbook of Mathematical Functions, table 26.10
// (percentage points of the t distribution).
#include "analyzer/tracking/distributions.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

TEST(Distributions, QuantilesOfStudentsTAreThoseOfTheTables) {
  const struct {
    double probability, freedom, t;
  } table[] = {{0.975, 1, 12.706}, {0.975, 5, 2.571},   {0.975, 14, 2.145},  {0.975, 120, 1.980},
               {0.995, 5, 4.032},  {0.9975, 14, 3.326}, {0.9975, 2, 14.089}, {0.95, 10, 1.812}};
  for (const auto& row : table) {
    EXPECT_NEAR(student_t_quantile(row.probability, row.freedom), row.t, 6e-4)
        << row.probability << " " << row.freedom;
  }
}

TEST(Distributions, ATwoSidedTestIsTheInverseOfTheQuantile) {
  for (const double freedom : {1.0, 3.0, 14.0, 200.0}) {
    const double t = student_t_quantile(0.9975, freedom);
    EXPECT_NEAR(student_t_two_sided(t, freedom), 0.005, 1e-12);
    EXPECT_NEAR(student_t_two_sided(-t, freedom), 0.005, 1e-12);
  }
  EXPECT_EQ(student_t_two_sided(0, 7), 1);
}

TEST(Distributions, MoreHitsAreAsLikelyAsJeffreysPriorHasIt) {
  EXPECT_NEAR(more_hits(1, 15, 3, 3), 1.5 * 2.5 * 3.5 / (16 * 17 * 18), 1e-12);
  EXPECT_NEAR(more_hits(2, 15, 1, 1), 2.5 / 16, 1e-12);
  EXPECT_NEAR(more_hits(0, 15, 0, 5), 1, 1e-12);
  const double four = 5 * 1.5 * 2.5 * 3.5 * 4.5 * 14.5 / (16.0 * 17 * 18 * 19 * 20);
  EXPECT_NEAR(more_hits(1, 15, 4, 5) - more_hits(1, 15, 5, 5), four, 1e-12);
}

}  // namespace
}  // namespace roofmark
