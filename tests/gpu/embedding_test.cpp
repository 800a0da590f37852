// The token embedding of GPUs, bit by bit.
#include <gtest/gtest.h>

#include "kernels/embedding/embedding.cuda.h"
#include "kernels/gpu_task.h"
#include "tests/gpu/arrays.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {
namespace {

TEST(GpuEmbeddingTest, CopiesTheRowOfEachTokenAndWritesNoOther) {
  const std::unique_ptr<Device> device = gpu_under_test();
  if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  const std::vector<int> ids{4, 0, 10, 4, 7};
  const Buffer tokens = device->allocate(20, 1, Pages::base);
  device->upload(tokens.data, ids.data(), 20);
  for (const DType type : simt_types) {
    for (const std::int64_t cols : {1, 3, 8, 24, 100, 1000, 2048, 4104, 8200}) {
      const Values table(type, 11 * cols, 1, 1);
      const OnGpu operand(*device, table);
      for (const int sms : {1, 1000}) {
        GuardedOutput y(*device, type, 5 * cols);
        EmbeddingArguments arguments;
        arguments.table = operand.data();
        arguments.ids = reinterpret_cast<const int*>(tokens.data);
        arguments.y = y.data();
        arguments.tokens = 5;
        arguments.row_bytes = array_bytes(cols, type);
        arguments.sms = sms;
        launch_embedding(arguments, device->queue().stream);
        const Values gathered = y.fetch();
        for (std::int64_t i = 0; i < 5 * cols; ++i) {
          ASSERT_EQ(gathered[i], table[ids[static_cast<std::size_t>(i / cols)] * cols + i % cols])
              << i << " of 5 x " << cols;
        }
      }
    }
  }
}

}  // namespace
}  // namespace roofmark
