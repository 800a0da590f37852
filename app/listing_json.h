// Rows of a listing as JSON.
#pragma once

#include <string>

#include "analyzer/table.h"

namespace roofmark {

/// An array with an object per row under the columns' titles; columns aligned to the right as
/// numbers, or null where they hold none; "yes" and "no" as booleans, the rest as text.  Ends in a
/// newline.
std::string rows_json(const Table& table);

/// The only row of a table (asserted) as one object.
std::string row_json(const Table& table);

}  // namespace roofmark
