// Element-wise operators on NEON in every type of element, within the tolerances that a run uses:
// lengths around the loop's turn, with ordinary stores and with those past the caches.
#include <cstring>

#include "kernels/activation/activation.isa.h"
#include "kernels/activation/activation_model.h"
#include "kernels/add/add.isa.h"
#include "kernels/add/add_model.h"
#include "kernels/embedding/embedding.isa.h"
#include "kernels/native.h"
#include "kernels/norm/norm.isa.h"
#include "kernels/norm/norm_model.h"
#include "kernels/quantize/quantize.isa.h"
#include "kernels/quantize/quantize_model.h"
#include "kernels/rope/rope.isa.h"
#include "kernels/rope/rope_model.h"
#include "kernels/softmax/softmax.isa.h"
#include "kernels/softmax/softmax_model.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;
using namespace roofmark::isa_neon;

constexpr std::int64_t lengths[] = {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 97, 301};
constexpr std::int64_t rows = 3;

/// Elements from an aligned start on, with room behind them that nobody may write.
template <class T>
struct Values {
  alignas(64) T at[rows * 301 * 4 + guard];

  explicit Values(unsigned seed = 0, double scale = 1) {
    std::memset(at, 0xff, sizeof at);  // NaN
    if (seed == 0) return;
    std::mt19937 random(seed);
    for (T& value : at) {
      const double number = (static_cast<double>(random()) * 0x1p-31 - 1) * scale;
      const std::uint64_t bits = encoded(number, type_of<T>);
      std::memcpy(&value, &bits, sizeof value);
    }
  }
};

template <class Leaf>
Leaf of_two(bool nt, Leaf ordinary, Leaf past_the_caches) {
  return nt ? past_the_caches : ordinary;
}

template <class T>
class Operators {
 public:
  explicit Operators(Check& check) : check_(check) {}

  void check_all() {
    for (const std::int64_t cols : lengths) {
      add_and_norms(cols);
      activations(cols);
      softmaxes(cols);
      ropes(cols);
      quantized(cols);
      gathered(cols);
    }
  }

 private:
  void right(double error, const char* what, std::int64_t cols) {
    check_.that(error <= 1, what, cols);
  }
  /// Nothing is written behind `count` elements.
  void ends(const Values<T>& y, std::int64_t count) {
    for (std::int64_t i = 0; i < guard; ++i) {
      check_.that(std::isnan(value_at(y.at, type_of<T>, count + i)), "written past the end", count);
    }
  }

  void add_and_norms(std::int64_t cols) {
    const std::int64_t count = rows * cols;
    const Values<T> x(1), r(2), w(3, 2), b(4);
    for (const bool nt : {false, true}) {
      Values<T> y;
      of_two<AddLeaf<T>>(nt, add, add_nt)(x.at, r.at, y.at, count);
      right(add_error(x.at, r.at, y.at, type_of<T>, count), "add", cols);
      ends(y, count);
      Values<T> n;
      of_two<NormLeaf<T>>(nt, norm, norm_nt)(x.at, w.at, n.at, rows, cols, norm_eps);
      right(norm_error(x.at, w.at, nullptr, n.at, type_of<T>, rows, cols), "norm", cols);
      ends(n, count);
      Values<T> l;
      of_two<LayerNormLeaf<T>>(nt, layer_norm, layer_norm_nt)(x.at, w.at, b.at, l.at, rows, cols,
                                                              norm_eps);
      right(norm_error(x.at, w.at, b.at, l.at, type_of<T>, rows, cols), "layer_norm", cols);
      ends(l, count);
    }
    Values<T> h, y;
    add_norm(x.at, r.at, w.at, h.at, y.at, rows, cols, norm_eps);
    right(add_error(x.at, r.at, h.at, type_of<T>, count), "add_norm's sum", cols);
    right(norm_error(h.at, w.at, nullptr, y.at, type_of<T>, rows, cols), "add_norm", cols);
    ends(h, count);
    ends(y, count);
  }

  template <class F>
  void gated(GatedLeaf<T> leaf, std::int64_t cols) {
    const Values<T> gate(1, 20), up(2);
    Values<T> y;
    leaf(gate.at, up.at, y.at, cols);
    right(gated_error<F>(gate.at, up.at, y.at, type_of<T>, cols), "gated activation", cols);
    ends(y, cols);
  }
  template <class F>
  void alone(PlainLeaf<T> leaf, std::int64_t cols) {
    for (const double scale : {1e-40, 1.0, 20.0, 6e4}) {
      const Values<T> x(1, scale);
      Values<T> y;
      leaf(x.at, y.at, cols);
      right(plain_error<F>(x.at, y.at, type_of<T>, cols), "activation", cols);
      ends(y, cols);
    }
  }
  void activations(std::int64_t cols) {
    for (const bool nt : {false, true}) {
      gated<Silu>(of_two<GatedLeaf<T>>(nt, activation, activation_nt), cols);
      gated<Gelu>(of_two<GatedLeaf<T>>(nt, gelu_gated, gelu_gated_nt), cols);
      gated<Relu>(of_two<GatedLeaf<T>>(nt, relu_gated, relu_gated_nt), cols);
      alone<Silu>(of_two<PlainLeaf<T>>(nt, silu, silu_nt), cols);
      alone<Gelu>(of_two<PlainLeaf<T>>(nt, gelu, gelu_nt), cols);
      alone<Relu>(of_two<PlainLeaf<T>>(nt, relu, relu_nt), cols);
    }
  }

  void softmaxes(std::int64_t cols) {
    const Values<T> x(1, 10);
    float scratch[2 * 301];
    for (const bool nt : {false, true}) {
      Values<T> y;
      of_two<SoftmaxLeaf<T>>(nt, softmax, softmax_nt)(x.at, y.at, scratch, rows, cols);
      const auto units = [&](double distance) {
        return 8 + distance + static_cast<double>(cols) / 8;
      };
      right(softmax_error(x.at, y.at, type_of<T>, rows, cols, units), "softmax", cols);
      ends(y, rows * cols);
    }
  }

  void ropes(std::int64_t half) {
    const RopeAngles angles = rope_angles(rows, 2 * half);
    const float *cosines = angles.cosines.data(), *sines = angles.sines.data();
    const Values<T> x(1);
    for (const bool nt : {false, true}) {
      Values<T> y;
      of_two<RopeLeaf<T>>(nt, rope, rope_nt)(x.at, cosines, sines, y.at, rows, 2, half);
      right(rope_error(x.at, cosines, sines, y.at, type_of<T>, rows, 2, 2 * half), "rope", half);
      ends(y, rows * 4 * half);
    }
  }

  void quantized(std::int64_t cols) {
    const Values<T> x(1, 5);
    std::vector<std::int8_t> q(static_cast<std::size_t>(rows * cols + guard), -128);
    float scales[rows];
    quantize(x.at, q.data(), scales, rows, cols);
    for (std::int64_t r = 0; r < rows; ++r) {
      right(quantized_row_error(x.at + r * cols, type_of<T>, cols, q.data() + r * cols, scales[r]),
            "quantize", cols);
    }
    check_.that(q[static_cast<std::size_t>(rows * cols)] == -128, "written past the end", cols);
  }

  void gathered(std::int64_t cols) {
    const Values<T> table(1);
    const std::int32_t ids[] = {2, 0, 1};
    Values<T> y;
    embedding(table.at, ids, y.at, rows, cols * static_cast<std::int64_t>(sizeof(T)));
    for (std::int64_t i = 0; i < rows * cols; ++i) {
      check_.that(y.at[i] == table.at[ids[i / cols] * cols + i % cols], "embedding", cols);
    }
    ends(y, rows * cols);
  }

  Check& check_;
};

/// Every encoding becomes the f32 that it means and itself again.
template <class T>
void check_conversions(Check& check) {
  std::vector<T> all(0x10000), back(all.size());
  std::vector<float> wide(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<T>(i);
  const auto count = static_cast<std::int64_t>(all.size());
  widen(all.data(), wide.data(), count);
  narrow(wide.data(), back.data(), count);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double exact = value_at(all.data(), type_of<T>, i);
    if (std::isnan(exact)) {
      check.that(std::isnan(wide[at]) && std::isnan(value_at(back.data(), type_of<T>, i)), "NaN",
                 i);
    } else {
      check.that(static_cast<double>(wide[at]) == exact && back[at] == all[at], "conversion", i);
    }
  }
  // Halfway between two numbers: to the even one.
  for (std::int64_t i = 0; i + 2 < static_cast<std::int64_t>(encoded(1e300, type_of<T>)); ++i) {
    const double half =
        (value_at(all.data(), type_of<T>, i) + value_at(all.data(), type_of<T>, i + 1)) / 2;
    const float middle[] = {static_cast<float>(half)};
    T nearest[1];
    narrow(middle, nearest, 1);
    check.that(static_cast<std::uint16_t>(nearest[0]) == encoded(half, type_of<T>), "halfway", i);
  }
}

}  // namespace

int main() {
  Check check("elements");
  Operators<float>(check).check_all();
  Operators<bf16>(check).check_all();
  Operators<f16>(check).check_all();
  check_conversions<bf16>(check);
  check_conversions<f16>(check);
  return check.status();
}
