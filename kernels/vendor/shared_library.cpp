// Looks for a library in files and by the dynamic loader.
#include "kernels/vendor/shared_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "core/fnv1a.h"

namespace roofmark {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Names in `folder` that begin so, the highest version first: cuda-13.1, cuda-13.0, cuda.
std::vector<fs::path> entries(const fs::path& folder, const std::string& beginning) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().rfind(beginning, 0) == 0) found.push_back(at->path());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

class Candidates {
 public:
  Candidates(std::string name, int toolkit_major)
      : name_(std::move(name)), packages_("cu" + std::to_string(toolkit_major)) {}

  void file_in(const fs::path& folder) {
    const fs::path file = folder / name_;
    std::error_code error;
    if (fs::exists(file, error)) add(file.lexically_normal().string());
  }
  void bare_name() { add(name_); }

  void toolkit(const fs::path& folder) {
    file_in(folder / "lib64");
    for (const fs::path& target : entries(folder / "targets", "")) file_in(target / "lib");
  }
  /// `folder` holds python3.11/site-packages or, on Debian, python3/dist-packages.
  void pythons(const fs::path& folder) {
    for (const fs::path& python : entries(folder, "python3")) {
      for (const char* packages : {"site-packages", "dist-packages"}) {
        file_in(python / packages / "nvidia" / "cublas" / "lib");
        file_in(python / packages / "nvidia" / packages_ / "lib");
      }
    }
  }
  void environment_of(const fs::path& folder) {
    file_in(folder / "lib");
    pythons(folder / "lib");
  }

  std::vector<std::string> all() && { return std::move(all_); }

 private:
  void add(const std::string& candidate) {
    if (std::find(all_.begin(), all_.end(), candidate) == all_.end()) all_.push_back(candidate);
  }

  std::string name_, packages_;
  std::vector<std::string> all_;
};

std::string loader_said() {
  const char* text = dlerror();
  return text == nullptr ? "unknown" : text;
}

/// Opens one; what is wrong with it, or empty.
std::string open_one(const std::string& candidate, std::span<const char* const> functions,
                     SharedLibrary& into) {
  void* handle = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return loader_said();
  into.functions.clear();
  for (const char* function : functions) {
    void* address = dlsym(handle, function);
    if (address == nullptr) {
      dlclose(handle);
      return candidate + " has no " + function;
    }
    into.functions.push_back(address);
  }
  Dl_info where;
  const bool known =
      !into.functions.empty() && dladdr(into.functions[0], &where) != 0 && where.dli_fname;
  into.path = known ? where.dli_fname : candidate;
  // Not closed: a library that has started threads or a GPU context does not survive that.
  return {};
}

template <class T>
T value_at(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// The build id of a file that is mapped from `base` on, from its ELF-64 headers; empty: it has
/// none.
std::string build_id_at(const char* base) {
  constexpr std::uint32_t notes = 4, build_id = 3;
  const char* header = base + value_at<std::uint64_t>(base + 32);
  const auto size = value_at<std::uint16_t>(base + 54), count = value_at<std::uint16_t>(base + 56);
  for (int i = 0; i < count; ++i, header += size) {
    if (value_at<std::uint32_t>(header) != notes) continue;
    const char* note = base + value_at<std::uint64_t>(header + 16);
    const char* end = note + value_at<std::uint64_t>(header + 32);
    while (note + 12 <= end) {
      const auto name = value_at<std::uint32_t>(note), bytes = value_at<std::uint32_t>(note + 4);
      const char* text = note + 12;
      const char* id = text + (name + 3) / 4 * 4;
      if (value_at<std::uint32_t>(note + 8) == build_id && name == 4 &&
          std::memcmp(text, "GNU", 4) == 0) {
        std::string digits;
        for (std::uint32_t b = 0; b < bytes; ++b) {
          digits += "0123456789abcdef"[id[b] >> 4 & 15];
          digits += "0123456789abcdef"[id[b] & 15];
        }
        return digits;
      }
      note = id + (bytes + 3) / 4 * 4;
    }
  }
  return {};
}

void add_samples(Fnv1a& hash, std::string_view part) {
  constexpr std::size_t places = 64, block_bytes = 64 << 10;
  hash.add(std::to_string(part.size()) + " ");
  const std::size_t last = part.size() > block_bytes ? part.size() - block_bytes : 0;
  for (std::size_t i = 0; i <= places; ++i) {
    hash.add(part.substr(last / places * i + last % places * i / places, block_bytes));
  }
}

}  // namespace

LibraryPlaces library_places() {
  LibraryPlaces places;
  std::error_code error;
  places.program = fs::read_symlink("/proc/self/exe", error).string();
  places.toolkits = {environment("CUDA_HOME"), environment("CUDA_PATH")};
  places.environments = {environment("VIRTUAL_ENV"), environment("CONDA_PREFIX")};
  const std::string path = environment("PATH");
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    places.command_path.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  places.home = environment("HOME");
  return places;
}

std::vector<std::string> library_candidates(const std::string& name, int toolkit_major,
                                            const LibraryPlaces& places) {
  Candidates found(name, toolkit_major);
  if (!places.program.empty()) {
    found.file_in(fs::path(places.program).parent_path().parent_path() / "lib");
  }
  found.bare_name();
  for (const std::string& toolkit : places.toolkits) {
    if (!toolkit.empty()) found.toolkit(toolkit);
  }
  const fs::path local = places.root + "/usr/local";
  found.toolkit(local / "cuda");  // the one in use, then the others
  for (const fs::path& toolkit : entries(local, "cuda")) found.toolkit(toolkit);
  for (const std::string& environment : places.environments) {
    if (!environment.empty()) found.environment_of(environment);
  }
  for (const std::string& folder : places.command_path) {
    const fs::path python = fs::path(folder) / "python3";
    std::error_code error;
    if (folder.empty() || !fs::exists(python, error)) continue;
    found.pythons(python.parent_path().parent_path() / "lib");
    const fs::path real = fs::canonical(python, error);
    if (!error) found.pythons(real.parent_path().parent_path() / "lib");
  }
  found.pythons(places.root + "/usr/lib");
  found.pythons(local / "lib");
  if (!places.home.empty()) found.pythons(fs::path(places.home) / ".local/lib");
  return std::move(found).all();
}

std::string library_code(const void* function) {
  Dl_info library, own;
  const auto here = reinterpret_cast<const void*>(&library_code);
  if (dladdr(function, &library) == 0 || dladdr(here, &own) == 0) return {};
  if (library.dli_fbase == own.dli_fbase) return {};
  const std::string id = build_id_at(static_cast<const char*>(library.dli_fbase)).substr(0, 16);
  return id.size() == 16 ? id : sampled_code(function);
}

std::string sampled_code(const void* function) {
  constexpr std::uint32_t loaded = 1, writable = 2;
  Dl_info library;
  if (dladdr(function, &library) == 0) return {};
  const char* base = static_cast<const char*>(library.dli_fbase);
  const char* header = base + value_at<std::uint64_t>(base + 32);
  const auto size = value_at<std::uint16_t>(base + 54), count = value_at<std::uint16_t>(base + 56);
  Fnv1a hash;
  for (int i = 0; i < count; ++i, header += size) {
    const bool is_writable = (value_at<std::uint32_t>(header + 4) & writable) != 0;
    if (value_at<std::uint32_t>(header) != loaded || is_writable) continue;
    const char* part = base + value_at<std::uint64_t>(header + 16);
    add_samples(hash, {part, value_at<std::uint64_t>(header + 32)});
  }
  return hash.digits();
}

SharedLibrary open_library(std::span<const std::string> candidates,
                           std::span<const char* const> functions) {
  SharedLibrary library;
  for (const std::string& candidate : candidates) {
    const std::string problem = open_one(candidate, functions, library);
    if (problem.empty()) {
      library.problem.clear();
      return library;
    }
    library.problem += (library.problem.empty() ? "" : "; ") + problem;
  }
  library.functions.clear();
  return library;
}

}  // namespace roofmark
