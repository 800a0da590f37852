// Keeps the memory bus busy until it is ended: bus_load [THREADS].  Each thread copies one array of
// 128 MiB onto another, again and again; for scripts/check-gate-live.
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void copy_for_ever() {
  constexpr std::size_t size_bytes = 128u << 20;  // above any cache of a core
  std::vector<char> from(size_bytes, 1), to(size_bytes, 2);
  for (;;) {
    std::memcpy(to.data(), from.data(), size_bytes);
    from[to[size_bytes - 1]] += 1;  // so that no copy is the same as the one before
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  if (threads < 1) {
    std::fprintf(stderr, "bus_load: the number of threads must be positive\n");
    return 2;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left to end it
  for (int i = 1; i < threads; ++i) std::thread(copy_for_ever).detach();
  copy_for_ever();
}
