// How listings are written, and for whom.
#pragma once

#include <string>

#include "analyzer/table.h"
#include "core/machine.h"

namespace roofmark {

/// People get prefixes and units, programs plain figures.
enum class Reader { person, program };

struct ListFormat {
  const char* name;
  Reader reader;
  std::string (*write)(const Table&);
};

/// By the name --output gives it: table, md, csv, json.  Throws InputError naming those there are.
const ListFormat& list_format(const std::string& name);
/// "table, md, csv and json"
std::string list_format_names();

/// "768 GB/s" for a person; for a program "768000000000", empty where it is not known.
std::string figure(Known<double> value, const char* unit, Reader reader);

}  // namespace roofmark
