#include "core/format.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

TEST(Format, NamesAreReadBack) {
  for (const char* name : {"f64", "f32", "f16", "bf16-f32", "tf32-f32", "fp8-f32", "w8a8", "w4a8",
                           "w4a16", "i16-i32"}) {
    ASSERT_TRUE(format_from(name)) << name;
    EXPECT_EQ(format_from(name)->name(), name);
  }
  for (const char* name : {"", "-", "f32-", "-f32", "f33", "i8", "w4a4", "F32", "f32 "}) {
    EXPECT_FALSE(format_from(name)) << name;
  }
}

TEST(Format, ANarrowTypeAloneMeansAnF32Accumulator) {
  EXPECT_EQ(working_format_from("bf16")->name(), "bf16-f32");
  EXPECT_EQ(working_format_from("tf32")->name(), "tf32-f32");
  EXPECT_EQ(working_format_from("f16-f16")->name(), "f16");
  EXPECT_EQ(working_format_from("f32")->name(), "f32");
  EXPECT_EQ(working_format_from("f64")->name(), "f64");
  EXPECT_EQ(working_format_from("w8a8")->accumulate, DType::i32);
  EXPECT_FALSE(working_format_from("nothing"));
}

TEST(Format, QuantizedWeightsComputeInWhatTheyAreConvertedTo) {
  const auto computes_in = [](DType w, DType a, DType accumulate) {
    return computing_format({w, a, accumulate}).name();
  };
  EXPECT_EQ(computes_in(DType::i4, DType::f16, DType::f32), "f16-f32");
  EXPECT_EQ(computes_in(DType::i8, DType::bf16, DType::f32), "bf16-f32");
  EXPECT_EQ(computes_in(DType::i4, DType::i8, DType::i32), "w8a8");
  EXPECT_EQ(computes_in(DType::i4, DType::i4, DType::i32), "w4a4");
  EXPECT_EQ(computes_in(DType::fp8, DType::f16, DType::f32), "f16-f32");
  EXPECT_EQ(computes_in(DType::f16, DType::i8, DType::i32), "f16-f32");
  EXPECT_EQ(computes_in(DType::f32, DType::f16, DType::f32), "f32");
  EXPECT_EQ(computes_in(DType::f32, DType::f32, DType::f32), "f32");
}

TEST(Format, WhatHasNoWeightsIsNoProductOfThatType) {
  const Format exponential{DType::none, DType::f32, DType::f32};
  EXPECT_EQ(exponential.name(), "none-f32");
  EXPECT_EQ(computing_format(exponential), exponential);
}

}  // namespace
}  // namespace roofmark
