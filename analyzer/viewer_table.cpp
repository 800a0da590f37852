#include "analyzer/viewer_table.h"

#include <set>

#include "analyzer/llm_viewer.h"
#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"
#include "analyzer/table.h"

namespace roofmark {
namespace {

Table layers_of(const Analysis& analysis) {
  Table table({{"phase"},
               {"operator"},
               {"OPs", Align::right},
               {"memory access", Align::right},
               {"intensity", Align::right},
               {"max performance", Align::right},
               {"bound"}});
  for (const Layer& layer : analysis.layers) {
    table.add({layer.phase, layer.op, viewer_count(layer.work.ops.value),
               viewer_count(layer.work.bytes().value), viewer_intensity(layer.intensity),
               layer.attainable ? viewer_count(layer.attainable->value) : "unknown", layer.bound});
  }
  return table;
}

Table totals_of(const Analysis& analysis) {
  Table table({{"phase"},
               {"OPs", Align::right},
               {"memory access", Align::right},
               {"time", Align::right},
               {"tokens/s", Align::right}});
  for (const Total& total : analysis.totals) {
    table.add({total.phase, viewer_count(total.work.ops.value),
               viewer_count(total.work.bytes().value),
               total.seconds ? si(total.seconds->value, "s") : "unknown",
               total.tokens_per_second ? plain_number(*total.tokens_per_second) : "unknown"});
  }
  return table;
}

std::vector<std::string> lines_of(const Analysis& analysis) {
  std::vector<std::string> lines;
  if (const auto& storage = analysis.storage) {
    lines.push_back("memory: weights " + iec(storage->weights.value) + ", cache " +
                    iec(storage->kv_cache.value) + ", with activations " +
                    iec(storage->peak.value));
  }
  std::set<std::string> said;
  for (const Layer& layer : analysis.layers) {
    if (!layer.reason.empty() && said.insert(layer.reason).second)
      lines.push_back(plain(layer.reason));
  }
  if (!analysis.hardware.empty()) lines.emplace_back(viewer_ceilings_note);
  for (const Warning& warning : analysis.warnings) lines.push_back(plain(warning.what));
  return lines;
}

}  // namespace

std::string viewer_text(std::span<const Analysis> analyses) {
  std::string text;
  for (const Analysis& analysis : analyses) {
    text += (text.empty() ? "" : "\n\n") + plain(analysis.title) + "\n\n" +
            layers_of(analysis).text() + "\n" + totals_of(analysis).text() + "\n";
    for (const std::string& line : lines_of(analysis)) text += line + "\n";
  }
  return text;
}

std::string viewer_markdown(std::span<const Analysis> analyses) {
  std::string text;
  for (const Analysis& analysis : analyses) {
    text += (text.empty() ? "## " : "\n## ") + markdown_text(analysis.title) + "\n\n" +
            layers_of(analysis).markdown() + "\n" + totals_of(analysis).markdown();
    for (const std::string& line : lines_of(analysis)) text += "\n" + markdown_text(line) + "\n";
  }
  return text;
}

}  // namespace roofmark
