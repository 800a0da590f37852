// In what the weights and activations of a workload are.
#pragma once

#include <cstdint>
#include <string>

#include "core/model.h"
#include "core/stored.h"
#include "core/weights.h"

namespace roofmark {

/// Where a workload's weights have the type of the model's quantized checkpoint, they are as
/// published: the parts that it has quantized, in its groups and with its scales, and everything
/// else as the model's own type.  Otherwise the weights of the layers have the type of the format,
/// those of 4 bits and less in groups of workload.group, else of 128, with 16-bit scales, as GPTQ
/// and AWQ models are published, 8-bit integers with one for each output.  Those that are never
/// quantized (Part::plain) are as wide as activations, and so are embedding and head, as in such
/// models (Frantar et al. 2022, arXiv:2210.17323; Lin et al. 2023, arXiv:2306.00978, whose tools
/// leave both alone), unless the model's quantization names the head (Quantization::head): then the
/// head, and an embedding tied to it, have the type of the format; rows of an embedding have no
/// scales. A checkpoint that quantizes activations does so in its products (vLLM, transformers:
/// each narrows its own inputs and writes the model's own type): where the format's activations are
/// those, what stands between products, and what they read and write, is as wide as the model,
/// whatever its weights are.
class WeightFormats {
 public:
  explicit WeightFormats(const Workload& workload);

  /// Of the products of a part.
  const Format& of(Part part) const;
  /// Whether they are as the checkpoint has them.
  bool as_published() const { return published_; }
  /// Of everything between the products.
  const Format& elementwise() const { return elementwise_; }
  /// How a matrix [n, k] of a part lies in memory.
  Stored stored(Part part, std::int64_t n, std::int64_t k) const;
  /// Whether products are computed in narrower activations than they read and write.
  bool narrowed_by_products() const { return narrowed_by_products_; }
  /// Says so in the shape of a product of that part.
  void put_activations(Shape& shape, Part part) const;

 private:
  Quantization quantization_;
  bool published_, narrowed_by_products_;
  bool tied_;           ///< the embedding is the head too
  std::int64_t group_;  ///< of 4-bit weights that are not as published
  Format products_, unquantized_, elementwise_;
};

/// "w4a16", and where the workload says the groups of its 4-bit weights "w4a16g32".
std::string format_text(const Workload& workload);

/// The format in which the model's checkpoint is computed: its own type accumulated in f32, or that
/// of its quantized weights and, where it says so, activations.
Format published_format(const Model& model);

/// The type of the cache beside it.
DType published_cache(const Model& model);

}  // namespace roofmark
