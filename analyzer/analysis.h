// What is derived from a run or from specs: ceilings, points under them, a model's layers and
// totals.
#pragma once

#include <string>
#include <vector>

#include "analyzer/sweet_spot.h"
#include "core/measurement.h"
#include "core/model.h"
#include "core/work.h"

namespace roofmark {

/// A limit of the machine.  `value` is op/s, bytes/s or seconds, as `kind` says.
struct Ceiling {
  std::string id, device, kind;  ///< kind: compute | bandwidth | latency | overhead
  std::string level, format, variant, kernel;
  std::string cores, node;  ///< as in Conditions; empty: any
  int threads = 1;
  Known<double> value, low,
      high;  ///< measured, with the interval of its median; null: no value, see reason
  std::string
      from;  ///< id of the row that says so: its own, or that of a kernel it was timed beside
  Known<double> clock_hz;  ///< measured beside its own row
  Known<double> load;      ///< latency under load: bytes/s that others moved meanwhile
  Known<double> bus;       ///< memory: bytes/s on the bus, where ordinary stores read a line first
  Known<double> theoretical, datasheet;
  Known<double> share;  ///< value / theoretical
  char grade = 'C';     ///< A B C as measured, X: above its bound, never used
  std::string reason;   ///< why there is no value, no theoretical, or grade X
};

/// A part of a row's time that reports mention.
inline constexpr double noticeable_overhead = 0.1;

/// A kernel under the ceilings.
struct Point {
  std::string id, op, phase;  ///< op: the operator's name, empty where no workload names it
  Known<double> intensity;    ///< op/byte
  Known<double> achieved;     ///< op/s (bytes/s where the kernel computes nothing)
  Known<double> attainable_measured, attainable_theoretical;
  Known<double> share_measured;  ///< median of the paired ratios where pairs exist; the attainable
                                 ///< is then what the probe beside it reached
  Known<double> share_theoretical;
  std::string bound;    ///< compute | memory | launch | unknown
  std::string ceiling;  ///< id of the one that binds
  Known<double> seconds, low, high;
  Known<double> overhead_share;    ///< fork and join (launch) time / seconds, where launches pay it
  Known<double> seconds_launched;  ///< of a launch issued on its own, its cost included (GPUs)
  Known<double> share_launched;    ///< share_measured over that time: what a program without graphs
                                   ///< gets of the same roof
  Known<double> share_spread;      ///< interquartile range of the paired ratios / their median
  std::string implementation;      ///< what a library says that it ran; empty: nothing
  Known<double> format_error;      ///< what the format costs: root mean square, relative to float64
  char grade = 'C';
  std::string reason;
};

/// One operator of a model on a roofline; with a run on its measured one, beside the theoretical.
struct Layer {
  std::string op, phase;
  std::string kernel;  ///< that makes the call; empty in another tool's accounting
  Shape shape;
  Format format;
  std::int64_t count = 1;  ///< calls per phase; the figures below are of one call
  Work work;
  Bytes link;                      ///< sent to the other devices; then the work is none
  double intensity = 0;            ///< op/byte
  Known<OpRate> attainable;        ///< null where the roofline lacks the format's ceiling
  std::string bound;               ///< compute | memory | link | unknown
  Known<double> bound_share = {};  ///< where calls differ in that: of their time, what that binds
  Known<Seconds> seconds;
  Known<Seconds> at_least;  ///< where only the peak is not known: of its bytes alone
  Known<double> share;      ///< of its phase's seconds, all calls together
  std::string reason;
  // Filled where there is a run:
  Known<OpRate> attainable_theoretical;
  std::string point;       ///< id of the fastest row that measured this call; empty: none did
  Known<double> achieved;  ///< op/s (bytes/s where nothing is computed)
  Known<double> share_measured, share_theoretical;
  Known<Seconds> predicted;  ///< of one call on the machine of the run (prediction.h)
  std::string provenance;    ///< of that: measured | interpolated | extrapolated | ceiling | spec
  /// Operators whose results it reads (dependencies() in network.h), where that is known.
  std::vector<std::string> reads = {};
  bool reads_known = false;
};

struct Storage {
  Bytes weights, kv_cache, peak;   ///< peak: weights + cache + largest live activations
  Bytes experts, embedding, head;  ///< parts of weights; a tied head is part of the embedding
  Bytes inactive_experts, embedding_table;  ///< parts of the peak that tra accounting adds
};

struct Total {
  std::string phase;
  Work work;
  Bytes link;
  Known<Seconds> seconds;
  Known<Seconds> at_least;  ///< where that is not known: with the bytes alone of what lacks a peak,
                            ///< without what lacks a link
  Known<double> tokens_per_second;
  /// Of one sequence: to the first token in prefill, per output token in decode.
  Known<Seconds> latency, latency_at_least;
  Known<Storage> storage;  ///< of this phase
  Known<Seconds> predicted;
  Known<double> kernels_share;       ///< of `predicted`, what rows of kernels say and not roofs
  Known<double> extrapolated_share;  ///< of it, what rows of smaller or larger calls say
};

/// A prompt and the tokens generated after it (generation.h).
struct Generation {
  std::int64_t sequences = 0, tokens = 0;  ///< tokens: of each sequence
  Work work;
  Bytes link;
  Known<Seconds> first_token, seconds, per_output_token;
  /// Where those are not known: as in Total.
  Known<Seconds> first_token_at_least, at_least, per_output_token_at_least;
  /// The same as a run's own kernels would have it (prediction.h).
  Known<Seconds> predicted_first_token, predicted, predicted_per_output_token;
  Known<double> kernels_share, extrapolated_share;  ///< as in Total
  Known<double> tokens_per_second;
  Storage storage;  ///< with the cache as long as it gets
};

/// What a change would gain, found by evaluating it (advice.h).
struct Change {
  std::string what, flags;  ///< in words, and as the command line says it
  Known<Seconds> seconds;   ///< of all calls, per token of a batch that is not the same
  Known<double> gain;       ///< seconds without / seconds with
  Known<bool> fits;         ///< into the device's memory; null where that is not known
  std::string caveat = {};  ///< what the gain depends on beside the roof; empty: nothing
};
/// Why an operator (empty: the whole phase) takes the time that it takes, and what would help, most
/// first, what does not fit last.
struct Advice {
  std::string op, phase, bound, why;
  Known<double> share;
  std::vector<Change> changes;
};

/// One working set of a sweep over sizes.
struct SweepPoint {
  std::string id;
  double bytes = 0;  ///< of all threads
  double value = 0;  ///< bytes/s
  char grade = 'C';
};

/// Sizes between which the bandwidth does not change: a level of the memory.
struct Plateau {
  std::string level;  ///< l1 l2 l3 dram; empty: the machine reports no level there
  double value = 0;   ///< bytes/s
  Known<double> low, high;
  double first_bytes = 0, last_bytes = 0;  ///< smallest and largest working set on it
  int points = 0;
};

/// What the machine reports of a level of cache.
struct CacheReach {
  std::string level;
  double bytes = 0;  ///< of all instances that the threads of a sweep reach
};

/// Bandwidth over the size of the working set, of one number of threads in one place.
struct Sweep {
  std::string device, variant;
  Conditions conditions;  ///< of every row of it
  int threads = 1;
  std::vector<SweepPoint> points;  ///< by size
  std::vector<Plateau> plateaus;
  std::vector<CacheReach> caches;
  std::vector<std::string> notes;  ///< where plateaus and reported caches disagree
};

/// What a convolution network counts under one convention.
struct NetworkCounting {
  std::string counting;  ///< in words
  double ops = 0;
  std::string unit;  ///< MAC (a multiply-add is one) or FLOP
  double bytes = 0, intensity = 0;
};

struct NetworkFacts {
  std::string name;
  std::int64_t images = 1;  ///< at once
  double parameters = 0;    ///< batch normalization's scale and shift included
  Known<double> images_per_second;
  std::vector<NetworkCounting> countings;
};

/// What was asked of a model in one phase, as a title has it in words.
struct Asked {
  std::string phase, format, kv, attention;
  std::int64_t batch = 1, devices = 1;
  std::int64_t chunk = 0;        ///< tokens of a piece of a prefill; 0: not cut
  std::vector<Query> queries;    ///< each distinct one, by first occurrence
  std::vector<std::int64_t> of;  ///< how many are like each
};

struct Warning {
  std::string what;  ///< e.g. a violated consistency pair, naming both rows
};

struct Analysis {
  std::string title;  ///< machine or hardware and accounting, for reports
  std::vector<Ceiling> ceilings;
  std::vector<Point> points;
  std::vector<Warning> warnings;
  std::vector<Sweep> sweeps;
  std::vector<std::string>
      notes;             ///< what the ceilings say together, e.g. which thread count is best
  std::string hardware;  ///< what the figures are of; empty: nothing was named
  // Filled where a model was asked for:
  Known<Model> model;
  std::vector<Asked> asked;
  std::string accounting;     ///< of the figures below
  Known<Bytes> kv_per_token;  ///< kept in the cache of a sequence of one token
  std::vector<Layer> layers;
  std::vector<Total> totals;
  Known<Storage> storage;
  Known<Generation> generation;
  std::vector<Advice> answers;
  Known<NetworkFacts> network;  ///< instead of a model
  Known<SweetSpot> sweet_spot;
};

}  // namespace roofmark
