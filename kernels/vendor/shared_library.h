// A vendor's library that the program is not linked with: where it may lie, and its functions.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace roofmark {

/// What the search for a library goes by; what is empty is not looked at.
struct LibraryPlaces {
  std::string program;                    ///< the running program; ../lib beside it is a bundle's
  std::vector<std::string> toolkits;      ///< folders of CUDA toolkits, before those in /usr/local
  std::vector<std::string> environments;  ///< folders of Python environments
  std::vector<std::string> command_path;  ///< where python3 may lie
  std::string home;                       ///< of the user
  std::string root;                       ///< stands before /usr; empty but in tests
};

/// Those of this process: CUDA_HOME, CUDA_PATH, VIRTUAL_ENV, CONDA_PREFIX, PATH, HOME.
LibraryPlaces library_places();

/// What to open, in this order: the file in a bundle's lib folder, the bare name (the loader's own
/// path), those in CUDA toolkits, those that a Python environment has from packages.  Every file
/// named exists.  `toolkit_major` is 13 for nvidia/cu13/lib.
std::vector<std::string> library_candidates(const std::string& name, int toolkit_major,
                                            const LibraryPlaces& places);

/// An open library, which stays open until the process ends.
struct SharedLibrary {
  std::string path;              ///< the file that was opened; empty: none was
  std::vector<void*> functions;  ///< in the order they were asked for
  std::string problem;           ///< why each candidate was not it, "; " between
};

/// The first candidate that can be opened and has all these functions.
SharedLibrary open_library(std::span<const std::string> candidates,
                           std::span<const char* const> functions);

/// Task::code_hash() of a library's code: the first sixteen digits of the build id of the file that
/// a function of it lies in, or sampled_code() where it has none.  Empty where it is this program.
std::string library_code(const void* function);

/// Sixteen hexadecimal digits of the loaded library that a function lies in, by the sizes of the
/// parts that nobody writes to and 64 KiB at each of 65 places from the first byte of each to its
/// last: libraries of NVIDIA have hundreds of megabytes, and no two builds of one agree there, for
/// whatever grows moves what follows.  Empty where the function lies in none.
std::string sampled_code(const void* function);

}  // namespace roofmark
