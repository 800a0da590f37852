#include "analyzer/tracking/distributions.h"

#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>

namespace roofmark {

double student_t_quantile(double probability, double freedom) {
  assert(probability > 0 && probability < 1 && freedom > 0);
  return boost::math::quantile(boost::math::students_t(freedom), probability);
}

double student_t_two_sided(double t, double freedom) {
  assert(freedom > 0 && !std::isnan(t));
  if (std::isinf(t)) return 0;
  return 2 *
         boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), std::fabs(t)));
}

}  // namespace roofmark
