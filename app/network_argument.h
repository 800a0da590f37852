// The convolution network that an argument of analyze names, if it names one.
#pragma once

#include <optional>
#include <string>

#include "analyzer/conv_network.h"

namespace roofmark {

/// "vgg16" is built in; what has a '/' or ends in ".json" is the path of a network's file where its
/// `kind` is "network".  nullopt: it is something else, a model perhaps.  Throws InputError where
/// the file cannot be read or is wrong.
std::optional<ConvNetwork> network_argument(const std::string& argument);

}  // namespace roofmark
