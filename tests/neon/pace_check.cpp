// The chains whose pace tells the clock and the latency of memory do as many steps as they say.
#include "core/pace.isa.h"
#include "tests/neon/check.h"

int main() {
  using namespace roofmark;
  Check check("pace");
  for (const std::int64_t turns : {1, 2, 17}) {
    const std::int64_t count = turns * chain_turn;
    std::uint64_t product = 5, sum = 7;
    for (std::int64_t i = 0; i < count; ++i) {
      product *= chain_factor;
      sum += sum;
    }
    check.that(multiply_chain(count, 5) == product, "wrong product", count);
    check.that(add_chain(count, 7) == sum, "wrong sum", count);
    nop_run(turns * nop_turn);
  }
  const void* ring[3] = {&ring[1], &ring[2], &ring[0]};  // 16 steps: once around five times
  check.that(chase(chase_turn, ring) == &ring[1], "wrong end", chase_turn);
  check.that(chase(3 * chase_turn, ring) == &ring[0], "wrong end", 3 * chase_turn);
  return check.status();
}
