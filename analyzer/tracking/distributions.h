// The two distributions that verdicts rest on.
#pragma once

namespace roofmark {

/// t with P(T <= t) = probability for Student's t with `freedom` > 0 degrees of freedom.
/// probability is in (0, 1).
double student_t_quantile(double probability, double freedom);

/// P(|T| >= |t|): what a two-sided test of a mean gives.  1 where t is 0.
double student_t_two_sided(double t, double freedom);

}  // namespace roofmark
