// Gathers rows of a table.  No arithmetic, a row read and a row written per token.
#include "core/gpu.cuh"
#include "kernels/embedding/embedding.cuda.h"

namespace roofmark {
namespace {

/// Block (t, g) copies the g-th 256 VECTORS vectors of 16 bytes of row ids[t] to row t.
template <int VECTORS>
__global__ void __launch_bounds__(256)
    gather_vectors(const uint4* table, const int* ids, uint4* y, int vectors) {
  const uint4* from = table + static_cast<std::int64_t>(ids[blockIdx.x]) * vectors;
  uint4* to = y + static_cast<std::int64_t>(blockIdx.x) * vectors;
  const int first = static_cast<int>(blockIdx.y * 256 * VECTORS + threadIdx.x);
  uint4 held[VECTORS];
  for (int k = 0; k < VECTORS; ++k) {
    if (first + 256 * k < vectors) held[k] = gpu::load16_once(from + first + 256 * k);
  }
  for (int k = 0; k < VECTORS; ++k) {
    if (first + 256 * k < vectors) gpu::store16(to + first + 256 * k, held[k]);
  }
}

/// Rows that are not whole vectors, two bytes at a time.
__global__ void __launch_bounds__(256)
    gather_pieces(const std::uint16_t* table, const int* ids, std::uint16_t* y, int pieces) {
  const std::uint16_t* from = table + static_cast<std::int64_t>(ids[blockIdx.x]) * pieces;
  std::uint16_t* to = y + static_cast<std::int64_t>(blockIdx.x) * pieces;
  for (int i = static_cast<int>(threadIdx.x); i < pieces; i += 256) to[i] = from[i];
}

template <int VECTORS>
void launch_vectors(const EmbeddingArguments& a, void* stream) {
  const std::int64_t vectors = a.row_bytes / 16, each_block = 256 * VECTORS;
  gpu::Grid grid;
  grid.x = static_cast<unsigned>(a.tokens);
  grid.y = static_cast<unsigned>((vectors + each_block - 1) / each_block);
  gpu::launch(grid, stream, gather_vectors<VECTORS>, static_cast<const uint4*>(a.table), a.ids,
              static_cast<uint4*>(a.y), static_cast<int>(vectors));
}

}  // namespace

void launch_embedding(const EmbeddingArguments& a, void* stream) {
  if (a.row_bytes % 16 != 0) {
    gpu::Grid grid;
    grid.x = static_cast<unsigned>(a.tokens);
    gpu::launch(grid, stream, gather_pieces, static_cast<const std::uint16_t*>(a.table), a.ids,
                static_cast<std::uint16_t*>(a.y), static_cast<int>(a.row_bytes / 2));
  } else if (a.tokens < a.sms) {
    launch_vectors<1>(a, stream);
  } else {
    launch_vectors<2>(a, stream);
  }
}

}  // namespace roofmark
