#include "analyzer/weight_formats.h"

#include <algorithm>

namespace roofmark {
namespace {

/// A product of that type, accumulated as matrix units do.
Format plain(DType type) {
  const bool wide = type == DType::f32 || type == DType::f64;
  return {type, type, wide ? type : DType::f32};
}

}  // namespace

constexpr std::int64_t usual_group = 128;

WeightFormats::WeightFormats(const Workload& workload)
    : quantization_(workload.model.quantization),
      published_(quantization_.weights != DType::none && workload.group == 0 &&
                 quantization_.weights == workload.format.weights),
      narrowed_by_products_(quantization_.activations != DType::none &&
                            quantization_.activations == workload.format.activations),
      tied_(workload.model.tied_embeddings),
      group_(workload.group == 0 ? usual_group : workload.group),
      products_(workload.format),
      elementwise_{workload.format.activations, workload.format.activations,
                   workload.format.accumulate} {
  // What stands between products is not quantized.
  if (narrowed_by_products_) elementwise_ = plain(workload.model.dtype);
  unquantized_ = elementwise_;
  unquantized_.weights = workload.model.dtype;
}

const Format& WeightFormats::of(Part part) const {
  if (published_ || narrowed_by_products_) {
    return is_quantized(quantization_, part) ? products_ : unquantized_;
  }
  const bool of_layers = part == Part::attention || part == Part::mlp || part == Part::experts;
  const bool of_head = part == Part::head || (part == Part::embedding && tied_);
  return of_layers || (of_head && quantization_.head) ? products_ : elementwise_;
}

Stored WeightFormats::stored(Part part, std::int64_t n, std::int64_t k) const {
  const DType type = of(part).weights;
  Stored stored{.type = type};
  if (!published_) {
    if (part == Part::embedding) return stored;
    if (type == DType::i4 || type == DType::i2 || type == DType::i1) stored.group = group_;
    if (type == DType::i8) stored.group = k;
  } else if (is_quantized(quantization_, part) && quantization_.rows > 0) {
    stored = {.type = type,
              .rows = std::min(quantization_.rows, n),
              .group = quantization_.group > 0 ? std::min(quantization_.group, k) : k,
              .scale_bits = quantization_.scale_bits,
              .zero_bits = quantization_.zero_bits};
  } else if (type == DType::i8) {  // one scale for the whole matrix
    stored = {.type = type, .rows = n, .group = k, .scale_bits = quantization_.scale_bits};
  }
  return stored;
}

void WeightFormats::put_activations(Shape& shape, Part part) const {
  const int wide = bits(elementwise_.activations);
  if (wide != bits(of(part).activations)) shape.extents.push_back({"activation_bits", wide});
}

std::string format_text(const Workload& workload) {
  const std::string name = workload.format.name();
  return workload.group == 0 ? name : name + "g" + std::to_string(workload.group);
}

Format published_format(const Model& model) {
  const Quantization& quantization = model.quantization;
  Format format = plain(model.dtype);
  if (quantization.weights == DType::none) return format;
  format.weights = quantization.weights;
  if (quantization.activations != DType::none) format.activations = quantization.activations;
  const bool integers = format.activations == DType::i8 || format.activations == DType::i4;
  format.accumulate = integers ? DType::i32 : DType::f32;
  return format;
}

DType published_cache(const Model& model) {
  return model.quantization.kv != DType::none ? model.quantization.kv : model.dtype;
}

}  // namespace roofmark
