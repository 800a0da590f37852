// The token embedding on a GPU: its launcher.
#pragma once

#include <cstdint>

namespace roofmark {

/// y[t,c] = table[ids[t],c]: a gather of rows, bit by bit.
/// table: [vocabulary, cols].  ids: [tokens], in [0, vocabulary).  y: [tokens, cols].  All
/// row-major and dense, from a multiple of 16 bytes on.  row_bytes: of one row of table and of y,
/// even. Work: no ops; one row read and one written per token.
struct EmbeddingArguments {
  const void* table = nullptr;
  const int* ids = nullptr;
  void* y = nullptr;
  std::int64_t tokens = 0, row_bytes = 0;
  int sms = 1;
};

void launch_embedding(const EmbeddingArguments& arguments, void* stream);

}  // namespace roofmark
