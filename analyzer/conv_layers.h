// A convolution network's layers on a roofline: layers, totals and storage of an Analysis.
#pragma once

#include "analyzer/analysis.h"
#include "analyzer/conv_network.h"
#include "analyzer/roofline.h"

namespace roofmark {

/// fused: batch normalization and activation change a layer's output before it is written; scale
/// and shift of each channel are read with its weights.  stored: each reads and writes a map of its
/// own, and all four values per channel of batch normalization are read.
enum class Intermediates { fused, stored };
std::string_view name(Intermediates intermediates);

/// `images` at once.  Each layer reads its weights and inputs and writes its outputs once, in the
/// types of `format`; its operations are 2 MAC + bias additions.  Pooling, normalization and
/// activation move bytes and count no operations.  Beside that the figures of every convention
/// (network.countings), for sources differ: MAC or FLOP, feature maps once or inputs too, fused or
/// stored.  Storage: all parameters, and the largest input and output of one layer alive together.
Analysis analyze_network(const ConvNetwork& network, std::int64_t images, const Format& format,
                         Intermediates intermediates, const Roofline& roofline);

}  // namespace roofmark
