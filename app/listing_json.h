// Rows of a listing as JSON.
#pragma once

#include <string>

#include "analyzer/table.h"

namespace roofmark {

/// An array with an object per row under the columns' titles; whole numbers as numbers, "yes" and
/// "no" as booleans, the rest as text.  Ends in a newline.
std::string rows_json(const Table& table);

}  // namespace roofmark
