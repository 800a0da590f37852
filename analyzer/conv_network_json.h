// Reads one file of analyzer/networks/, or a user's own.
#pragma once

#include <functional>
#include <string_view>

#include "analyzer/conv_network.h"
#include "core/strict_json.h"

namespace roofmark {

/// The layers in order of execution; the extents of each follow from those of the one before it:
/// H_out = floor((H_in + 2 padding - kernel) / stride) + 1, an average pool without a kernel takes
/// the whole map.  A file may begin with the layers of another (`extends`, up to and with
/// `through`), which `base` finds.  Strict: an unknown key, a layer that does not fit its input or
/// a product above 2^53 throws InputError naming file, key and remedy.
ConvNetwork network_from_json(const JsonView& json,
                              const std::function<ConvNetwork(std::string_view)>& base);

}  // namespace roofmark
