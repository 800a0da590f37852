// The multiply-add probe on NEON does exactly the arithmetic that is counted: x + turns (m1 c1 + m2
// c2) in every lane of every chain, in numbers for which f32 is exact.
#include "probes/fma/fma.isa.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

template <class Real>
void check_stream(Check& check, FmaLeaf<Real> leaf) {
  constexpr int lanes = 16 / sizeof(Real);
  constexpr std::int64_t turns = 10;
  const FmaStream stream = isa_neon::fma_stream();
  check.that(stream.kind == FmaKind::accumulated, "another kind of stream", 0);
  std::vector<Real> operands(4 * lanes), x(static_cast<std::size_t>(stream.chains * lanes));
  for (int i = 0; i < lanes; ++i) {
    operands[static_cast<std::size_t>(i)] = 2;               // m1
    operands[static_cast<std::size_t>(lanes + i)] = 3;       // c1
    operands[static_cast<std::size_t>(2 * lanes + i)] = 5;   // m2
    operands[static_cast<std::size_t>(3 * lanes + i)] = -1;  // c2
  }
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i);
  leaf(turns, operands.data(), x.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Real wanted = static_cast<Real>(i) + turns * (2 * 3 + 5 * -1);
    check.that(x[i] == wanted, "wrong accumulator", static_cast<std::int64_t>(i));
  }
}

}  // namespace

int main() {
  Check check("fma");
  check_stream<float>(check, isa_neon::fma_f32);
  check_stream<double>(check, isa_neon::fma_f64);
  return check.status();
}
