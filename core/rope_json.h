// What a configuration says of rotary positions, in the words of each generation of Hugging Face.
#pragma once

#include "core/model.h"
#include "core/strict_json.h"

namespace roofmark {

/// partial_rotary_factor, of rope_parameters (transformers 5) or beside the other keys, else
/// `otherwise`: the share of a head's elements that RoPE turns, more than 0 and at most 1, cut to
/// whole elements.  Puts the rest into model.unrotated.
void read_rotary_factor(const JsonView& config, Model& model, double otherwise);

/// How many tokens the network is made for: `limit`, or the original positions times the factor of
/// its rope scaling (rope_parameters or rope_scaling) where that is more; with llama3 and longrope
/// always `limit`.  Puts model.context, and model.stretched where another scaling has a factor and
/// does not say from how many positions.
/// Throws InputError where factor or original_max_position_embeddings are no such numbers.
void read_context(const JsonView& config, const char* limit, Model& model);

/// RoPE turns pairs: refuses a head of which it turns an odd number of elements, or none though
/// layers rotate, with the key that says it: the rotated part's, else that of the head's width or
/// of the number of heads.
void refuse_unpaired_rotation(const JsonView& config, const Model& model, const char* head_dim,
                              const char* heads);

}  // namespace roofmark
