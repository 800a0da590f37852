// The bandwidth probes on NEON and SVE touch every element of their arrays once and nothing behind
// them.
#include "probes/stream/stream.isa.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

constexpr std::int64_t count = 3 * stream_step / 4;

/// Runs a leaf and compares a with the value that `wanted` gives for (b, c, d).
template <class Wanted>
void check_stream(Check& check, StreamLeaf leaf, Wanted wanted) {
  std::vector<float> a = poisoned(count), scalar(16, 3.0f);
  const std::vector<float> b = random_values(count, 1), c = random_values(count, 2),
                           d = random_values(count, 3);
  leaf({a.data(), b.data(), c.data(), d.data(), 4 * count}, scalar.data(), 2);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double exact =
        wanted(static_cast<double>(b[at]), static_cast<double>(c[at]), static_cast<double>(d[at]));
    check.near(a[at], exact, 1e-6, i);
  }
  check.guarded(a, count);
}

/// A read changes nothing; that it loads every vector is for the lint over its code to see.
void check_read(Check& check, StreamLeaf leaf) {
  std::vector<float> a = poisoned(count), scalar(16, 3.0f);
  const std::vector<float> b = random_values(count, 1);
  leaf({a.data(), b.data(), b.data(), b.data(), 4 * count}, scalar.data(), 1);
  check.guarded(a, 0);
}

#define ROOFMARK_CHECK(isa, vector_bytes)                                                    \
  void check_##isa(Check& check) {                                                           \
    using namespace isa_##isa;                                                               \
    for (const StreamLeaf leaf : {stream_write, stream_write_nt}) {                          \
      check_stream(check, leaf, [](double, double, double) { return 3.0; });                 \
    }                                                                                        \
    for (const StreamLeaf leaf : {stream_copy, stream_copy_by_l2[0], stream_copy_nt,         \
                                  stream_copy_nt_by_l2[0], stream_mix, stream_mix_nt}) {     \
      check_stream(check, leaf, [](double b, double, double) { return b; });                 \
    }                                                                                        \
    for (const StreamLeaf leaf :                                                             \
         {stream_triad, stream_triad_by_l2[0], stream_triad_nt, stream_triad_nt_by_l2[0]}) { \
      check_stream(check, leaf, [](double b, double c, double) { return b + 3 * c; });       \
    }                                                                                        \
    for (const StreamLeaf leaf :                                                             \
         {stream_schoenauer, stream_schoenauer_nt, stream_schoenauer_grouped}) {             \
      check_stream(check, leaf, [](double b, double c, double d) { return b + c * d; });     \
    }                                                                                        \
    check_read(check, stream_read);                                                          \
    check_read(check, stream_read_far);                                                      \
    check_read(check, stream_read_by_l2[0]);                                                 \
  }
ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK

}  // namespace

int main() {
  Check check("stream");
#define ROOFMARK_CHECK(isa, vector_bytes) check_##isa(check);
  ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
      return check.status();
}
