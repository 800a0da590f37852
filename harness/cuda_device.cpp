// A GPU as a device: one stream, timed by its own events.  Launches are captured into a graph and
// held back until all are enqueued, so that the cost of launching stays out of a sample.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/error.h"
#include "harness/cuda_devices.h"
#include "harness/cuda_memory.h"
#include "harness/cuda_pace.cuda.h"
#include "harness/gpu_monitor.h"

namespace roofmark {
namespace {

/// Throws what a call returned, or what was launched before it did.
void check(cudaError_t code, const char* doing) {
  if (code == cudaSuccess) return;
  cudaGetLastError();
  throw MeasurementError(std::string("the GPU failed while ") + doing + " (" +
                         cudaGetErrorName(code) + ": " + cudaGetErrorString(code) + ")");
}

double wall_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string pci_bus_id() {
  char id[32] = "";
  cudaDeviceGetPCIBusId(id, sizeof id, 0);
  return id;
}

/// A captured sequence of launches, ready to be launched as one.
class Graph {
 public:
  explicit Graph(cudaGraph_t graph) : graph_(graph) {
    const cudaError_t code = cudaGraphInstantiate(&executable_, graph, 0);
    if (code != cudaSuccess) {
      cudaGraphDestroy(graph);
      check(code, "preparing a graph");
    }
  }
  ~Graph() {
    cudaGraphExecDestroy(executable_);
    cudaGraphDestroy(graph_);
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  /// Before the first launch, so that it is no part of what is timed.
  void upload(cudaStream_t stream) const {
    check(cudaGraphUpload(executable_, stream), "uploading a graph");
  }
  void launch(cudaStream_t stream) const {
    check(cudaGraphLaunch(executable_, stream), "launching a graph");
  }

 private:
  cudaGraph_t graph_;
  cudaGraphExec_t executable_ = nullptr;
};

class CudaDevice final : public Device {
 public:
  explicit CudaDevice(const Machine& machine)
      : machine_(machine), memory_(machine.environment.memory_available_bytes.value_or(0)) {
    if (machine.gpus.empty())
      throw AbsentError("there is no CUDA device here; see roofmark doctor");
    const cudaError_t chosen = cudaSetDevice(0);
    if (chosen == cudaErrorNoDevice || chosen == cudaErrorInsufficientDriver) {
      throw AbsentError(std::string("there is no CUDA device (") + cudaGetErrorString(chosen) +
                        "); see roofmark doctor");
    }
    check(chosen, "being chosen");
    monitor_ = std::make_unique<GpuMonitor>(pci_bus_id());
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
    check(cudaEventCreate(&begin_), "making an event");
    check(cudaEventCreate(&end_), "making an event");
    flag_ = memory_.allocate(Residence::pinned, 4096);
    clock_ = memory_.allocate(Residence::pinned, 4096);
  }
  ~CudaDevice() override {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
    cudaStreamDestroy(stream_);
  }

  std::string name() const override { return "cuda"; }
  const Machine& machine() const override { return machine_; }
  Queue queue() override { return {stream_}; }

  Buffer allocate(std::int64_t size_bytes, int, Pages) override {
    return memory_.allocate(Residence::device, size_bytes);
  }
  Buffer allocate_in(Residence residence, std::int64_t size_bytes) override {
    return memory_.allocate(residence, size_bytes);
  }
  Buffer cold_operands(std::int64_t size_bytes, int, DType type) override {
    return memory_.pooled(size_bytes, static_cast<int>(random_word_of(type)),
                          [&](const Buffer& buffer) { randomize(buffer, type, ++seed_); });
  }
  Buffer cold_results(std::int64_t size_bytes, int) override {
    constexpr int results = -1;
    return memory_.pooled(size_bytes, results, [](const Buffer&) {});
  }
  void randomize(const Buffer& buffer, DType type, std::uint64_t seed) override {
    launch_random_fill(reinterpret_cast<std::uint32_t*>(buffer.data), buffer.size_bytes / 4,
                       random_word_of(type), seed, stream_);
    synchronize();
  }
  void fill_bytes(const Buffer& buffer, std::uint8_t byte) override {
    check(cudaMemsetAsync(buffer.data, byte, static_cast<std::size_t>(buffer.size_bytes), stream_),
          "filling memory");
    synchronize();
  }
  void upload(std::byte* to, const void* from, std::int64_t size_bytes) override {
    copy(to, from, size_bytes);
  }
  void download(void* to, const std::byte* from, std::int64_t size_bytes) override {
    copy(to, from, size_bytes);
  }

  void synchronize() override {
    check(cudaGetLastError(), "launching");
    check(cudaStreamSynchronize(stream_), "carrying out what was launched");
  }

  void use_threads(int) override { uncapturable_ = nullptr; }  // of the case before

  Reading read() override {
    Reading reading;
    // At its power limit a GPU steps its clock by more than a core's 1 %; that is its normal state.
    reading.cores.push_back({.clock_hz = clock_hz(), .clock_tolerance = 0.05, .quiet = 1});
    reading.throttle_events = monitor_->throttle_events();
    last_used_s_ = wall_s();
    return reading;
  }

  Seconds time(Task& task, std::int64_t launches) override {
    warm_up();
    if (task.times_host()) return time_host(task, launches);
    const auto [graph, held] = captured(task, std::min(launches, most_nodes));
    const std::int64_t whole = graph ? launches / held : 0;
    const std::int64_t rest = graph ? launches % held : launches;
    const std::unique_ptr<Graph> last = graph && rest > 0 ? captured(task, rest).first : nullptr;
    int& flag = *reinterpret_cast<int*>(flag_.data);
    flag = 0;
    if (graph) graph->upload(stream_);
    if (last) last->upload(stream_);
    // Launches that could not be captured may wait for the stream: they are not held back.
    if (graph) launch_wait(&flag, longest_wait_ns, stream_);
    check(cudaEventRecord(begin_, stream_), "recording an event");
    for (std::int64_t i = 0; i < whole; ++i) graph->launch(stream_);
    if (last) last->launch(stream_);
    for (std::int64_t i = 0; !graph && i < launches; ++i) task.launch({stream_});
    check(cudaEventRecord(end_, stream_), "recording an event");
    *const_cast<volatile int*>(&flag) = 1;
    return elapsed();
  }

  std::optional<Seconds> time_launched(Task& task, std::int64_t launches) override {
    const std::int64_t made = std::min<std::int64_t>(launches, 200);  // enough to hide the ends
    check(cudaEventRecord(begin_, stream_), "recording an event");
    for (std::int64_t i = 0; i < made; ++i) task.launch({stream_});
    check(cudaEventRecord(end_, stream_), "recording an event");
    return Seconds{elapsed().value * static_cast<double>(launches) / static_cast<double>(made)};
  }

  Seconds now() override { return Seconds{wall_s()}; }
  Health health() override { return monitor_->health(); }

 private:
  static constexpr std::int64_t most_nodes =
      512;  ///< of a graph: it is captured anew for each sample
  static constexpr std::int64_t longest_wait_ns = 2'000'000'000;
  static constexpr double most_idle_s = 0.1, longest_warm_up_s = 3;

  /// Raises the clocks after a pause, such as a check on the host: a GPU that has been idle takes
  /// its time (a cold Orin read a quarter of its rate).
  void warm_up() {
    if (wall_s() - last_used_s_ < most_idle_s) return;
    const double start = wall_s();
    double before = 0;
    int steady = 0;
    while (steady < 5 && wall_s() - start < longest_warm_up_s) {
      launch_busy(reinterpret_cast<float*>(clock_.data + 1024),
                  8 * std::max(1, machine_.gpus.front().sms), 50'000'000, stream_);
      const double now = clock_hz();
      steady = std::abs(now - before) <= 0.005 * now ? steady + 1 : 0;
      before = now;
    }
    last_used_s_ = wall_s();
  }

  /// A graph of that many launches, and how many it holds; none where the task's launches cannot be
  /// captured.  Captured for each sample, so that operands go on rotating.
  std::pair<std::unique_ptr<Graph>, std::int64_t> captured(Task& task, std::int64_t launches) {
    if (&task == uncapturable_) return {nullptr, 0};
    cudaGraph_t graph = nullptr;
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "beginning a capture");
    try {
      for (std::int64_t i = 0; i < launches; ++i) task.launch({stream_});
    } catch (...) {  // of a library that does not start
      cudaStreamEndCapture(stream_, &graph);
      if (graph != nullptr) cudaGraphDestroy(graph);
      cudaGetLastError();
      throw;
    }
    const cudaError_t launched = cudaGetLastError();
    const cudaError_t ended = cudaStreamEndCapture(stream_, &graph);
    if (launched == cudaSuccess && ended == cudaSuccess && graph != nullptr) {
      return {std::make_unique<Graph>(graph), launches};
    }
    cudaGetLastError();
    if (graph != nullptr) cudaGraphDestroy(graph);
    uncapturable_ = &task;
    return {nullptr, 0};
  }

  Seconds elapsed() {
    check(cudaGetLastError(), "launching");
    check(cudaEventSynchronize(end_), "carrying out what was launched");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin_, end_), "timing");
    last_used_s_ = wall_s();
    return Seconds{static_cast<double>(milliseconds) * 1e-3};
  }

  /// What the host does to launch is what is timed.
  Seconds time_host(Task& task, std::int64_t launches) {
    synchronize();
    const double start = wall_s();
    for (std::int64_t i = 0; i < launches; ++i) task.launch({stream_});
    const double issued = wall_s();
    synchronize();
    return Seconds{issued - start};
  }

  void copy(void* to, const void* from, std::int64_t size_bytes) {
    check(
        cudaMemcpyAsync(to, from, static_cast<std::size_t>(size_bytes), cudaMemcpyDefault, stream_),
        "copying");
    synchronize();
  }

  double clock_hz() {
    auto* reading = reinterpret_cast<ClockReading*>(clock_.data);
    launch_clock(reading, 100'000, stream_);  // 1 % of it is the coarsest timer's tick
    synchronize();
    return reading->nanoseconds > 0 ? 1e9 * static_cast<double>(reading->cycles) /
                                          static_cast<double>(reading->nanoseconds)
                                    : 0;
  }

  Machine machine_;
  CudaMemory memory_;
  std::unique_ptr<GpuMonitor> monitor_;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
  Buffer flag_, clock_;  ///< seen by host and device
  const Task* uncapturable_ = nullptr;
  double last_used_s_ = -1e9;
  std::uint64_t seed_ = 0;
};

}  // namespace

std::unique_ptr<Device> make_cuda_device(const Machine& machine) {
  return std::make_unique<CudaDevice>(machine);
}

}  // namespace roofmark
