// y = x + r on NEON, every length around the loop's turn, exact to one rounding.
#include "kernels/add/add.isa.h"
#include "tests/neon/check.h"

int main() {
  using namespace roofmark;
  Check check("add");
  for (std::int64_t count = 0; count < 70; ++count) {
    const std::vector<float> x = random_values(count, 1), r = random_values(count, 2);
    std::vector<float> y = poisoned(count);
    isa_neon::add(x.data(), r.data(), y.data(), count);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      check.that(y[at] == x[at] + r[at], "wrong sum", i);
    }
    check.guarded(y, count);
  }
  return check.status();
}
