// What an argument of `roofmark analyze` is: a language model, or a convolution network.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/conv_network.h"
#include "analyzer/roofline.h"
#include "app/analyze_request.h"
#include "core/model.h"

namespace roofmark {

/// One of the two.
struct Subject {
  std::optional<ConvNetwork> network;
  std::optional<Model> model;

  const std::string& name() const { return network ? network->name : model->name; }
};

/// A built-in name, or the path of a file.  Throws InputError.
Subject subject_of(const std::string& argument);

/// The formats asked for, else f32, in which networks are published.  Throws InputError, also where
/// something is asked that only language models have.
std::vector<Format> network_formats(const AnalyzeRequest& request, const ConvNetwork& network);

/// Throws InputError where something is asked of the model that only networks have.
void refuse_what_networks_alone_have(const AnalyzeRequest& request, const Model& model);

/// As many images as --batch says, with the intermediates asked for.
Analysis analysis_of_network(const AnalyzeRequest& request, const ConvNetwork& network,
                             const Format& format, const Roofline& roofline);

}  // namespace roofmark
