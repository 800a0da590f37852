#include "app/study_request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "app/idle_options.h"
#include "app/measured_machine.h"
#include "app/quantity.h"
#include "app/subject.h"
#include "app/work_model.h"
#include "app/workload_limits.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

constexpr std::size_t most_combinations = 100000;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::int64_t number_from(const std::string& text, const std::string& sweep) {
  const bool digits = !text.empty() && text.size() < 18 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) return std::stoll(text);
  throw InputError("--sweep " + printable(sweep, 60) + ": \"" + printable(text, 40) +
                   "\" is no whole number; write it like batch=1..256, batch=1..256:8 or "
                   "batch=1,2,63");
}

/// What a value is put into, the flag that says the same, and the largest value.
struct Variable {
  const char *what, *flag;
  std::int64_t most;  ///< 0: no number
  void (*put)(AnalyzeRequest&, const std::string&);
  void (*check)(const std::string& value, const std::string& sweep) = nullptr;
};

std::string attention_called(const std::string& value) {
  for (const Attention known : {Attention::flash, Attention::eager}) {
    if (value == name(known)) return value;
  }
  throw InputError("--sweep attention: \"" + printable(value, 40) +
                   "\" is none (there are flash and eager); write attention=flash,eager");
}

/// Throws where a value is none that its flag takes, whatever the model.
void check_width(const std::string& value, const std::string& sweep) {
  for (const char* width : {"1", "2", "4", "8", "16", "32"}) {
    if (value == width) return;
  }
  throw InputError("--sweep " + printable(sweep, 60) + ": " + value +
                   " is no width of numbers here (there are 1, 2, 4, 8, 16 and 32); leave it out");
}

constexpr Variable variables[] = {
    {"batch", "--batch", most_sequences,
     [](AnalyzeRequest& r, const std::string& v) { r.batch = std::stoll(v); }},
    {"context", "--context", most_tokens,
     [](AnalyzeRequest& r, const std::string& v) { r.context = std::stoll(v); }},
    {"tp", "--tp", most_sequences,
     [](AnalyzeRequest& r, const std::string& v) { r.setting.devices = std::stoll(v); }},
    {"chunk", "--chunk", most_tokens,
     [](AnalyzeRequest& r, const std::string& v) { r.setting.chunk = std::stoll(v); }},
    {"bits", "--weight-bits", 64,
     [](AnalyzeRequest& r, const std::string& v) { r.setting.weight_bits = std::stoi(v); },
     check_width},
    {"kv-bits", "--kv-bits", 64,
     [](AnalyzeRequest& r, const std::string& v) { r.setting.kv_bits = std::stoi(v); },
     check_width},
    {"dtype", "--dtype", 0, [](AnalyzeRequest& r, const std::string& v) { r.dtypes = {v}; },
     [](const std::string& value, const std::string&) { format_asked(value); }},
    {"attention", "--attention", 0,
     [](AnalyzeRequest& r, const std::string& v) { r.attention = attention_called(v); }},
    {"hardware", "", 0, nullptr}};  // not of a workload: each is put on every hardware

const Variable& variable_called(const std::string& what, const std::string& sweep) {
  std::string known;
  for (const Variable& variable : variables) {
    if (what == variable.what) return variable;
    known += (known.empty() ? "" : ", ") + std::string(variable.what);
  }
  throw InputError("--sweep " + printable(sweep, 60) + ": \"" + printable(what, 40) +
                   "\" cannot be swept (these can: " + known + "); name one of them");
}

std::vector<std::string> range(const std::string& text, const std::string& sweep) {
  const std::size_t dots = text.find("..");
  const std::vector<std::string> ends = split(text.substr(dots + 2), ':');
  const std::int64_t first = number_from(text.substr(0, dots), sweep),
                     last = number_from(ends[0], sweep),
                     step = ends.size() > 1 ? number_from(ends[1], sweep) : 0;
  if (first < 1 || last < first || ends.size() > 2 || (ends.size() > 1 && step < 1)) {
    throw InputError("--sweep " + printable(sweep, 60) +
                     " is no range (it goes up from 1 or more); write it like batch=1..256");
  }
  std::vector<std::string> values;
  for (std::int64_t value = first; value<last; value = step> 0 ? value + step : 2 * value) {
    values.push_back(std::to_string(value));
    if (values.size() > most_combinations) break;
  }
  if (step == 0 || (last - first) % step == 0) values.push_back(std::to_string(last));
  return values;
}

void check_values(const Swept& swept, const Variable& variable, const std::string& sweep) {
  for (const std::string& value : swept.values) {
    if (value.empty()) {
      throw InputError("--sweep " + printable(sweep, 60) + " names no value; write it like " +
                       swept.what + "=...");
    }
    if (variable.most == 0) {
      if (variable.check) variable.check(value, sweep);
      continue;
    }
    const std::int64_t number = number_from(value, sweep);
    if (number < 1 || number > variable.most) {
      throw InputError("--sweep " + printable(sweep, 60) + ": " + value +
                       " is out of range (1 to " + std::to_string(variable.most) +
                       "); choose a value in it");
    }
    if (variable.check) variable.check(value, sweep);
  }
}

/// A flag beside a sweep of the same would be replaced by every one of its values.
void refuse_flags_that_are_swept(const AnalyzeRequest& request, const std::vector<Swept>& sweeps) {
  for (const Swept& swept : sweeps) {
    const std::string flag = variable_called(swept.what, swept.what).flag;
    const auto& said = request.model_flags;
    const bool both = flag.empty() ? !request.hardware.empty()
                                   : std::find(said.begin(), said.end(), flag) != said.end();
    if (!both) continue;
    throw InputError((flag.empty() ? "--hardware" : flag) + " does not go with --sweep " +
                     swept.what + " (both say the same); leave one of them out");
  }
}

/// A request with one value of each swept thing, and what that is called.
struct Combination {
  AnalyzeRequest request;
  double x = 0;
  std::string name;  ///< of all but the first swept numbers
};

std::vector<Combination> combinations(const AnalyzeRequest& request,
                                      const std::vector<Swept>& sweeps) {
  std::vector<Combination> all{{request}};
  bool has_x = false;
  for (const Swept& swept : sweeps) {
    if (swept.what == "hardware") continue;
    if (all.size() * swept.values.size() > most_combinations) {
      throw InputError("the sweeps make more than " + std::to_string(most_combinations) +
                       " combinations; take fewer values");
    }
    const Variable& variable = variable_called(swept.what, swept.what);
    const bool is_x = swept.numbers && !has_x;
    has_x = has_x || is_x;
    std::vector<Combination> next;
    for (const Combination& one : all) {
      for (const std::string& value : swept.values) {
        next.push_back(one);
        variable.put(next.back().request, value);
        next.back().request.model_flags.emplace_back(variable.flag);
        if (is_x) {
          next.back().x = static_cast<double>(std::stoll(value));
        } else {
          next.back().name += (next.back().name.empty() ? "" : ", ") + swept.what + " " + value;
        }
      }
    }
    all = std::move(next);
  }
  return all;
}

/// A device that a study puts everything on; of a run with what its kernels predict.
struct Target {
  Roofline roofline;
  Predict predict;
};

std::vector<Target> targets_of(const AnalyzeRequest& request,
                               const std::vector<std::string>& hardware, const Run* run) {
  if (run) {
    MeasuredMachine machine = measured_machine(request, *run);
    return {{std::move(machine.roofline), std::move(machine.predict)}};
  }
  std::vector<Target> targets;
  for (const std::string& name : hardware) {
    AnalyzeRequest one = request;
    one.hardware = name;
    targets.push_back({with_link(roofline_of(one), request.setting), {}});
  }
  return targets;
}

/// Fills a study: every workload is counted once and put on every device.
class StudyMaker {
 public:
  StudyMaker(const AnalyzeRequest& request, const std::vector<std::string>& hardware,
             const Run* run)
      : accounting_(accounting_of(request)),
        work_(registry_work_model()),
        run_(run),
        targets_(targets_of(request, hardware, run)) {}

  void add(Study& study, const Combination& one, const Subject& subject) {
    try {
      if (subject.network) {
        add_network(study, one, *subject.network);
      } else {
        add_model(study, one, *subject.model);
      }
    } catch (const InputError& error) {
      StudyRow row{.model = subject.name(), .bound = "unknown"};
      row.reason = (one.name.empty() ? "" : one.name + ": ") + std::string(error.what());
      row.x = one.x;
      study.rows.push_back(std::move(row));
    }
  }

 private:
  void add_network(Study& study, const Combination& one, const ConvNetwork& network) {
    for (const Format& format : network_formats(one.request, network)) {
      for (const Target& target : targets_) {
        const Analysis analysis =
            analysis_of_network(one.request, network, format, target.roofline);
        put(study, one, network.name, target, study_row(analysis, format, target.roofline));
      }
    }
  }

  void add_model(Study& study, const Combination& one, const Model& model) {
    refuse_what_networks_alone_have(one.request, model);
    const Setting setting = setting_of(one.request.setting, accounting_);
    for (auto& set :
         run_ ? workloads_of(one.request, model, *run_) : workloads_of(one.request, model)) {
      require_prompt(setting, set);
      refuse_idle_options(one.request, set);
      for (Workload& workload : set) {
        const CountedWorkload counted = counted_workload(std::move(workload), setting, work_);
        for (const Target& target : targets_) {
          put(study, one, model.name, target,
              study_row(counted, work_, target.roofline, target.predict));
        }
      }
    }
  }

  static void put(Study& study, const Combination& one, const std::string& model,
                  const Target& target, StudyRow row) {
    row.model = model;
    row.hardware = target.roofline.name;
    row.x = one.x;
    row.series = one.name;
    study.rows.push_back(std::move(row));
  }

  Accounting accounting_;
  WorkModel work_;
  const Run* run_;
  std::vector<Target> targets_;
};

/// Curves are named for what distinguishes them.
void name_series(Study& study) {
  std::set<std::string> models, hardware, phases, formats;
  for (const StudyRow& row : study.rows) {
    models.insert(row.model);
    hardware.insert(row.hardware);
    if (!row.phase.empty()) phases.insert(row.phase);
    if (!row.format.empty()) formats.insert(row.format);
  }
  for (StudyRow& row : study.rows) {
    std::string name;
    const auto add = [&](bool said, const std::string& part) {
      if (said && !part.empty()) name += (name.empty() ? "" : ", ") + part;
    };
    add(models.size() > 1, row.model);
    add(hardware.size() > 1, row.hardware);
    add(phases.size() > 1, row.phase);
    add(formats.size() > 1, row.format);
    add(true, row.series);
    row.series = name.empty() ? row.phase : name;
  }
}

std::string title_of(const Study& study, const std::vector<Swept>& sweeps,
                     const AnalyzeRequest& request) {
  std::string what;
  for (const Swept& swept : sweeps) what += (what.empty() ? "" : " and ") + swept.what;
  const StudyRow& first = study.rows.front();
  std::string text = what.empty() ? "side by side" : "sweep of " + what;
  const bool one_model = request.models.size() == 1;
  if (one_model) text = first.model + ", " + text;
  return text + ", " + std::string(name(accounting_of(request))) + " accounting";
}

}  // namespace

Swept swept_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw InputError("--sweep " + printable(text, 60) +
                     " names no values; write it like batch=1..256");
  }
  Swept swept{.what = text.substr(0, equals)};
  const Variable& variable = variable_called(swept.what, text);
  swept.numbers = variable.most > 0;
  const std::string values = text.substr(equals + 1);
  swept.values = swept.numbers && values.find("..") != std::string::npos ? range(values, text)
                                                                         : split(values, ',');
  check_values(swept, variable, text);
  return swept;
}

std::vector<std::string> hardware_names(const AnalyzeRequest& request) {
  return split(request.hardware, ',');
}

Study study_of(const AnalyzeRequest& request, const Run* run) {
  std::vector<Swept> sweeps;
  for (const std::string& text : request.setting.sweeps) {
    sweeps.push_back(swept_from(text));
    const auto same = std::count_if(sweeps.begin(), sweeps.end(), [&](const Swept& other) {
      return other.what == sweeps.back().what;
    });
    if (same > 1) throw InputError("--sweep " + sweeps.back().what + " stands twice; keep one");
  }
  refuse_flags_that_are_swept(request, sweeps);
  std::vector<std::string> hardware = hardware_names(request);
  const auto own = std::find_if(sweeps.begin(), sweeps.end(),
                                [](const Swept& swept) { return swept.what == "hardware"; });
  if (own != sweeps.end() && run) {
    throw InputError(
        "--sweep hardware does not go with --run (a run has one machine); leave one of them out");
  }
  if (own != sweeps.end()) hardware = own->values;
  const std::vector<Combination> all = combinations(request, sweeps);
  Study study;
  const auto x =
      std::find_if(sweeps.begin(), sweeps.end(), [](const Swept& s) { return s.numbers; });
  if (x != sweeps.end()) study.swept = x->what;
  StudyMaker maker(request, hardware, run);
  for (const std::string& argument : request.models) {
    const Subject subject = subject_of(argument);
    for (const Combination& one : all) maker.add(study, one, subject);
  }
  const bool nothing = std::all_of(study.rows.begin(), study.rows.end(),
                                   [](const StudyRow& row) { return !is_counted(row); });
  if (nothing) throw InputError(study.rows.front().reason);
  name_series(study);
  study.title = title_of(study, sweeps, request);
  return study;
}

bool is_side_by_side(const AnalyzeRequest& request) {
  return request.models.size() > 1 || hardware_names(request).size() > 1 ||
         request.dtypes.size() > 1;
}

}  // namespace roofmark
