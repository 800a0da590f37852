// roofmark index: makes the index of the stored runs anew.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands.h"
#include "app/files.h"
#include "app/index.h"
#include "app/print.h"
#include "app/store.h"
#include "core/error.h"

namespace roofmark {
namespace {

/// Temporary files of writers that were killed, in all places that the store writes to.
void sweep(const std::filesystem::path& store) {
  remove_strays(store);
  std::error_code none;
  for (std::filesystem::directory_iterator at(store, none), end; !none && at != end;
       at.increment(none)) {
    if (!at->is_directory(none)) continue;
    remove_strays(at->path());
    remove_strays(at->path() / "baselines");
  }
}

int index_command(const std::string& named) {
  const std::filesystem::path store =
      named.empty() ? default_store() : std::filesystem::path(named);
  std::error_code error;
  if (!std::filesystem::is_directory(store, error)) {
    throw InputError("there is no store at " + store.string() +
                     "; measure with roofmark run, or name another with --store");
  }
  sweep(store);
  const std::size_t runs = Index::rebuild(store);
  const std::vector<UnreadRun> unread = Index(store).unread();
  for (const UnreadRun& file : unread) {
    std::fprintf(stderr, "roofmark: left out %s\n", file.reason.c_str());
  }
  print(std::to_string(runs) + (runs == 1 ? " run" : " runs") + " in the index of " +
        store.string() + "\n");
  if (unread.empty()) return exit_done;
  std::fprintf(stderr,
               "roofmark: %zu of the store's files hold no run of their folder (see above); put a "
               "good copy in their place, or take them out of the store\n",
               unread.size());
  return exit_usage;
}

}  // namespace

void add_index(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("index", "make the index of the stored runs anew");
  auto store = std::make_shared<std::string>();
  command->add_option("--store", *store, "where runs are kept");
  command->callback([&chosen, store] { chosen = [store] { return index_command(*store); }; });
}

}  // namespace roofmark
