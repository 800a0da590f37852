// Tables and pictures of what probes find beside the roofs: rates of single instructions, levels of
// the memory, latencies.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/report/ladder.h"
#include "analyzer/report/roofline.h"
#include "analyzer/table.h"

namespace roofmark {

/// A row per limit and place, in the order of the rows, and a column per instruction set, narrowest
/// first: the fastest variant, its share of the theoretical value and its grade.
Table by_instruction_set(const std::vector<const Ceiling*>& rows,
                         const std::set<std::string>& contended);

/// A row per plateau of every sweep: its level, sizes and rate, and the size of the cache that the
/// machine reports there.
Table plateaus_table(const std::vector<Sweep>& sweeps);
/// A row per size; a column per sweep would be wider than a page.
Table sweep_table(const Sweep& sweep);

/// Latency of memory by how much others read meanwhile, least first.
Table loaded_latency_table(const std::vector<const Ceiling*>& rows);

/// Seconds from core to core: a matrix of few cores, else the fastest, median and slowest pair.
Table core_to_core_table(const std::vector<const Ceiling*>& rows);

/// Heading and table of each of the above that has rows, in reading order.
std::vector<std::pair<std::string, Table>> probe_tables(const Analysis& analysis,
                                                        const Ladder& rows,
                                                        const std::set<std::string>& contended);

/// Bandwidth over the size of the working set, log-log: points, plateaus as bold lines, reported
/// caches as dashed ones.
Picture sweep_svg(const Sweep& sweep, const std::string& id);

}  // namespace roofmark
