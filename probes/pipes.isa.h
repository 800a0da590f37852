// A loop of instructions on registers alone, and how a leaf describes the loops it has.  The lint
// over machine code reads these descriptions and counts the instructions of each loop.
#pragma once

#include <cstdint>

namespace roofmark {

/// What a turn does to each accumulator x, with operands m1, c1, m2, c2.
enum class PipeStep {
  scaled,       ///< x = x m1 + c1, then x = x m2 + c2: fused multiply-add that scales (x86)
  accumulated,  ///< x = x + m1 c1, then x = x + m2 c2: fused multiply-add that accumulates (Arm)
  separate,     ///< the first 8 accumulators x = x m1, seven times; the other 7 x = x + m1, then
                ///< x = x - m1, four times over (SSE2, which has no fused multiply-add)
  mixed,  ///< the first PipeLoop::multiplied accumulators x = x + c1 c1, the others x = x + c1,
          ///< both kinds equally often and each accumulator of a kind equally often
  added,  ///< x = x + c1, then x = x - c2
  multiplied,  ///< x = x m1, then x = x m2
  divided,     ///< x = x / m1, then x = x / m2
  rooted,      ///< x = sqrt(m1), then x = sqrt(m2)
  dotted,      ///< each lane adds its `depth` products of m1 and c1, then of m2 and c2
  tiled,       ///< each lane of a tile rows x columns adds the `depth` products of a row of m1 with
               ///< a row of c1, then of m2 with c2
};

/// One loop.  A register of accumulators or operands has `vector_bytes`; 0: as many as the
/// machine's vectors have.
struct PipeLoop {
  const char* kernel;  ///< "fma"
  const char* type;    ///< of the operands' elements: f64 f32 f16 bf16 i16 i8
  const char* sum;     ///< of the accumulators' lanes
  PipeStep step;
  int vector_bytes;
  int chains;        ///< independent accumulators
  int instructions;  ///< arithmetic ones in a turn
  int lane_ops;      ///< operations in a turn, for each lane of one accumulator
  int slowness;  ///< least cycles that an instruction takes, rounded down; 1: two a cycle and more
  /// Runs `turns` turns from accumulators `start` [chains] to `end` [chains]; operands [4].
  void (*run)(std::int64_t turns, const void* operands, const void* start, void* end);
  int depth = 1;                 ///< products that one instruction adds to a lane
  int multiplied = 0;            ///< mixed: accumulators that are multiplied into
  int rows = 1, columns = 1;     ///< of a tile of accumulators, several of which fill a register
  bool unsigned_m = false;       ///< elements of m1 and m2 are unsigned
  bool by_columns = false;       ///< c1 and c2 hold the depth in rows (AMX), not in columns
  const char* detail = nullptr;  ///< what tells it from others of its kind; null: it is alone
};

struct PipeLoops {
  const PipeLoop* first;
  int count;
  int (*vector_bytes)();  ///< of this machine; null: fixed
};

}  // namespace roofmark
