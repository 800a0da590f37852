#include "app/kept_history.h"

#include <algorithm>
#include <set>

#include "app/index.h"
#include "core/error.h"

namespace roofmark {

std::filesystem::path store_around(const std::filesystem::path& file, const Run& run) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  return folder.filename() == run.machine.id ? folder.parent_path() : std::filesystem::path();
}

std::vector<History> kept_histories(const std::filesystem::path& store, const Run& run) {
  constexpr std::size_t newest = 100;
  const auto is_quick = [](const std::string& preset) { return preset == "quick"; };
  if (store.empty()) return {};
  std::vector<Round> rounds;
  try {
    for (StoredRound& stored : Index(store).rounds({.machine = run.machine.id, .newest = newest})) {
      if (is_quick(stored.round.preset) != is_quick(run.policy.preset)) continue;
      rounds.push_back(std::move(stored.round));
    }
  } catch (const InputError&) {
    return {};
  }
  std::vector<History> all = histories(rounds);
  std::set<std::string> ids;
  for (const Measurement& row : run.rows) ids.insert(row.id);
  std::erase_if(all, [&](const History& one) { return ids.count(one.id) == 0; });
  return all;
}

}  // namespace roofmark
