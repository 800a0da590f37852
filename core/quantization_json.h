// How a checkpoint's weights are quantized, from the quantization_config of a config.json.
#pragma once

#include "core/architecture.h"
#include "core/strict_json.h"

namespace roofmark {

/// Reads quant_method gptq, awq, compressed-tensors, bitsandbytes, fp8 and mxfp4: bits of weights
/// (4 or 8), what share a scale, how wide scales and zero points are, activations and cache where
/// they are stated.  Linear layers of the decoder are quantized; the embedding, the head, routers,
/// norms and biases are not, nor the parts that the exceptions name as a whole (self_attn, mlp,
/// experts).
///   gptq, awq           f16 scale per group and, unless symmetric AWQ, a packed zero point of as
///                       many bits as a weight (GPTQ always stores it)
///   compressed-tensors  16-bit scale per group, channel or tensor; zero points where not symmetric
///   bitsandbytes        4 bits: f32 scale per 64, with double quantization 8 bits and an f32 per
///                       256 of those (8.125 -> counted as 8); 8 bits: f32 per output
///   fp8                 f32 scale per block of weight_block_size, else per tensor
///   mxfp4               8-bit exponent per 32
/// Throws InputError for another method, other bits, and group sizes that no quantizer writes: they
/// are powers of two from 16 (NVFP4's) to 1024, or -1.
Quantization quantization_from_json(const JsonView& config);

/// What transformers before 5 loads beside weights so quantized where neither torch_dtype nor dtype
/// is said: float16, which the kernels of these methods compute in; bfloat16 with mxfp4 and float32
/// with fp8.
DType unsaid_type_beside(const JsonView& quantization);

}  // namespace roofmark
