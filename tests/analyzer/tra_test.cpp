#include "analyzer/tra.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "analyzer/layers.h"
#include "analyzer/tra_table.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

constexpr std::int64_t largest = std::int64_t{1} << 53;

std::vector<JsonView> cases() {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/tra.json";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return JsonView::parse(text.str(), path).at("cases").elements();
}

Workload workload(const std::string& model, std::vector<Query> queries) {
  const Model dimensions = published_model(model);
  const DType type = dimensions.dtype;
  return {dimensions, Phase::decode, std::move(queries), {type, type, DType::f32}, type};
}

/// The case's lists of tokens, repeated until there is one entry for each of the batch.
Workload workload_of(const JsonView& one) {
  const std::vector<JsonView> cached = one.at("cached").elements(),
                              input = one.at("input").elements();
  std::vector<Query> queries;
  const auto batch = static_cast<std::size_t>(one.at("batch").integer(1, 64));
  for (std::size_t i = 0; i < batch; ++i) {
    queries.push_back({cached[i % cached.size()].integer(0, largest),
                       input[i % input.size()].integer(1, largest)});
  }
  return workload(one.at("model").text(), std::move(queries));
}

Analysis analysis_of(const Workload& asked) {
  return analyze_model(std::span(&asked, 1), Accounting::tra, {}, {});
}

std::vector<double> figures(const Work& work) {
  return {work.ops.value, work.weights.value, work.input().value, work.written.value};
}

std::vector<double> figures(const JsonView& row) {
  std::vector<double> all;
  for (const JsonView& figure : row.at("figures").elements()) {
    all.push_back(static_cast<double>(figure.integer(0, largest)));
  }
  return all;
}

TEST(Tra, EveryRowBlockTotalAndStorageOfPublishedModelsIsThatTools) {
  ASSERT_EQ(cases().size(), 11u);
  for (const JsonView& one : cases()) {
    SCOPED_TRACE(one.at("model").text() + " " + one.at("storage").text());
    const Analysis analysis = analysis_of(workload_of(one));
    const std::vector<JsonView> rows = one.at("rows").elements();
    ASSERT_EQ(analysis.layers.size() + 1, rows.size());
    for (std::size_t i = 0; i < analysis.layers.size(); ++i) {
      const Layer& layer = analysis.layers[i];
      EXPECT_EQ(layer.op, rows[i].at("op").text());
      EXPECT_EQ(layer.count, rows[i].at("blocks").integer(0, 1000));
      EXPECT_EQ(figures(layer.work), figures(rows[i])) << layer.op;
    }
    EXPECT_EQ(figures(analysis.totals[0].work), figures(rows.back()));
    const Storage& storage = *analysis.storage;
    EXPECT_EQ(storage.kv_cache.value, one.at("kv_cache").number(0, 1e15));
    EXPECT_EQ(storage.inactive_experts.value, one.at("experts").number(0, 1e15));
    EXPECT_EQ(storage.embedding_table.value, one.at("embedding").number(0, 1e15));
  }
}

/// The line of the table that begins with that operator, its cells without padding.
std::vector<std::string> cells_of(const std::string& text, const std::string& op) {
  std::istringstream lines(text.substr(text.find("| " + op + " ")));
  std::string line, cell;
  std::getline(lines, line);
  std::istringstream cells(line.substr(1));
  std::vector<std::string> all;
  while (std::getline(cells, cell, '|')) {
    const std::size_t first = cell.find_first_not_of(' ');
    all.push_back(first == std::string::npos
                      ? ""
                      : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return all;
}

TEST(Tra, ItsTableIsPrintedCellByCellWithItsStorageLine) {
  for (const JsonView& one : cases()) {
    const Analysis analysis = analysis_of(workload_of(one));
    const std::string text = tra_text(std::span(&analysis, 1));
    for (const JsonView& row : one.at("rows").elements()) {
      std::string op = row.at("op").text();
      if (op == "total") op = "Total (" + std::to_string(analysis.model->layers) + " Blocks)";
      const std::vector<std::string> printed = cells_of(text, op);
      const std::vector<JsonView> cells = row.at("cells").elements();
      ASSERT_EQ(printed.size(), cells.size() + 1);
      for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_EQ(printed[i + 1], cells[i].text());
    }
    EXPECT_NE(text.find("\nMinimum Storage Requirement: " + one.at("storage").text() + "\n"),
              std::string::npos);
  }
}

TEST(Tra, ItsTableIsDrawnAsThatToolDrawsIt) {
  const Analysis analysis = analysis_of(workload("Llama-3.2-1B", {{511, 1}}));
  const std::string text = tra_text(std::span(&analysis, 1));
  EXPECT_NE(
      text.find(
          "| Node               |  Block Count  |      Compute |   Bandwidth (Weight) |   "
          "Bandwidth "
          "(Input) |   Bandwidth (Output) |   Operational Intensity |\n"
          "|--------------------|---------------|--------------|----------------------|-----------"
          "----------|----------------------|-------------------------|\n"
          "| Attn - RMSNorm     |    16 / 16    |  8.19 kFLOPs |             4.00 KiB |            "
          "4.00 KiB |             4.00 KiB |     666.72 mFLOPs/Bytes |\n"),
      std::string::npos)
      << text;
  EXPECT_NE(
      text.find(
          "|                    |               |              |                      |           "
          "          |                      |                         |\n"
          "| Total (16 Blocks)  |      N/A      |  1.99 GFLOPs |             1.81 GiB |           "
          "17.45 MiB |             1.36 MiB |        1.01 FLOPs/Bytes |\n"),
      std::string::npos)
      << text;
}

TEST(Tra, PrefixesAreChosenBeforeRounding) {
  EXPECT_EQ(tra_decimal(999.999e6, "FLOPs"), "1000.00 MFLOPs");
  EXPECT_EQ(tra_decimal(0, "FLOPs"), "0.00 FLOPs");
  EXPECT_EQ(tra_decimal(0.0004220402, "FLOPs/Bytes"), "422.04 \u03bcFLOPs/Bytes");
  EXPECT_EQ(tra_binary(64), "64.00 B");
  EXPECT_EQ(tra_binary(1023.999 * 1024), "1024.00 KiB");
}

TEST(Tra, ItsMistakesAreKept) {
  const auto ops = [](const Workload& asked, const std::string& name) {
    for (const CountedOperator& op : tra_operators(asked)) {
      if (op.name == name) return op.work.ops.value;
    }
    return -1.0;
  };
  // The activation's operations do not grow with the tokens but by one each.
  EXPECT_EQ(ops(workload("Llama-2-7b-hf", {{0, 2048}}), "Ffn - ActMul"), 57088);
  EXPECT_EQ(ops(workload("Llama-2-7b-hf", {{0, 2049}}), "Ffn - ActMul"), 57089);
  // S V is as wide as the key/value heads: a quarter of what Llama-3-8B's 32 heads need.
  const double per_key = 2 * 4096 - 1 + 2 * 1024;
  EXPECT_EQ(ops(workload("Meta-Llama-3-8B", {{2047, 1}}), "Attn - SDPA"), 2048 * per_key - 1024);
  // The router stands in all 48 blocks, 24 of which have no experts.
  for (const CountedOperator& op :
       tra_operators(workload("Llama-4-Maverick-17B-128E-Instruct", {{511, 1}}))) {
    if (op.name == "Ffn - Router") {
      EXPECT_EQ(op.count, 48);
    } else if (op.name == "Ffn - RoutedExp_ActMul") {
      EXPECT_EQ(op.count, 24);
    }
  }
}

TEST(Tra, WhatThatToolDoesNotKnowIsRefusedWithWhatItDoes) {
  const auto refusal = [](const Workload& asked) -> std::string {
    try {
      tra_operators(asked);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal(workload("Qwen3-8B", {{0, 1}})).find("supports llama and llama4, not qwen3"),
            std::string::npos);
  Workload asked = workload("Llama-2-7b-hf", {{0, 1}});
  asked.format.weights = DType::i4;
  EXPECT_NE(refusal(asked).find("one width"), std::string::npos);
  asked = workload("Llama-2-7b-hf", {{0, 1}});
  asked.kv = DType::i8;
  EXPECT_NE(refusal(asked).find("one width"), std::string::npos);
  asked = workload("Llama-2-7b-hf", {{0, 1}});
  asked.model.activation = ActivationKind::gelu;
  EXPECT_NE(refusal(asked).find("silu"), std::string::npos);
  EXPECT_THROW(count(workload("Llama-2-7b-hf", {{0, 1}}), Accounting::tra, {}, 2), InputError);
}

}  // namespace
}  // namespace roofmark
