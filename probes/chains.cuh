// The kernel body of every probe of a GPU's ordinary cores: chains of dependent steps in registers.
#pragma once

#include "probes/chains.h"
#include "probes/times.cuh"

namespace roofmark {

/// A chain whose state is the word itself.
template <class T>
struct WordChain {
  using Word = T;
  using State = T;
  ROOFMARK_DEVICE T start(T word) { return word; }
  ROOFMARK_DEVICE T result(T state) { return state; }
};

/// chain_steps steps a turn on each chain, by the first and the second pair of operands in turn:
/// state = Step::next(state, m, c).  All chains take a step by the same operands one after the
/// other, so that these come from the reuse cache: register files feed two operands a cycle.
template <class Step>
ROOFMARK_DEVICE void run_chains(const ChainLaunch& what) {
  using Word = typename Step::Word;
  const Word* operands = static_cast<const Word*>(what.operands) + threadIdx.x;
  Word m[2], c[2];
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    m[i] = operands[(2 * i) * chain_threads];
    c[i] = operands[(2 * i + 1) * chain_threads];
  }
  typename Step::State x[chain_count];
#pragma unroll
  for (int i = 0; i < chain_count; ++i) x[i] = Step::start(operands[(4 + i) * chain_threads]);

  note_time(what.times);
#pragma unroll 1
  for (int turn = 0; turn < what.turns; ++turn) {
#pragma unroll
    for (int step = 0; step < chain_steps; ++step) {
#pragma unroll
      for (int i = 0; i < chain_count; ++i) x[i] = Step::next(x[i], m[step % 2], c[step % 2]);
    }
  }
  note_time(what.times + 2);

  const int chosen = static_cast<int>((blockIdx.x + threadIdx.x) % chain_count);
  Word result = Step::result(x[0]);
#pragma unroll
  for (int i = 1; i < chain_count; ++i) {
    if (i == chosen) result = Step::result(x[i]);
  }
  static_cast<Word*>(what.results)[blockIdx.x * chain_threads + threadIdx.x] = result;
}

inline gpu::Grid chain_grid(const ChainLaunch& what) {
  return gpu::Grid{static_cast<unsigned>(what.blocks), 1, 1, chain_threads, 0};
}

}  // namespace roofmark
