#include "analyzer/tracking/distributions.h"

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/binomial.hpp>
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

double more_hits(std::size_t hits, std::size_t rounds, std::size_t least, std::size_t trials) {
  assert(hits <= rounds && least <= trials);
  const double a = static_cast<double>(hits) + 0.5, b = static_cast<double>(rounds - hits) + 0.5;
  double sum = 0;
  for (std::size_t x = least; x <= trials; ++x) {
    const auto more = static_cast<double>(x), others = static_cast<double>(trials - x);
    sum += boost::math::binomial_coefficient<double>(static_cast<unsigned>(trials),
                                                     static_cast<unsigned>(x)) *
           boost::math::beta(a + more, b + others) / boost::math::beta(a, b);
  }
  return sum;
}

}  // namespace roofmark
