// The distributions that verdicts rest on.
#pragma once

#include <cstddef>

namespace roofmark {

/// t with P(T <= t) = probability for Student's t with `freedom` > 0 degrees of freedom.
/// probability is in (0, 1).
double student_t_quantile(double probability, double freedom);

/// P(|T| >= |t|): what a two-sided test of a mean gives.  1 where t is 0.
double student_t_two_sided(double t, double freedom);

/// P(X >= least) of `trials` more trials where `hits` of `rounds` were one and nothing else is
/// known: beta-binomial with Jeffreys' prior, Beta(hits + 1/2, rounds - hits + 1/2).
double more_hits(std::size_t hits, std::size_t rounds, std::size_t least, std::size_t trials);

}  // namespace roofmark
