#include "analyzer/sweet_spot.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace roofmark {
namespace {

constexpr double rows_per_scale = 128;  // as GPTQ and AWQ models are published
constexpr double scale_bytes = 2;
/// Rates this close are equal: sums in another order differ by less.
constexpr double equal = 1e-9;

double weight_bytes(const Format& format, WeightScales scales) {
  const bool scaled = format.weights == DType::i4 && scales == WeightScales::per_128;
  return bytes(format.weights) + (scaled ? scale_bytes / rows_per_scale : 0);
}

bool is_known(const QuantizedRoof& roof) { return roof.peak && roof.slope; }

/// The first of the fastest: the most precise of them.
const QuantizedRoof* best_at(std::span<const QuantizedRoof> roofs, double rows) {
  const QuantizedRoof* best = nullptr;
  for (const QuantizedRoof& roof : roofs) {
    if (!is_known(roof)) continue;
    if (!best || *roof.attainable(rows) > *best->attainable(rows) * (1 + equal)) best = &roof;
  }
  return best;
}

/// Does `to` start no faster than `from` and end at least as high, and do they differ?
bool catches_up(const QuantizedRoof& from, const QuantizedRoof& to) {
  return *to.slope <= *from.slope && *to.peak >= *from.peak &&
         (*to.slope < *from.slope || *to.peak > *from.peak);
}

}  // namespace

std::vector<OperandWidths> operand_widths(WeightScales scales, DType sixteen) {
  std::vector<OperandWidths> all{{"W16A16", {sixteen, sixteen, DType::f32}},
                                 {"W4A16", {DType::i4, sixteen, DType::f32}},
                                 {"W8A8", {DType::i8, DType::i8, DType::i32}},
                                 {"W4A8", {DType::i4, DType::i8, DType::i32}}};
  for (OperandWidths& one : all) one.weight_bytes = weight_bytes(one.format, scales);
  return all;
}

DType sixteen_bits_on(const Roofline& roofline) {
  for (const DType type : {DType::f16, DType::bf16}) {
    if (roofline.engine.peak({type, type, DType::f32})) return type;
  }
  return DType::f16;
}

Known<OpRate> QuantizedRoof::attainable(double rows) const {
  if (!is_known(*this)) return std::nullopt;
  return std::min(*peak, *slope * rows);
}

QuantizedRoof quantized_roof(const OperandWidths& quantization, const Roofline& roofline) {
  QuantizedRoof roof{.quantization = quantization,
                     .peak = roofline.engine.peak(quantization.format)};
  // What is missing has one wording, that of an operator's standing on a roofline.
  const Work one{.ops = Ops{1}, .read = Bytes{1}};
  roof.reason = stand(one, quantization.format, roofline).reason;
  if (roofline.bandwidth) {
    roof.slope = OpRate{2 * roofline.bandwidth->value / quantization.weight_bytes};
  }
  if (is_known(roof)) roof.ridge = *roof.peak / *roof.slope;
  return roof;
}

std::vector<Crossover> crossovers(std::span<const QuantizedRoof> roofs) {
  std::vector<Crossover> all;
  for (const QuantizedRoof& from : roofs) {
    for (const QuantizedRoof& to : roofs) {
      if (!is_known(from) || !is_known(to) || !catches_up(from, to)) continue;
      all.push_back({from.quantization.name, to.quantization.name, *from.peak / *to.slope,
                     *to.peak > *from.peak});
    }
  }
  return all;
}

std::vector<RowRange> best_by_rows(std::span<const QuantizedRoof> roofs) {
  // Between neighbouring corners every roof is a line, and lines cross at a crossover alone.
  std::vector<double> corners{1};
  for (const QuantizedRoof& roof : roofs) {
    if (roof.ridge) corners.push_back(*roof.ridge);
  }
  for (const Crossover& crossover : crossovers(roofs)) corners.push_back(crossover.rows);
  std::vector<RowRange> ranges;
  std::vector<std::int64_t> firsts;
  for (const double corner : corners) {  // the whole numbers on both sides of each
    constexpr double most = 1e15;
    const auto whole = static_cast<std::int64_t>(std::min(std::floor(corner), most));
    for (const std::int64_t rows : {whole, whole + 1}) {
      if (rows >= 1) firsts.push_back(rows);
    }
  }
  std::sort(firsts.begin(), firsts.end());
  for (const std::int64_t first : firsts) {
    const QuantizedRoof* best = best_at(roofs, static_cast<double>(first));
    if (!best) return {};
    if (!ranges.empty() && ranges.back().best == best->quantization.name) continue;
    if (!ranges.empty()) ranges.back().last = first - 1;
    ranges.push_back({first, 0, best->quantization.name});
  }
  return ranges;
}

SweetSpot sweet_spot(const Roofline& roofline, WeightScales scales, DType sixteen) {
  SweetSpot spot{.scales = scales};
  for (const OperandWidths& one : operand_widths(scales, sixteen)) {
    spot.roofs.push_back(quantized_roof(one, roofline));
  }
  spot.crossovers = crossovers(spot.roofs);
  spot.ranges = best_by_rows(spot.roofs);
  return spot;
}

}  // namespace roofmark
