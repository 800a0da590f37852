// What an action is refused with.
#pragma once

#include <string>

#include "core/error.h"

namespace roofmark {

/// The message of the InputError that `action` throws; empty where it throws none.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace roofmark
