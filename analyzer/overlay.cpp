#include "analyzer/overlay.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "analyzer/ceilings.h"
#include "analyzer/operators.h"

namespace roofmark {
namespace {

/// Takes the part before the next '/' off an id.
std::string_view next_part(std::string_view& id) {
  const std::size_t slash = id.find('/');
  const std::string_view part = id.substr(0, slash);
  id.remove_prefix(slash == std::string_view::npos ? id.size() : slash + 1);
  return part;
}

/// Does the row kernel/variant/format/device/tN/shape,conditions measure this layer?
bool measures(std::string_view id, const Layer& layer, const std::string& device) {
  if (layer.kernel.empty() || next_part(id) != layer.kernel) return false;
  const Operator as =
      measured({.kernel = layer.kernel, .shape = layer.shape, .format = layer.format});
  next_part(id);  // any variant
  if (next_part(id) != as.format.name() || next_part(id) != device) return false;
  next_part(id);  // any number of threads
  const std::string shape = as.shape.text();
  if (id.substr(0, shape.size()) != shape) return false;
  id.remove_prefix(shape.size());
  if (id.empty()) return true;
  // What follows is another extent or a condition.  A layer finds its operands in memory: rows that
  // were measured in a cache are no layer's.
  const std::string_view conditions[] = {
      ",stores=", ",pages=", ",state=", ",packed=", ",memory=", ",cores=", ",node="};
  return std::any_of(std::begin(conditions), std::end(conditions), [&](std::string_view condition) {
    return id.substr(0, condition.size()) == condition;
  });
}

/// The row's share of the roof that stands beside it, which is that of the whole device and of the
/// best moment; the row's own share where that roof is not known, or is of another format's bytes.
Known<double> share_of(const Layer& layer, const Known<OpRate>& roof, const Point& row,
                       const Known<double>& own) {
  const bool alike =
      measured({.kernel = layer.kernel, .format = layer.format}).format == layer.format;
  const bool computes = layer.work.ops.value > 0;
  if (!alike || !computes || !roof || !row.achieved) return own;
  return *row.achieved / roof->value;
}

}  // namespace

Roofline theoretical_roofline(const Analysis& analysis, const std::string& device) {
  Roofline roofline{.name = "theory"};
  for (const Ceiling& ceiling : analysis.ceilings) {
    if (ceiling.device != device || !ceiling.value || !ceiling.theoretical || ceiling.grade == 'X')
      continue;
    if (ceiling.kind == "compute") {
      raise_compute(roofline, ceiling, OpRate{*ceiling.theoretical});
    }
    if (ceiling.kind == "bandwidth" && ceiling.level == "dram") {
      const Bandwidth bandwidth{*ceiling.theoretical};
      roofline.bandwidth = std::max(roofline.bandwidth.value_or(bandwidth), bandwidth);
    }
  }
  return roofline;
}

void put_theoretical(Analysis& analysis, const Roofline& theoretical) {
  for (Layer& layer : analysis.layers) {
    layer.attainable_theoretical = stand(layer.work, layer.format, theoretical).attainable;
  }
}

void put_points(Analysis& analysis, const std::string& device) {
  for (Layer& layer : analysis.layers) {
    const Point* fastest = nullptr;
    for (const Point& point : analysis.points) {
      const bool usable = point.seconds && point.grade != 'X' && measures(point.id, layer, device);
      if (usable && (!fastest || *point.seconds < *fastest->seconds)) fastest = &point;
    }
    if (!fastest) continue;
    layer.point = fastest->id;
    layer.achieved = fastest->achieved;
    layer.share_measured = share_of(layer, layer.attainable, *fastest, fastest->share_measured);
    layer.share_theoretical =
        share_of(layer, layer.attainable_theoretical, *fastest, fastest->share_theoretical);
    const double share = layer.share_measured.value_or(0);
    if (share > 1 && layer.reason.empty()) {
      layer.reason = share > most_share
                         ? "over 100 % of its roof: that was slower whenever it was measured"
                         : "over 100 % of its roof: within the error of its ceiling";
    }
  }
}

Analysis with_model(Analysis of_run, Analysis of_model, const std::string& device) {
  of_run.title = std::move(of_model.title);
  of_run.hardware = std::move(of_model.hardware);
  of_run.model = std::move(of_model.model);
  of_run.asked = std::move(of_model.asked);
  of_run.accounting = std::move(of_model.accounting);
  of_run.kv_per_token = of_model.kv_per_token;
  of_run.layers = std::move(of_model.layers);
  of_run.totals = std::move(of_model.totals);
  of_run.storage = of_model.storage;
  of_run.generation = of_model.generation;
  of_run.answers = std::move(of_model.answers);
  of_run.network = std::move(of_model.network);
  of_run.sweet_spot = std::move(of_model.sweet_spot);
  for (Warning& warning : of_model.warnings) of_run.warnings.push_back(std::move(warning));
  for (std::string& note : of_model.notes) of_run.notes.push_back(std::move(note));
  put_theoretical(of_run, theoretical_roofline(of_run, device));
  put_points(of_run, device);
  return of_run;
}

}  // namespace roofmark
