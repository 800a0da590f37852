#include "app/subject.h"

#include "analyzer/conv_layers.h"
#include "app/model_argument.h"
#include "app/network_argument.h"
#include "core/error.h"

namespace roofmark {

Subject subject_of(const std::string& argument) {
  Subject subject{network_argument(argument), std::nullopt};
  if (!subject.network) subject.model = model_argument(argument);
  return subject;
}

std::vector<Format> network_formats(const AnalyzeRequest& request, const ConvNetwork& network) {
  for (const std::string& flag : request.model_flags) {
    if (flag == "--batch" || flag == "--dtype") continue;
    throw InputError(flag + " says something of a language model (" + network.name +
                     " is a convolution network); leave it out");
  }
  std::vector<Format> formats = formats_asked(request);
  if (formats.empty()) formats.emplace_back();
  return formats;
}

void refuse_what_networks_alone_have(const AnalyzeRequest& request, const Model& model) {
  if (request.intermediates.empty()) return;
  throw InputError("--intermediates says something of a convolution network (" + model.name +
                   " is none; --attention says what a model stores); leave it out");
}

Analysis analysis_of_network(const AnalyzeRequest& request, const ConvNetwork& network,
                             const Format& format, const Roofline& roofline) {
  const Intermediates intermediates =
      request.intermediates == "stored" ? Intermediates::stored : Intermediates::fused;
  return analyze_network(network, request.batch.value_or(1), format, intermediates, roofline);
}

}  // namespace roofmark
