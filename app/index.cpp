// Keeps the index beside the runs in step with their files.
#include "app/index.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>

#include "app/files.h"
#include "app/index_tables.h"
#include "app/store.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

namespace fs = std::filesystem;

constexpr const char* index_name = "index.sqlite";
// Read before any of them is written, so that others wait for the writing alone.
constexpr std::size_t batch = 256;
constexpr int most_readers = 16;

fs::path file_of(const fs::path& store, const IndexedFile& file) {
  return store / file.machine / (file.name + run_suffix);
}

/// Every run file of the store as it lies there now, sorted.
std::vector<IndexedFile> files_of(const fs::path& store) {
  std::vector<IndexedFile> files;
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(store, error)) {
    std::error_code none;
    if (!folder.is_directory(none)) continue;
    for (const auto& entry : fs::directory_iterator(folder.path(), none)) {
      struct stat now {};
      const std::string name = entry.path().filename().string();
      const std::string suffix = run_suffix;
      if (!name.ends_with(suffix) || ::stat(entry.path().c_str(), &now) != 0) continue;
      if (!S_ISREG(now.st_mode)) continue;
      files.push_back({folder.path().filename().string(),
                       name.substr(0, name.size() - suffix.size()), now.st_size,
                       std::int64_t{now.st_mtim.tv_sec} * 1'000'000'000 + now.st_mtim.tv_nsec});
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw InputError("cannot read the store " + store.string() + " (" + error.message() +
                     "); name another with --store");
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What one file holds.
IndexedRun read_one(const fs::path& store, const IndexedFile& file) {
  IndexedRun run{file, {}, {}};
  const std::string shown = file.machine + "/" + file.name + run_suffix;
  try {
    run.round = round_of(read_run(read_file(file_of(store, file)), shown));
    if (!run.round.complete) run.problem = shown + ": the run is not finished";
    if (run.round.machine != file.machine) {
      run.problem = shown + ": the run was taken on machine " + run.round.machine +
                    " and lies in the folder of another";
    }
  } catch (const InputError& error) {
    run.problem = error.what();
  } catch (const std::bad_alloc&) {
    run.problem = shown + ": reading it takes more memory than there is";
  }
  if (!run.problem.empty()) run.round = {};
  return run;
}

std::vector<IndexedRun> read_all(const fs::path& store, std::span<const IndexedFile> files) {
  std::vector<IndexedRun> runs(files.size());
  std::atomic<std::size_t> next{0};
  const int most = std::min<int>(most_readers, static_cast<int>(files.size()));
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  parallel(std::clamp(cores, 1, std::max(most, 1)), [&](int) {
    for (std::size_t i = next++; i < files.size(); i = next++) runs[i] = read_one(store, files[i]);
  });
  return runs;
}

/// Adds what the files hold; a transaction for each batch unless one is open already.
void add_files(IndexTables& tables, const fs::path& store, std::span<const IndexedFile> files,
               bool in_one) {
  for (std::size_t at = 0; at < files.size(); at += batch) {
    const auto some = files.subspan(at, std::min(batch, files.size() - at));
    const std::vector<IndexedRun> runs = read_all(store, some);
    if (!in_one) tables.begin();
    for (const IndexedRun& run : runs) tables.add(run);
    if (!in_one) tables.end();
  }
}

/// Forgets what is gone or changed and reads what is new.
void bring_up_to_date(IndexTables& tables, const fs::path& store) {
  const std::vector<IndexedFile> there = files_of(store);
  std::vector<IndexedFile> known = tables.files(), gone, fresh;
  std::sort(known.begin(), known.end());
  std::set_difference(known.begin(), known.end(), there.begin(), there.end(),
                      std::back_inserter(gone));
  std::set_difference(there.begin(), there.end(), known.begin(), known.end(),
                      std::back_inserter(fresh));
  if (!gone.empty()) {
    tables.begin();
    tables.remove(gone);
    tables.end();
  }
  add_files(tables, store, fresh, false);
}

/// Removes an index that is none.  Two processes that find it so do this one after the other, and
/// the second leaves what the first made.
void remove_broken(const fs::path& store) {
  const int folder = ::open(store.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) ::flock(folder, LOCK_EX);
  bool broken = true;
  try {
    IndexTables(store / index_name).files();
    broken = false;
  } catch (const DatabaseError& error) {
    broken = error.broken;
  }
  // Its journal too: else the next one would be given pages of this one.
  for (const char* suffix : {"-journal", "-wal", "-shm", ""}) {
    std::error_code none;
    if (broken) fs::remove(store / (std::string(index_name) + suffix), none);
  }
  if (folder >= 0) ::close(folder);
}

IndexTables opened(const fs::path& store) {
  try {
    return IndexTables(store / index_name);
  } catch (const DatabaseError& error) {
    if (!error.broken) throw;
  }
  remove_broken(store);
  return IndexTables(store / index_name);
}

}  // namespace

struct Index::State {
  fs::path store;
  std::unique_ptr<IndexTables> tables;
  std::string problem;

  /// Throws DatabaseError.
  void open() {
    tables.reset();
    tables = std::make_unique<IndexTables>(opened(store));
    bring_up_to_date(*tables, store);
  }
  void open_in_memory(const std::string& why) {
    problem = why;
    tables = std::make_unique<IndexTables>(fs::path());
    bring_up_to_date(*tables, store);
  }
  void open_anew() {
    tables.reset();
    std::error_code none;
    fs::remove(store / index_name, none);
    fs::remove(store / (std::string(index_name) + "-journal"), none);
    open();
  }

  /// Answers; of an index that turns out to be broken, once more after making it anew.
  template <class Ask>
  auto answer(Ask ask) {
    try {
      return ask(*tables);
    } catch (const DatabaseError& error) {
      if (error.broken) {
        open_anew();
      } else {
        open_in_memory(error.what());
      }
    }
    return ask(*tables);
  }
};

Index::Index(const fs::path& store) : state_(std::make_unique<State>()) {
  state_->store = store;
  std::error_code none;
  if (!fs::exists(store, none)) {
    state_->open_in_memory({});
    return;
  }
  for (const bool anew : {false, true}) {
    try {
      anew ? state_->open_anew() : state_->open();
      return;
    } catch (const DatabaseError& error) {
      if (!error.broken || anew) state_->open_in_memory(error.what());
      if (!error.broken) return;
    }
  }
}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

std::size_t Index::rebuild(const fs::path& store) {
  const std::vector<IndexedFile> files = files_of(store);
  try {
    IndexTables tables = opened(store);
    tables.begin();
    tables.clear();
    add_files(tables, store, files, true);
    tables.end();
    return files.size() - tables.unread().size();
  } catch (const DatabaseError& error) {
    throw MeasurementError("cannot write " + (store / index_name).string() + " (" + error.what() +
                           "); the runs are all there: free space or give write permission and " +
                           "repeat roofmark index");
  }
}

std::vector<StoredRound> Index::rounds(const RoundQuery& query) const {
  auto rounds = state_->answer([&](IndexTables& tables) { return tables.rounds(query); });
  for (StoredRound& one : rounds) {
    one.file = state_->store / one.round.machine / (one.name + run_suffix);
  }
  return rounds;
}

std::optional<StoredRound> Index::newest(const std::string& machine) const {
  RoundQuery query;
  query.machine = machine;
  query.newest = 1;
  std::vector<StoredRound> found = rounds(query);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<std::string> Index::series_of(const std::string& machine) const {
  return state_->answer([&](IndexTables& tables) { return tables.series_of(machine); });
}

std::vector<std::string> Index::machines() const {
  return state_->answer([](IndexTables& tables) { return tables.machines(); });
}

std::vector<UnreadRun> Index::unread() const {
  std::vector<UnreadRun> all;
  for (const IndexedRun& run :
       state_->answer([](IndexTables& tables) { return tables.unread(); })) {
    all.push_back({file_of(state_->store, run.file), run.problem});
  }
  return all;
}

const std::string& Index::problem() const { return state_->problem; }

}  // namespace roofmark
