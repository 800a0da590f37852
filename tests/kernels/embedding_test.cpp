// Every leaf of the token embedding, byte by byte, and which rows its task gathers.
#include "kernels/embedding/embedding.h"

#include <gtest/gtest.h>

#include <set>

#include "kernels/registry.h"
#include "tests/kernels/memory_device.h"
#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class Body>
void each_leaf(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::embedding},
  for_each_runnable<EmbeddingLeaf>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

TEST(EmbeddingLeaves, CopyTheRowsOfTheirTokensAndWriteNoOther) {
  each_leaf([](EmbeddingLeaf embedding) {
    const std::int32_t ids[] = {4, 0, 3, 3, 1};
    for (const std::int64_t cols : odd_lengths()) {
      const Numbers<bf16> table(5 * cols, 1);
      GuardedNumbers<bf16> y(5 * cols, 1);
      embedding(table.data(), ids, y.data(), 5, 2 * cols);
      for (int t = 0; t < 5; ++t) {
        const bf16* row = table.data() + ids[t] * cols;
        ASSERT_TRUE(std::equal(row, row + cols, y.data() + t * cols)) << t << " of " << cols;
      }
      y.expect_intact();
    }
  });
}

std::set<std::int32_t> asked_for;
void note_tokens(const void*, const std::int32_t* ids, void*, std::int64_t tokens, std::int64_t) {
  asked_for.insert(ids, ids + tokens);
}

TEST(Embedding, GathersFromAsMuchMemoryAsOthersRotateThroughBeforeARowIsReadAgain) {
  // 1000 rows of 64 bytes.  Of a small vocabulary too: its table alone would be found in a cache.
  MemoryDevice device(4 * 64 * 1000);
  for (const std::int64_t vocabulary : {7, 1000, 100000}) {
    const Case what{.shape = {{"tokens", 64}, {"cols", 16}, {"vocabulary", vocabulary}}};
    Embedding task(note_tokens, what, DType::f32, device);
    asked_for.clear();
    for (int launch = 1; launch <= 15; ++launch) {
      task.launch({});
      EXPECT_GE(asked_for.size(), static_cast<std::size_t>(launch * 64 - 24)) << launch;
    }
    task.launch({});
    EXPECT_EQ(asked_for.size(), 1000u) << vocabulary;
    EXPECT_GE(device.operands.size_bytes, 64 * 1000);
  }
}

void forget_the_last(const void* table, const std::int32_t* ids, void* y, std::int64_t tokens,
                     std::int64_t row_bytes) {
  for (std::int64_t t = 0; t < tokens; ++t) {
    std::memcpy(static_cast<char*>(y) + t * row_bytes,
                static_cast<const char*>(table) + ids[t] * row_bytes,
                static_cast<std::size_t>(row_bytes - 4));
  }
}
void take_the_first(const void* table, const std::int32_t*, void* y, std::int64_t tokens,
                    std::int64_t row_bytes) {
  for (std::int64_t t = 0; t < tokens; ++t) {
    std::memcpy(static_cast<char*>(y) + t * row_bytes, table, static_cast<std::size_t>(row_bytes));
  }
}

TEST(Embedding, WithAWrongLeafIsWrong) {
  MemoryDevice device;
  const Case what{.shape = {{"tokens", 7}, {"cols", 33}, {"vocabulary", 50}}, .threads = 2};
  EXPECT_GT(Embedding(forget_the_last, what, DType::f32, device).error(), 1);
  EXPECT_GT(Embedding(take_the_first, what, DType::f32, device).error(), 1);
}

}  // namespace
}  // namespace roofmark
