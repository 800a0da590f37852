// Which ids a run's --filter keeps.
#pragma once

#include <regex.h>

#include <string>

#include "core/error.h"

namespace roofmark {

/// A POSIX extended regular expression, searched for anywhere in an id; empty passes all.
class IdFilter {
 public:
  explicit IdFilter(const std::string& expression) : any_(expression.empty()) {
    if (any_) return;
    const int code = regcomp(&compiled_, expression.c_str(), REG_EXTENDED | REG_NOSUB);
    if (code == 0) return;
    char why[128];
    regerror(code, &compiled_, why, sizeof why);
    throw InputError("--filter '" + expression + "' is not a regular expression (" + why +
                     "); write a POSIX extended one, e.g. 'gemv/.*/t1/'");
  }
  ~IdFilter() {
    if (!any_) regfree(&compiled_);
  }
  IdFilter(const IdFilter&) = delete;
  IdFilter& operator=(const IdFilter&) = delete;
  bool passes(const std::string& id) const {
    return any_ || regexec(&compiled_, id.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  bool any_;
  regex_t compiled_{};
};

}  // namespace roofmark
