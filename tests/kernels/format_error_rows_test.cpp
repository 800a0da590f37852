// What rows say that a format costs, against what the leaves make of numbers that the format keeps:
// operators that go over rows.
#include <gtest/gtest.h>

#include "kernels/activation/activation.h"
#include "kernels/add/add.h"
#include "kernels/embedding/embedding.h"
#include "kernels/norm/norm.h"
#include "kernels/quantize/quantize.h"
#include "kernels/rope/rope.h"
#include "kernels/softmax/softmax.h"
#include "tests/kernels/drawn.h"
#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

constexpr std::int64_t row_count = 24, col_count = 1000;
const Shape rows{{"rows", row_count}, {"cols", col_count}};

/// What the results of an operation over drawn operands say, in float64.
using Exact = Reals (*)(const std::vector<Reals>& operands);

/// Expects what a kernel's row says of the format of T to be what the operation makes of operands
/// kept in T; of several results the last.
template <class T, class Operation>
void expect_of_row(const char* kernel, const Shape& shape, const Operation& operation,
                   Exact exact) {
  std::vector<Reals> drawn;
  std::vector<Elements> kept, written;
  Operands x{};
  Results y{};
  for (const Array& array : operation.operands()) {
    drawn.push_back(normal_reals(array.count, 31 + drawn.size()));
    kept.emplace_back(drawn.back(), array.type);
    x[kept.size() - 1] = kept.back().data();
  }
  for (const Array& array : operation.results()) {
    written.emplace_back(array.count, array.type);
    y[written.size() - 1] = written.back().data();
  }
  operation.part(0, x, y);
  const Reals wanted = exact(drawn);
  Reals results;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    results.push_back(written.back()[static_cast<std::int64_t>(i)]);
  }
  expect_close(format_error_in_row(kernel, shape, {type_of<T>, type_of<T>, DType::f32}),
               relative_error(results, wanted), type_of<T>);
}

template <double (*function)(double)>
Reals plain(const std::vector<Reals>& x) {
  Reals y = x[0];
  for (double& value : y) value = function(value);
  return y;
}
template <double (*function)(double)>
Reals gated(const std::vector<Reals>& x) {
  Reals y = plain<function>(x);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] *= x[1][i];
  return y;
}
double silu_of(double x) { return x / (1 + std::exp(-x)); }
double gelu_of(double x) {
  return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
double relu_of(double x) { return std::fmax(x, 0); }

Reals sums(const std::vector<Reals>& x) {
  Reals y = x[0];
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[1][i];
  return y;
}

Reals softmax_of(const std::vector<Reals>& x) {
  Reals y = x[0];
  for (std::int64_t r = 0; r < row_count; ++r) {
    double sum = 0;
    for (std::int64_t c = 0; c < col_count; ++c) sum += std::exp(x[0][r * col_count + c]);
    for (std::int64_t c = 0; c < col_count; ++c) {
      y[r * col_count + c] = std::exp(x[0][r * col_count + c]) / sum;
    }
  }
  return y;
}

/// Of rows x: (x - mean) / sqrt(var + eps) w + b, without mean and b where there is no b.
Reals norm_of(const Reals& x, const Reals& w, const Reals* b) {
  Reals y = x;
  for (std::int64_t r = 0; r < row_count; ++r) {
    double* row = y.data() + r * col_count;
    double mean = 0, squares = 0;
    for (std::int64_t c = 0; b != nullptr && c < col_count; ++c) mean += row[c] / col_count;
    for (std::int64_t c = 0; c < col_count; ++c) squares += std::pow(row[c] - mean, 2);
    const double root = std::sqrt(squares / col_count + 1e-5);
    for (std::int64_t c = 0; c < col_count; ++c) {
      row[c] = (row[c] - mean) / root * w[c] + (b == nullptr ? 0 : (*b)[c]);
    }
  }
  return y;
}
Reals rms_norms(const std::vector<Reals>& x) { return norm_of(x[0], x[1], nullptr); }
Reals layer_norms(const std::vector<Reals>& x) { return norm_of(x[0], x[1], &x[2]); }
Reals add_norms(const std::vector<Reals>& x) { return norm_of(sums(x), x[2], nullptr); }

/// Expects it of every leaf that runs here.
template <class T, class Operation, class Leaf>
void each_leaf(std::initializer_list<NamedLeaf<Leaf>> leaves, const char* kernel, Exact exact,
               const Shape& shape = rows) {
  for_each_runnable<Leaf>(leaves, [&](Leaf leaf) {
    expect_of_row<T>(kernel, shape, Operation(leaf, shape, 1), exact);
  });
}

TEST(FormatErrorOfRows, OfActivationsIsWhatTheirLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::activation},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, GatedActivation<T, Silu>, GatedLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)},
                                                         "activation", gated<silu_of>);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::gelu_gated},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, GatedActivation<T, Gelu>, GatedLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)},
                                                         "gelu_gated", gated<gelu_of>);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::relu_gated},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, GatedActivation<T, Relu>, GatedLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)},
                                                         "relu_gated", gated<relu_of>);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::silu},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, PlainActivation<T, Silu>, PlainLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "silu",
                                                         plain<silu_of>);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::gelu},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, PlainActivation<T, Gelu>, PlainLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "gelu",
                                                         plain<gelu_of>);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::relu},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, PlainActivation<T, Relu>, PlainLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "relu",
                                                         plain<relu_of>);
  });
#undef ROOFMARK_ROW
}

TEST(FormatErrorOfRows, OfNormsAndTheAddIsWhatTheirLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, Add<T>, AddLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "add", sums);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::norm},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, Norm<T>, NormLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "norm", rms_norms);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::layer_norm},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, LayerNorm<T>, LayerNormLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "layer_norm",
                                                 layer_norms);
  });
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::add_norm},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, AddNorm<T>, AddNormLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "add_norm",
                                             add_norms);
  });
#undef ROOFMARK_ROW
}

TEST(FormatErrorOfRows, OfASoftmaxIsWhatItsLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::softmax},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, Softmax<T>, SoftmaxLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "softmax",
                                             softmax_of);
  });
#undef ROOFMARK_ROW
}

constexpr std::int64_t tokens = 40, heads = 4, half = 64;

Reals turned(const std::vector<Reals>& x) {
  Reals y = x[0];
  for (std::int64_t i = 0; i < tokens * heads * half; ++i) {
    const double position = static_cast<double>(i / (heads * half));
    const double angle =
        position * std::pow(500000.0, -static_cast<double>(i % half) / static_cast<double>(half));
    const std::int64_t low = i / half * 2 * half + i % half;
    y[low] = x[0][low] * std::cos(angle) - x[0][low + half] * std::sin(angle);
    y[low + half] = x[0][low + half] * std::cos(angle) + x[0][low] * std::sin(angle);
  }
  return y;
}

TEST(FormatErrorOfRows, OfARotationIsWhatItsLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::rope},
  for_each_element([](auto element) {
    using T = decltype(element);
    each_leaf<T, Rope<T>, RopeLeaf<T>>(
        {ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, "rope", turned,
        {{"tokens", tokens}, {"heads", heads}, {"head_dim", 2 * half}});
  });
#undef ROOFMARK_ROW
}

TEST(FormatErrorOfRows, OfAQuantizationIsWhatItsLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::quantize},
  for_each_element([](auto element) {
    using T = decltype(element);
    const Reals x = normal_reals(row_count * col_count, 41);
    const Elements kept(x, type_of<T>), q(row_count * col_count, DType::i8);
    for_each_runnable<QuantizeLeaf<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, [&](auto leaf) {
      float scales[row_count];
      leaf(array_of<T>(kept.data()), array_of<std::int8_t>(q.data()), scales, row_count, col_count);
      Reals results;
      for (std::int64_t i = 0; i < row_count * col_count; ++i) {
        results.push_back(q[i] * scales[i / col_count]);
      }
      expect_close(format_error_in_row("quantize", rows, {type_of<T>, type_of<T>, DType::f32}),
                   relative_error(results, x), DType::i8);
    });
  });
#undef ROOFMARK_ROW
}

TEST(FormatErrorOfRows, OfAnEmbeddingIsThatOfItsTable) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::embedding},
  for_each_element([](auto element) {
    using T = decltype(element);
    const Reals table = normal_reals(row_count * col_count, 51);
    const Elements kept(table, type_of<T>), y(row_count * col_count, type_of<T>);
    for_each_runnable<EmbeddingLeaf>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, [&](auto leaf) {
      Reals results, wanted;
      std::vector<std::int32_t> ids;
      for (std::int64_t t = 0; t < row_count; ++t) {
        ids.push_back(static_cast<std::int32_t>(t * 7 % row_count));
      }
      leaf(kept.data(), ids.data(), y.data(), row_count, col_count * sizeof(T));
      for (std::int64_t i = 0; i < row_count * col_count; ++i) {
        results.push_back(y[i]);
        wanted.push_back(table[ids[i / col_count] * col_count + i % col_count]);
      }
      const Shape shape{{"tokens", row_count}, {"vocabulary", row_count}, {"cols", col_count}};
      expect_close(format_error_in_row("embedding", shape, {type_of<T>, type_of<T>, DType::f32}),
                   relative_error(results, wanted), type_of<T>);
    });
  });
#undef ROOFMARK_ROW
}

TEST(FormatErrorOfRows, IsThatOfEveryKernelThatCanBeMeasured) {
  for (const Kernel& kernel : all_kernels()) {
    if (kernel.variants.empty()) continue;
    EXPECT_NE(kernel.format_error, nullptr) << kernel.name;
  }
}

}  // namespace
}  // namespace roofmark
