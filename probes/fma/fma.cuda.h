// Launchers of the multiply-add probe on a GPU, one per precision.
#pragma once

#include "probes/chains.h"

namespace roofmark {

/// A step is x = x m + c, rounded once: on one number of a 64- or 32-bit word, or on two of 16
/// bits.
void launch_fma_f64(const ChainLaunch& what, void* stream);
void launch_fma_f32(const ChainLaunch& what, void* stream);
void launch_fma_f16(const ChainLaunch& what, void* stream);
void launch_fma_bf16(const ChainLaunch& what, void* stream);

}  // namespace roofmark
