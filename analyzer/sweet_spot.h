// Which quantization makes a product fastest: W16A16, W4A16, W8A8 or W4A8, by the number of rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analyzer/roofline.h"

namespace roofmark {

/// What 4-bit weights need beside their half byte: nothing (ideal), or a 16-bit scale per 128.
enum class WeightScales { none, per_128 };

/// One way to quantize a product: the names count bits of weights and activations.
struct OperandWidths {
  std::string name;  ///< "W4A16"
  Format format;
  double weight_bytes = 0;  ///< of one weight with its share of a scale
};

/// W16A16, W4A16, W8A8, W4A8: the most precise first, activations before weights, because their
/// rounding costs more accuracy.  `sixteen`: f16 or bf16.
std::vector<OperandWidths> operand_widths(WeightScales scales, DType sixteen = DType::f16);
/// The 16-bit type that the roofline has a peak for: f16, else bf16.
DType sixteen_bits_on(const Roofline& roofline);

/// A product of m rows with weights that are read once, and nothing else that is moved:
/// attainable(m) = min(peak, 2 m bandwidth / weight_bytes), reaching the peak at the ridge
/// m = peak weight_bytes / (2 bandwidth) multiply-adds per weight.
struct QuantizedRoof {
  OperandWidths quantization;
  Known<OpRate> peak, slope;  ///< slope: op/s for each row
  Known<double> ridge;        ///< rows
  std::string reason;         ///< why one is unknown

  Known<OpRate> attainable(double rows) const;
};
QuantizedRoof quantized_roof(const OperandWidths& quantization, const Roofline& roofline);

/// Rows from which on `to`, which rises no faster, is above `from` for good: peak(from) /
/// slope(to).  Where the two peaks are equal it has caught up there and stays level.
struct Crossover {
  std::string from, to;
  double rows = 0;
  bool overtakes = true;  ///< else level
};
std::vector<Crossover> crossovers(std::span<const QuantizedRoof> roofs);

/// Rows (whole, `last` 0: no end) for which this one is the most precise of the fastest.
struct RowRange {
  std::int64_t first = 1, last = 0;
  std::string best;
};
std::vector<RowRange> best_by_rows(std::span<const QuantizedRoof> roofs);

/// The same for one operator of a model, by the number of sequences.
struct BatchRange {
  std::int64_t first = 1, last = 1;
  std::string best;
  Known<double> gain_first, gain_last;  ///< time as W16A16 / time, at both ends
  std::string from = "ceilings";        ///< whose times are compared: those, or a run's kernels
};
struct OperatorSweetSpot {
  std::string op, phase;
  std::vector<BatchRange> ranges;
  std::string reason;  ///< why there is none
};

struct SweetSpot {
  WeightScales scales = WeightScales::none;
  std::vector<QuantizedRoof> roofs;
  std::vector<Crossover> crossovers;
  std::vector<RowRange> ranges;
  std::int64_t most_sequences = 0;           ///< batches looked at: 1 to this
  std::vector<OperatorSweetSpot> operators;  ///< and "all products" of each phase
};

/// Of weights alone on that roofline, without a model.
SweetSpot sweet_spot(const Roofline& roofline, WeightScales scales, DType sixteen);

}  // namespace roofmark
