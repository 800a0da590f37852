#include "core/quantization_json.h"

#include <string>

#include "core/family_reading.h"
#include "core/printable.h"

namespace roofmark {
namespace {

constexpr std::int64_t most_block = 1 << 20;
constexpr std::int64_t least_group = 16, most_group = 1024;  // inputs that share a scale

/// 4 or 8 bits as integers.
DType integer_of(const JsonView& bits) {
  const std::int64_t width = bits.integer(1, 64);
  if (width == 4) return DType::i4;
  if (width == 8) return DType::i8;
  bits.refuse("weights of " + std::to_string(width) + " bits are not counted",
              "name a model of 4 or 8 bits, or remove quantization_config and pass --dtype");
}

/// Inputs that share a scale; -1: all of a row, for which the answer is 0.
std::int64_t group_of(const JsonView& group) {
  const std::int64_t size = group.integer(-1, most_block);
  if (size == -1) return 0;
  const bool known = size >= least_group && size <= most_group && (size & (size - 1)) == 0;
  if (!known) {
    group.refuse("no quantizer shares a scale among " + std::to_string(size) + " weights",
                 "write 16, 32, 64, 128, 256, 512 or 1024, or -1 for one scale per output");
  }
  return size;
}

/// Outputs and inputs of a block that shares a scale.
void read_block(Quantization& q, const JsonView& block) {
  const std::vector<JsonView> sides = block.elements();
  if (sides.size() != 2) block.refuse("a block has two sides", "write [128, 128]");
  q.rows = sides[0].integer(1, most_block);
  q.group = sides[1].integer(1, most_block);
}

JsonView first_of(const JsonView& config, const char* key, const char* other) {
  const auto found = config.find(other);
  return config.has(key) || !found ? config.at(key) : *found;
}

bool names(const std::string& module, const char* part) {
  return module.find(part) != std::string::npos;
}

/// What is left as it was.  Only names that stand for a part of every layer can be counted; a layer
/// by itself ("model.layers.0.mlp.gate_proj") is one of many and stays with its part.
void except(Quantization& q, const JsonView& modules) {
  for (const JsonView& module : modules.elements()) {
    const std::string text = module.text();
    const bool of_one_layer = text.find_first_of("0123456789") != std::string::npos;
    if (of_one_layer) continue;
    if (names(text, "self_attn") && !names(text, "_proj")) q.attention = false;
    if (names(text, "experts") && !names(text, "shared")) q.experts = false;
    const bool whole_mlp = text.size() >= 3 && text.compare(text.size() - 3, 3, "mlp") == 0;
    if (whole_mlp) q.mlp = q.experts = false;
  }
}

void except_as_listed(Quantization& q, const JsonView& config) {
  for (const char* key :
       {"modules_to_not_convert", "ignore", "ignored_layers", "llm_int8_skip_modules"}) {
    if (const auto modules = config.find(key)) except(q, *modules);
  }
}

Quantization gptq(const JsonView& config) {
  Quantization q{.weights = integer_of(config.at("bits"))};
  q.group = group_of(config.at("group_size"));
  q.zero_bits = bits(q.weights);
  q.head = flag(config, "lm_head", false);
  return q;
}

Quantization awq(const JsonView& config) {
  Quantization q{.weights = integer_of(first_of(config, "bits", "w_bit"))};
  q.group = group_of(first_of(config, "group_size", "q_group_size"));
  q.zero_bits = flag(config, "zero_point", true) ? bits(q.weights) : 0;
  return q;
}

/// The type of weights or activations in a scheme of compressed-tensors.
DType scheme_type(const JsonView& scheme) {
  const JsonView width = scheme.at("num_bits");
  const auto kind = scheme.find("type");
  const std::string type = kind ? kind->text() : "int";
  if (type != "int" && type != "float") {
    kind->refuse("\"" + printable(type, 40) + "\" is no type of numbers", "write int or float");
  }
  if (type == "int") return integer_of(width);
  const std::int64_t bits = width.integer(1, 64);
  if (bits != 8) {
    width.refuse("floating-point numbers of " + std::to_string(bits) + " bits are not counted",
                 "name a model of 8 bits, or remove quantization_config and pass --dtype");
  }
  return DType::fp8;
}

void read_strategy(Quantization& q, const JsonView& weights) {
  const auto said = weights.find("strategy");
  const auto group = weights.find("group_size");
  const std::string strategy = said ? said->text() : group ? "group" : "tensor";
  if (strategy == "group") {
    q.group = group_of(weights.at("group_size"));
  } else if (strategy == "channel") {
    q.group = 0;
  } else if (strategy == "tensor") {
    q.rows = q.group = 0;
  } else if (strategy == "block") {
    read_block(q, weights.at("block_structure"));
  } else {
    said->refuse("strategy \"" + printable(strategy, 40) + "\" is not counted",
                 "write group, channel, block or tensor");
  }
}

/// AutoFP8 writes "static" or "dynamic" for a cache of fp8, compressed-tensors a scheme.
void read_cache_scheme(Quantization& q, const JsonView& config) {
  const auto kv = config.find("kv_cache_scheme");
  if (!kv) return;
  if (kv->is_object()) {
    q.kv = scheme_type(*kv);
    return;
  }
  const std::string said = kv->text();
  if (said != "static" && said != "dynamic") {
    kv->refuse("\"" + printable(said, 40) + "\" is no way of scaling a cache that is known",
               "write static, dynamic or a scheme with num_bits and type");
  }
  q.kv = DType::fp8;
}

Quantization compressed_tensors(const JsonView& config) {
  const JsonView groups = config.at("config_groups");
  Quantization q;
  for (const auto& [name, scheme] : groups.members()) {
    Quantization one;
    const JsonView weights = scheme.at("weights");
    one.weights = scheme_type(weights);
    read_strategy(one, weights);
    if (!flag(weights, "symmetric", true)) one.zero_bits = bits(one.weights);
    if (const auto inputs = scheme.find("input_activations")) {
      one.activations = scheme_type(*inputs);
    }
    if (q.weights != DType::none && !(one == q)) {
      scheme.refuse("groups of different schemes are not counted",
                    "remove quantization_config and pass --dtype");
    }
    q = one;
  }
  if (q.weights == DType::none) groups.refuse("it is empty", "write one group of weights");
  read_cache_scheme(q, config);
  return q;
}

Quantization bitsandbytes(const JsonView& config) {
  const bool four = flag(config, "load_in_4bit", false) || flag(config, "_load_in_4bit", false);
  const bool eight = flag(config, "load_in_8bit", false) || flag(config, "_load_in_8bit", false);
  if (four == eight) {
    config.refuse(four ? "load_in_4bit and load_in_8bit exclude each other"
                       : "neither load_in_4bit nor load_in_8bit is true",
                  "set one of them");
  }
  // LLM.int8: one f32 per output; its products are of 8-bit activations (Dettmers et al. 2022,
  // arXiv:2208.07339).  4 bits: absolute maxima per 64 (2023, arXiv:2305.14314, sect. 3).
  if (eight) {
    return {.weights = DType::i8, .activations = DType::i8, .group = 0, .scale_bits = 32};
  }
  const bool twice = flag(config, "bnb_4bit_use_double_quant", false);
  return {.weights = DType::i4, .group = 64, .scale_bits = twice ? 8 : 32};
}

Quantization fp8(const JsonView& config) {
  Quantization q{.weights = DType::fp8, .activations = DType::fp8, .scale_bits = 32};
  if (const auto block = config.find("weight_block_size")) {
    read_block(q, *block);
  } else {
    q.rows = q.group = 0;
  }
  read_cache_scheme(q, config);
  return q;
}

/// Four bits per weight and an exponent of eight per 32 (OCP Microscaling Formats 1.0, sect. 5.2).
Quantization mxfp4(const JsonView&) { return {.weights = DType::i4, .group = 32, .scale_bits = 8}; }

struct Method {
  const char* name;
  Quantization (*read)(const JsonView&);
  DType beside;  ///< where the configuration does not say it
};
constexpr Method methods[] = {{"gptq", gptq, DType::f16},
                              {"awq", awq, DType::f16},
                              {"compressed-tensors", compressed_tensors, DType::f16},
                              {"bitsandbytes", bitsandbytes, DType::f16},
                              {"fp8", fp8, DType::f32},
                              {"mxfp4", mxfp4, DType::bf16}};

const Method& method_of(const JsonView& config) {
  const JsonView asked = config.at("quant_method");
  const std::string name = asked.text();
  std::string known;
  for (const Method& method : methods) {
    if (name == method.name) return method;
    known += (known.empty() ? "" : ", ") + std::string(method.name);
  }
  asked.refuse(
      "quantization \"" + printable(name, 40) + "\" is not supported (there are " + known + ")",
      "remove quantization_config and say the format with --dtype");
}

}  // namespace

Quantization quantization_from_json(const JsonView& config) {
  Quantization q = method_of(config).read(config);
  except_as_listed(q, config);
  return q;
}

DType unsaid_type_beside(const JsonView& quantization) { return method_of(quantization).beside; }

}  // namespace roofmark
