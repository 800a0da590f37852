#include <gtest/gtest.h>

#include "core/case.h"
#include "core/format.h"
#include "core/parallel.h"
#include "core/shape.h"
#include "core/units.h"

namespace roofmark {
namespace {

TEST(Units, TheRooflineEquationIsTypeChecked) {
  const OpRate attainable = Intensity{2.0} * Bandwidth{3e9};
  EXPECT_EQ(attainable, OpRate{6e9});
  EXPECT_EQ(Ops{6e9} / OpRate{2e9}, Seconds{3.0});
  static_assert(std::is_same_v<decltype(Seconds{1} / Seconds{2}), double>);
}

TEST(Formats, NameSaysTheAccumulatorOnlyWhereItDiffers) {
  EXPECT_EQ((Format{DType::f32, DType::f32, DType::f32}.name()), "f32");
  EXPECT_EQ((Format{DType::bf16, DType::bf16, DType::f32}.name()), "bf16-f32");
  EXPECT_EQ((Format{DType::i8, DType::i8, DType::i32}.name()), "w8a8");
  EXPECT_EQ((Format{DType::i4, DType::f16, DType::f32}.name()), "w4a16");
}

TEST(Formats, EveryNameReadsBackAsItself) {
  for (const char* text : {"f64", "f32", "tf32-f32", "f16", "f16-f32", "bf16-f32", "fp8-f32",
                           "w8a8", "w4a16", "w4a8", "none"}) {
    const auto format = format_from(text);
    ASSERT_TRUE(format) << text;
    EXPECT_EQ(format->name(), text);
  }
  EXPECT_FALSE(format_from("f33"));
  EXPECT_FALSE(format_from("i8"));
  EXPECT_FALSE(format_from(""));
}

TEST(Formats, FourBitsAreHalfAByte) { EXPECT_EQ(bytes(DType::i4), 0.5); }

TEST(CaseId, IsKernelVariantFormatDeviceThreadsExtentsAndConditions) {
  Kernel kernel{.name = "copy"};
  Variant variant{.name = "avx2"};
  const Case what{.kernel = &kernel,
                  .variant = &variant,
                  .shape = {{"bytes", 1024}, {"passes", 3}},
                  .conditions = {.level = "dram", .stores = "nt", .pages = "4k"},
                  .threads = 2};
  EXPECT_EQ(what.id(), "copy/avx2/f32/cpu/t2/bytes=1024,passes=3,level=dram,stores=nt,pages=4k");
}

TEST(Parallel, SharesCoverEverythingOnceAndAreEqualToWithinTheGrain) {
  for (const std::int64_t count : {0, 1, 15, 16, 17, 1000, 4096}) {
    for (const int threads : {1, 2, 3, 7, 16}) {
      std::int64_t next = 0;
      for (int thread = 0; thread < threads; ++thread) {
        const auto [begin, end] = share_of(count, thread, threads, 16);
        EXPECT_EQ(begin, next);
        EXPECT_LE(begin, end);
        EXPECT_LE(end - begin, (count / threads / 16 + 2) * 16);
        next = end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

TEST(Parallel, EveryThreadOfTheTeamComesOnce) {
  for (const int threads : {1, 2, 3}) {
    std::vector<int> came(static_cast<std::size_t>(threads), 0);
    parallel(threads, [&](int thread) { ++came[static_cast<std::size_t>(thread)]; });
    EXPECT_EQ(came, std::vector<int>(static_cast<std::size_t>(threads), 1));
  }
}

}  // namespace
}  // namespace roofmark
