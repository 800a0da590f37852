// An analysis as text, Markdown, CSV, a picture or a page.
#pragma once

#include <span>
#include <string>

#include "analyzer/analysis.h"
#include "analyzer/tracking/history.h"

namespace roofmark {

/// One run, or one set of specs, in a report.  `run` is null where the analysis is of specs alone.
struct Section {
  const Analysis* analysis = nullptr;
  const Run* run = nullptr;
  std::span<const History> history = {};  ///< of the run's series; pages show it
};

/// For a terminal: the ladder of ceilings, the points under them, a model's layers, then what was
/// left out and why, and the warnings.  Every row is there or its absence is said.
std::string text_report(std::span<const Section> sections);

/// The same for a page that shows Markdown.
std::string markdown_report(std::span<const Section> sections);

/// One line per ceiling, plateau of a sweep, point, layer, total of a phase, generation, convention
/// of a network and range of a sweet spot, in SI units, unknown cells empty; the first column says
/// which run.
std::string csv_report(std::span<const Section> sections);

/// One roofline per device of each run, for its largest thread count, and under them the curve of
/// a sweep over sizes; the picture says what else was measured.  The same bytes for the same
/// analysis.
std::string svg_report(std::span<const Section> sections);

/// One self-contained page: nothing is loaded, nothing runs.
std::string html_report(std::span<const Section> sections);

}  // namespace roofmark
