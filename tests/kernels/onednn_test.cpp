// oneDNN behind one header: what it says of itself, and every primitive at odd shapes against
// float64.
#include "kernels/vendor/onednn.h"

#include <gtest/gtest.h>

#include "kernels/vendor/onednn_task.h"
#include "tests/kernels/memory_device.h"

namespace roofmark {
namespace {

TEST(Onednn, SaysWhatItIsOrWhyItIsMissing) {
  if (const auto info = onednn_info()) {
    EXPECT_NE(info->version.find('.'), std::string::npos);
    EXPECT_FALSE(info->isa.empty());
    EXPECT_EQ(info->threading, "openmp") << "Debian's; others work, with threads of their own";
    EXPECT_EQ(onednn_product_obstacle(Format{}), "");
    EXPECT_EQ(onednn_softmax_obstacle(DType::f32), "");
    EXPECT_EQ(onednn_layer_norm_obstacle(), "");
  } else {
    EXPECT_EQ(onednn_product_obstacle(Format{}), "built without oneDNN");
    EXPECT_EQ(onednn_rms_norm_obstacle(), "built without oneDNN");
  }
}

TEST(Onednn, HasNoProductOfFormatsThatItHasNoNameFor) {
  if (!onednn_info()) GTEST_SKIP() << "built without oneDNN";
  const Format tf32{DType::tf32, DType::tf32, DType::f32};
  EXPECT_EQ(onednn_product_obstacle(tf32),
            "oneDNN " + onednn_info()->version + " has no tf32-f32 product for this CPU");
}

std::vector<Shape> odd_shapes(const std::string& kernel) {
  std::vector<Shape> shapes;
  if (kernel == "gemm" || kernel == "gemv") {
    for (const std::int64_t m : {1, 2, 5, 33}) {
      for (const std::int64_t n : {1, 3, 67, 128}) {
        for (const std::int64_t k : {1, 2, 31, 129, 256}) {
          if (kernel == "gemm") shapes.push_back({{"m", m}, {"n", n}, {"k", k}});
          if (kernel == "gemv" && m == 1) shapes.push_back({{"n", n}, {"k", k}});
        }
      }
    }
    return shapes;
  }
  for (const std::int64_t rows : {1, 3, 17}) {
    for (const std::int64_t cols : {1, 2, 13, 64, 131, 1009}) {
      shapes.push_back({{"rows", rows}, {"cols", cols}});
    }
  }
  return shapes;
}

/// Calls body(case) for every kernel and format that this library has, at odd shapes.
template <class Body>
void each_case(Body body) {
  int ran = 0;
  const auto each_of = [&](const std::string& name, const std::vector<Variant>& variants) {
    const Kernel kernel{.name = name};
    for (const Variant& variant : variants) {
      if (!variant.unavailable.empty()) continue;
      for (const Shape& shape : odd_shapes(name)) {
        for (const int threads : {1, 3}) {
          const Case what{.kernel = &kernel,
                          .variant = &variant,
                          .shape = shape,
                          .threads = threads,
                          .format = variant.format};
          SCOPED_TRACE(what.id());
          body(what);
          ++ran;
        }
      }
    }
  };
  each_of("gemm", onednn_product_variants());
  each_of("gemv", onednn_product_variants());
  each_of("softmax", onednn_softmax_variants());
  each_of("norm", {onednn_norm_variant()});
  each_of("layer_norm", {onednn_layer_norm_variant()});
  EXPECT_EQ(ran > 0, onednn_info().has_value());
}

TEST(Onednn, IsCorrectAtOddShapesInEveryFormatItHas) {
  each_case([](const Case& what) {
    MemoryDevice device;
    const auto task = what.variant->prepare(what, device);
    for (int time = 0; time < 3; ++time) {
      const double error = task->error();
      EXPECT_LE(error, 1);
      EXPECT_GE(error, 0);
    }
  });
}

}  // namespace
}  // namespace roofmark
