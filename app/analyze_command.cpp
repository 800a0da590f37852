// roofmark analyze: a model on a roofline from specs or from a run, or what a run says by itself.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "analyzer/plain_text.h"
#include "analyzer/report/tables.h"
#include "analyzer/study.h"
#include "analyzer/tra_table.h"
#include "analyzer/viewer_table.h"
#include "app/analyses.h"
#include "app/analyze_request.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/idle_options.h"
#include "app/print.h"
#include "app/render.h"
#include "app/store.h"
#include "app/study_request.h"
#include "app/workload_limits.h"
#include "core/error.h"
#include "core/printable.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

const ReportFormat& format_of(const AnalyzeRequest& request) {
  return asked_format(request.out, request.output, request.output_said);
}

/// What another tool's table does not have, and is asked for.
std::string generations(const std::vector<Analysis>& analyses, const std::string& output) {
  std::string text;
  for (const Analysis& analysis : analyses) {
    const Table table = generation_table(analysis);
    if (table.empty()) continue;
    text +=
        output == "md" ? "\n## Generation\n\n" + table.markdown() : "\nGeneration\n" + table.text();
  }
  return text;
}

/// Where a device or its ceilings are named: the same operators on that roofline, which the tool's
/// own table does not have.
std::string rooflines(const std::vector<Analysis>& analyses, const std::string& output) {
  std::string text;
  for (const Analysis& analysis : analyses) {
    if (analysis.hardware.empty()) continue;
    const Table layers = layers_table(analysis), totals = totals_table(analysis);
    text += output == "md"
                ? "\n## On " + markdown_text(analysis.hardware) + "\n\n" + layers.markdown() +
                      "\n" + totals.markdown()
                : "\nOn " + plain(analysis.hardware) + "\n" + layers.text() + "\n" + totals.text();
  }
  return text;
}

std::string rendered(const AnalyzeRequest& request, const std::vector<Analysis>& analyses,
                     const Run* run) {
  const ReportFormat& format = format_of(request);
  const std::string output = format.output;  // empty: a page or a picture
  const bool models = !request.models.empty();
  const bool viewer = accounting_of(request) == Accounting::llm_viewer && models;
  const bool tra = accounting_of(request) == Accounting::tra && models;
  std::string text;
  if (viewer && output == "table") {
    text = viewer_text(analyses);
  } else if (viewer && output == "md") {
    text = viewer_markdown(analyses);
  } else if (tra && (output == "table" || output == "md")) {
    text = tra_text(analyses);
  } else {
    std::vector<Section> sections;
    sections.reserve(analyses.size());
    for (const Analysis& analysis : analyses) sections.push_back({&analysis, run});
    text = format.write(sections);
  }
  const bool tools_own = (viewer || tra) && (output == "table" || output == "md");
  if (tra && tools_own) text += rooflines(analyses, output);
  if (tools_own) text += generations(analyses, output);
  if (request.sweet_spot || !is_side_by_side(request)) return text;
  if (output == "table") text += "\n\n" + study_text(study_of(request, run));
  if (output == "md") text += "\n" + study_markdown(study_of(request, run));
  return text;
}

/// Throws InputError where there is no picture of what is asked.
void refuse_what_is_not_drawn(const AnalyzeRequest& request) {
  const std::string extension = format_of(request).extension;
  const bool curve = !request.setting.sweeps.empty();
  const bool drawn = curve ? extension != ".html" : extension != ".svg" || !request.run.empty();
  if (drawn) return;
  throw InputError("cannot draw " + printable(request.out) +
                   (curve ? " (a sweep is a curve, not a page); end the name in .svg, .md, .csv or "
                            ".json"
                          : " (only what a run measured and a --sweep are drawn); end the name in "
                            ".html, .md, .csv or .json"));
}

/// A sweep, written as --output says; into a file that ends in .svg as curves.
std::string swept(const AnalyzeRequest& request) {
  if (request.models.empty()) {
    throw InputError("--sweep evaluates a model (none is named); name one (roofmark list models)");
  }
  if (request.sweet_spot) {
    throw InputError(
        "--sweep does not go with --sweet-spot (which looks at every batch); leave one of them "
        "out");
  }
  std::optional<Run> run;
  if (!request.run.empty()) run = read_run(read_file(request.run), request.run);
  const Study study = study_of(request, run ? &*run : nullptr);
  const ReportFormat& format = format_of(request);
  const std::string output = format.output;
  if (output.empty()) return study_svg(study);
  if (output == "csv") return study_csv(study);
  if (output == "json") return study_json(study);
  return output == "md" ? study_markdown(study) : study_text(study);
}

std::string analyzed(const AnalyzeRequest& request) {
  std::optional<Run> run;
  if (!request.run.empty()) run = read_run(read_file(request.run), request.run);
  const std::vector<Analysis> analyses =
      run ? analyses_on_run(request, *run) : analyses_on_specs(request);
  return rendered(request, analyses, run ? &*run : nullptr);
}

int analyze(const AnalyzeRequest& request) {
  accounting_of(request);  // what cannot be done is said before any file is read
  refuse_idle_options(request);
  refuse_what_is_not_drawn(request);
  if (!request.out.empty()) require_replaceable(request.out);
  for (const std::string& model : request.models) {
    std::error_code error;
    if (!request.out.empty() && std::filesystem::equivalent(model, request.out, error)) {
      throw InputError("cannot write " + request.out +
                       " (the model is read from it); name another file with -o");
    }
  }
  for (const std::string& doubt : doubts_about(request)) {
    std::fprintf(stderr, "roofmark: %s\n", doubt.c_str());
  }
  const std::string text = request.setting.sweeps.empty() ? analyzed(request) : swept(request);
  if (request.out.empty()) {
    print(text);
  } else {
    write_file(request.out, text);
  }
  return exit_done;
}

/// Adds the options that say something of a model, and gives them back.
std::vector<CLI::Option*> add_model_options(CLI::App& command, AnalyzeRequest& request) {
  return {
      command.add_option("--phase", request.phases, "prefill,decode")
          ->delimiter(',')
          ->allow_extra_args(false)  // else the model that follows would be taken for one
          ->check(CLI::IsMember({"prefill", "decode"}))
          ->capture_default_str(),
      command
          .add_option("--batch,--batch-size", request.batch,
                      "sequences computed together; default 1")
          ->check(CLI::Range(std::int64_t{1}, most_sequences)),
      command
          .add_option(
              "--context", request.context,
              "tokens: of the prompt in prefill, already in the cache in decode; default 2048")
          ->check(CLI::Range(std::int64_t{1}, most_tokens)),
      command
          .add_option("--dtype", request.dtypes,
                      "f32,bf16,f16,fp8,w8a8,w4a16,...; default the model's own, with --run the "
                      "run's")
          ->delimiter(',')
          ->allow_extra_args(false),
      command.add_flag("--quantize-head", request.quantize_head,
                       "weights of the head as narrow as the layers'; default as wide as "
                       "activations, as GPTQ and AWQ leave it"),
      command.add_option("--kv-dtype", request.kv_dtype,
                         "type of the cache; default the activations'"),
      command
          .add_option("--attention", request.attention,
                      "flash (default) or eager (default with llm-viewer)")
          ->check(CLI::IsMember({"flash", "eager"})),
      command
          .add_option("--accounting", request.accounting,
                      "exact, or llm-viewer, tra: as those tools count and print")
          ->capture_default_str()};
}

/// The same of queries, widths, devices and generations.
std::vector<CLI::Option*> add_setting_options(CLI::App& command, SettingRequest& setting) {
  const CLI::Range tokens(std::int64_t{1}, most_tokens);
  return {command
              .add_option("--cached-tokens", setting.cached_tokens,
                          "tokens in the cache of each query, e.g. 1048576 1024; default 0")
              ->delimiter(','),
          command
              .add_option("--input-tokens", setting.input_tokens,
                          "new tokens of each query, e.g. 1 1; default 1")
              ->delimiter(','),
          command
              .add_option("--decode-tokens", setting.decode_tokens,
                          "tokens of each sequence that one decode step computes (speculative or "
                          "parallel decoding); default 1")
              ->check(tokens),
          command
              .add_option("--chunk", setting.chunk,
                          "prefill in pieces of that many tokens of each query")
              ->check(tokens),
          command
              .add_option("--generate", setting.generate,
                          "tokens after the prompt: time to the first, per token and in all")
              ->check(CLI::Range(std::int64_t{1}, most_generated)),
          command.add_option("--weight-bits", setting.weight_bits, "1, 2, 4, 8, 16 or 32"),
          command.add_option("--activation-bits", setting.activation_bits, "8, 16 or 32"),
          command.add_option("--kv-bits", setting.kv_bits, "of the cache: 1, 2, 4, 8, 16 or 32"),
          command
              .add_option("--tp", setting.devices,
                          "devices that share the model by tensor parallelism; default 1")
              ->check(CLI::Range(std::int64_t{1}, most_devices))};
}

void add_other_options(CLI::App& command, AnalyzeRequest& request) {
  command.add_option("--peak", request.peaks, "FORMAT=OPS per second, e.g. bf16=155T; repeatable")
      ->allow_extra_args(false);
  command.add_option("--bandwidth", request.bandwidth, "bytes per second of the memory, e.g. 768G");
  command
      .add_option("--intermediates", request.intermediates,
                  "of a convolution network: fused (default) or stored")
      ->check(CLI::IsMember({"fused", "stored"}));
  command.add_flag("--sweet-spot", request.sweet_spot,
                   "which of W16A16, W4A16, W8A8 and W4A8 is fastest, by rows and, of a model, by "
                   "sequences up to --batch (default 1024)");
  command
      .add_option("--scales", request.scales,
                  "with --sweet-spot, of 4-bit weights alone: none (default), or 128 weights each")
      ->check(CLI::IsMember({"none", "128"}));
  command.add_option("--memory", request.memory,
                     "bytes that the memory holds, e.g. 24G (24e9) or 24Gi (24 x 2^30)");
  command.add_option("--engine", request.engine,
                     "of a device with several: gpu, cpu, dla, ...; default the first");
  command.add_option("--link", request.setting.link,
                     "bytes per second that a device sends to the others, e.g. 450G");
  command
      .add_option(
          "--sweep", request.setting.sweeps,
          "batch=1..256, context=128,2048, bits=16,8,4, hardware=a6000,h200 ...; repeatable; "
          "-o FILE.svg draws curves")
      ->allow_extra_args(false);
  command
      .add_option_function<std::string>(
          "--output",
          [&request](const std::string& name) {
            request.output = name;
            request.output_said = true;
          },
          listed(output_names()))
      ->check(CLI::IsMember(output_names()))
      ->default_str(request.output);
  command.add_option("-o,--out", request.out,
                     "write to this file, as its extension says (.html .svg .md .csv .json), else "
                     "as --output does");
}

}  // namespace

void add_analyze(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("analyze", "a model on a roofline, or what a run says");
  const auto request = std::make_shared<AnalyzeRequest>();
  command->add_option(
      "MODEL", request->models,
      "built-in names (roofmark list models, networks), or paths of config.json files");
  command->add_option("--run", request->run,
                      "a run or journal: its ceilings and points, or the model on its roofline");
  command->add_option(
      "--hardware", request->hardware,
      "a device by name, with its power mode if it has some (agx-orin:30w; roofmark "
      "list hardware), or the path of a spec file");
  std::vector<CLI::Option*> of_model = add_model_options(*command, *request);
  for (CLI::Option* option : add_setting_options(*command, request->setting)) {
    of_model.push_back(option);
  }
  add_other_options(*command, *request);
  command->callback([request, of_model, &chosen] {
    for (const CLI::Option* option : of_model) {
      if (option->count() > 0) request->model_flags.push_back(option->get_name());
    }
    for (std::string& model : take_models(request->setting)) {
      request->models.push_back(std::move(model));
    }
    chosen = [request] { return analyze(*request); };
  });
}

}  // namespace roofmark
