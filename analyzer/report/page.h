// Parts of the HTML page.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analyzer/report/ladder.h"
#include "analyzer/table.h"

namespace roofmark {

/// The page's style rules, light, dark and print.
std::string page_style();

/// A table whose last-but-one cells may be numbers: right-aligned columns get a class.
std::string html_table(const Table& table);

/// Share of the measured roof per operator, longest first, the fastest variant of each: one list
/// per phase.  For decode, where all points share one intensity, this says more than the roofline.
std::string share_bars(const Panel& panel, const std::map<std::string, std::string>& colours);

}  // namespace roofmark
