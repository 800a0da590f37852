// The types of elements that GPU code is compiled for: a word for the plain headers of launchers.
#pragma once

namespace roofmark {

enum class Element { f32, bf16, f16 };

}  // namespace roofmark
