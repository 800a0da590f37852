// The products of a mixture of experts: work models.
#include <algorithm>
#include <cmath>

#include "core/kernel.h"
#include "core/stored.h"

namespace roofmark {
namespace {

/// Experts that are expected to be read when `tokens` tokens go to `chosen` of `experts` each, all
/// alike likely and independently: experts (1 - (1 - chosen / experts)^tokens), in a form that does
/// not round what is a whole number, or one of few binary digits.
double distinct_experts(double experts, double chosen, double tokens) {
  if (chosen >= experts) return experts;
  const double others = experts - chosen;
  return experts - others * std::pow(others / experts, tokens - 1);
}

/// Each of m = tokens * chosen rows is multiplied with one expert's W [n, k]: 2 m n k operations,
/// and m n more where the shape has bias=1.  Of the weights those of the distinct experts are read;
/// of the inputs `inputs` rows, which are the tokens themselves where they are read before they are
/// spread, else m.  Outputs: m rows.
Work expert_gemm_work(const Shape& shape, const Format& format) {
  const double m = static_cast<double>(shape.at("m")), n = static_cast<double>(shape.at("n")),
               k = static_cast<double>(shape.at("k"));
  const double chosen = static_cast<double>(shape.at("chosen"));
  const double bias = static_cast<double>(shape.get("bias", 0));
  const double distinct =
      distinct_experts(static_cast<double>(shape.at("experts")), chosen, m / chosen);
  const Bytes one = stored_bytes(shape.at("n"), shape.at("k"), stored_of(shape, format.weights)) +
                    Bytes{bias * n * std::max(2.0, bytes(format.weights))};
  const Bytes weights = distinct * one;
  const double activation = activation_bytes(shape, format);
  return {.ops = Ops{2 * m * n * k + bias * m * n},
          .read = weights + Bytes{static_cast<double>(shape.at("inputs")) * k * activation},
          .written = Bytes{m * n * activation},
          .weights = weights};
}

/// What the experts say of a token, added up: `scaled` of `terms` rows are multiplied by a number
/// of the token's first.
Work expert_sum_work(const Shape& shape, const Format& format) {
  const double rows = static_cast<double>(shape.at("rows")),
               cols = static_cast<double>(shape.at("cols"));
  const double terms = static_cast<double>(shape.at("terms")),
               scaled = static_cast<double>(shape.at("scaled"));
  const double activation = bytes(format.activations);
  return {.ops = Ops{rows * cols * (scaled + terms - 1)},
          .read = Bytes{rows * (terms * cols + scaled) * activation},
          .written = Bytes{rows * cols * activation}};
}

}  // namespace

std::vector<Kernel> experts_kernels() {
  return {{.name = "expert_gemm",
           .summary = "matrix products of routed experts, each token with those it goes to",
           .work = expert_gemm_work},
          {.name = "expert_sum",
           .summary = "weighted sum of what the experts say of each token",
           .work = expert_sum_work}};
}

}  // namespace roofmark
