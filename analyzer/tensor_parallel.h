// A workload shared among devices by tensor parallelism (Shoeybi et al. 2019, arXiv:1909.08053,
// sect. 3): each has a part of every matrix, and they add up their results twice per layer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/accounting.h"

namespace roofmark {

/// What one of `devices` devices computes: of the query heads, the inner widths of MLPs and experts
/// (shared ones too) and the vocabulary one part each.  Key/value heads are divided too, or where
/// there are fewer than devices copied so that each device has one.  The latent vector of latent
/// attention and its projections down, norms and routers are whole on every device.  A vocabulary
/// that does not divide is padded, as frameworks do.  Throws InputError naming what does not
/// divide.
Workload shard_of(const Workload& workload, std::int64_t devices);

/// Of the rows of the embedding that T tokens need each device is expected to hold T / devices, and
/// reads no others; it writes T rows, zeros for the others' tokens, for these are added up.
void divide_gathered_rows(std::vector<CountedOperator>& counted, std::int64_t devices);

/// Adds what the devices send to one another, with D devices, T fresh tokens, h hidden and a bytes
/// per activation, two at least (numbers of 8 bits, each device's with scales of its own, cannot be
/// added up), in bytes that each one sends in a ring (Thakur et al. 2005,
/// doi:10.1177/1094342005051521, sect. 4.5):
///
///   embedding_all_reduce     2 (D - 1) / D T h a               1
///   attn_all_reduce          the same, after out_proj          per layer; of parallel blocks none,
///                                                                        they add up both at once
///   mlp_all_reduce           the same, after the MLP           per layer
///   logits_gather            (D - 1) / D of the logits         1
///
/// They stand after all others; their memory traffic is not counted.
void add_collectives(std::vector<CountedOperator>& counted, const Workload& workload,
                     std::int64_t devices);

/// By operator whose results the devices add up or gather the name of what does that.
std::map<std::string, std::string> collectives_of(const Workload& workload);

}  // namespace roofmark
