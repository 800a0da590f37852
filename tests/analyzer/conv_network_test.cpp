// Convolution networks: layer by layer and in every convention that figures are published in.
#include "analyzer/conv_network.h"

#include <gtest/gtest.h>

#include "analyzer/conv_layers.h"
#include "analyzer/conv_network_json.h"
#include "analyzer/models.h"
#include "core/error.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

JsonView published() {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/conv_networks.json";
  return JsonView::parse(contents(path), path);
}

const ConvNetwork& named(const std::string& name) { return *find_network(name); }

std::int64_t whole(const JsonView& json, const char* key) {
  return json.at(key).integer(0, INT64_MAX);
}
double real(const JsonView& json, const char* key) { return json.at(key).number(0, 1e18); }

TEST(ConvNetwork, EveryLayerIsThatOfThePaper) {
  for (const auto& [name, rows] : published().at("layers").members()) {
    const ConvNetwork& network = named(name);
    const std::vector<JsonView> expected = rows.elements();
    ASSERT_EQ(network.layers.size(), expected.size()) << name;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const ConvLayer& layer = network.layers[i];
      const std::vector<JsonView> row = expected[i].elements();
      const auto figure = [&](std::size_t at) { return row[at].integer(0, INT64_MAX); };
      EXPECT_EQ(layer.name, row[0].text());
      EXPECT_EQ(layer.macs(), figure(1)) << layer.name;
      EXPECT_EQ(layer.bias_adds(), figure(2)) << layer.name;
      EXPECT_EQ(layer.parameters() + batch_norm_parameters(layer, 2), figure(3)) << layer.name;
      EXPECT_EQ(layer.inputs(), figure(4)) << layer.name;
      EXPECT_EQ(layer.outputs(), figure(5)) << layer.name;
      EXPECT_EQ(layer.out_channels, row[6].elements()[0].integer(1, 1 << 20)) << layer.name;
      EXPECT_EQ(layer.out_height, row[6].elements()[1].integer(1, 1 << 20)) << layer.name;
      EXPECT_EQ(layer.out_width, row[6].elements()[2].integer(1, 1 << 20)) << layer.name;
    }
  }
}

TEST(ConvNetwork, EveryConventionGivesItsPublishedFigures) {
  const std::vector<JsonView> rows = published().at("rows").elements();
  ASSERT_EQ(rows.size(), 4u);
  for (const JsonView& row : rows) {
    const ConvNetwork& network = named(row.at("network").text());
    const int values = static_cast<int>(whole(row, "batch_norm_values"));
    const ConvTraffic once{.inputs = false, .batch_norm_values = values};
    ConvTraffic without_pools = once, inputs = once, activations = once;
    without_pools.pool_outputs = false;
    inputs.inputs = true;
    activations.activation_outputs = true;
    const ConvCount counted = count(network, once);
    EXPECT_EQ(counted.macs, whole(row, "macs")) << network.name;
    EXPECT_EQ(counted.textbook_ops, whole(row, "textbook_ops")) << network.name;
    EXPECT_EQ(counted.parameters, whole(row, "parameters")) << network.name;
    EXPECT_EQ(counted.elements - counted.parameters, whole(row, "outputs")) << network.name;
    EXPECT_EQ(4 * counted.elements, whole(row, "bytes_once")) << network.name;
    EXPECT_EQ(4 * count(network, without_pools).elements, whole(row, "bytes_without_pools"));
    EXPECT_EQ(4 * count(network, inputs).elements, whole(row, "bytes_with_inputs"));
    EXPECT_EQ(4 * count(network, activations).elements, whole(row, "bytes_with_activations"));
    const double macs = static_cast<double>(counted.macs);
    const auto bytes_of = [&](const ConvTraffic& traffic) {
      return 4 * static_cast<double>(count(network, traffic).elements);
    };
    EXPECT_DOUBLE_EQ(macs / bytes_of(once), real(row, "macs_per_byte"));
    EXPECT_DOUBLE_EQ(2 * macs / bytes_of(once), real(row, "flops_per_byte"));
    EXPECT_DOUBLE_EQ(2 * macs / bytes_of(inputs), real(row, "flops_per_byte_with_inputs"));
  }
}

TEST(ConvNetwork, StoredIntermediateOutputsOfMobileNetAreItsPublished74MiB) {
  const JsonView row = published().at("stored");
  const ConvNetwork& network = named(row.at("network").text());
  const ConvTraffic fused{.inputs = false, .batch_norm_values = 4};
  ConvTraffic stored = fused;
  stored.batch_norm_outputs = stored.activation_outputs = true;
  const ConvCount counted = count(network, stored);
  EXPECT_EQ(counted.parameters, whole(row, "parameters"));
  EXPECT_EQ(counted.elements, whole(row, "elements"));
  EXPECT_EQ(4 * counted.elements, whole(row, "bytes"));
  EXPECT_NEAR(4 * static_cast<double>(counted.elements) / 0x1p20, 73.94, 0.005);  // two decimals
  EXPECT_EQ(4 * count(network, fused).elements, whole(row, "bytes_fused"));
  EXPECT_DOUBLE_EQ(static_cast<double>(counted.macs) / static_cast<double>(4 * counted.elements),
                   real(row, "macs_per_byte"));
}

const NetworkCounting& counting(const Analysis& analysis, const std::string& what,
                                const std::string& unit) {
  for (const NetworkCounting& row : analysis.network->countings) {
    if (row.counting == what && row.unit == unit) return row;
  }
  throw std::out_of_range(what);
}

TEST(ConvNetwork, AReportNamesBothConventions) {
  const Analysis vgg = analyze_network(named("VGG16"), 1, Format{}, Intermediates::fused, {});
  const NetworkCounting& macs = counting(vgg, "weights and outputs, fused", "MAC");
  EXPECT_EQ(macs.ops, 15470264320);
  EXPECT_EQ(macs.bytes, 613778496);
  EXPECT_DOUBLE_EQ(macs.intensity, 15470264320.0 / 613778496);  // 25.2
  EXPECT_EQ(counting(vgg, "weights and outputs, fused", "FLOP").ops, 2 * macs.ops);
  EXPECT_EQ(counting(vgg, "weights, inputs and outputs, fused", "FLOP").bytes, 674724928);
  const Analysis gap = analyze_network(named("vgg16-gap"), 1, Format{}, Intermediates::fused, {});
  const double gain = counting(gap, "weights and outputs, fused", "MAC").intensity / macs.intensity;
  EXPECT_NEAR(gain, 5.02, 0.005);  // published with two decimals
  ASSERT_FALSE(gap.notes.empty());
  EXPECT_NE(gap.notes[0].find("5.02 times the 25.2 of vgg16"), std::string::npos) << gap.notes[0];
}

double total_ops(const Analysis& analysis) { return analysis.totals.at(0).work.ops.value; }

TEST(ConvNetwork, LayersAreTwoOperationsPerMultiplyAddAndOnePerBias) {
  const Analysis vgg = analyze_network(named("vgg16"), 1, Format{}, Intermediates::fused, {});
  EXPECT_EQ(total_ops(vgg), 2 * 15470264320.0 + 13556712);  // biases of 13 maps and 9192 units
  ASSERT_EQ(vgg.layers.size(), 21u);
  EXPECT_EQ(vgg.layers[2].op, "pool1");
  EXPECT_EQ(vgg.layers[2].work.ops, Ops{0});
  EXPECT_EQ(vgg.layers[2].work.bytes(), Bytes{4.0 * (3211264 + 802816)});
  EXPECT_EQ(vgg.totals[0].work.bytes(), Bytes{674724928});
  EXPECT_EQ(vgg.storage->weights, Bytes{4.0 * 138357544});
  EXPECT_EQ(vgg.storage->peak, Bytes{4.0 * (138357544 + 2 * 3211264)});
}

TEST(ConvNetwork, ImagesMultiplyMapsAndOperationsButNotWeights) {
  const ConvNetwork& vgg = named("vgg16");
  const Analysis one = analyze_network(vgg, 1, Format{}, Intermediates::fused, {});
  const Analysis eight = analyze_network(vgg, 8, Format{}, Intermediates::fused, {});
  EXPECT_EQ(total_ops(eight), 8 * total_ops(one));
  const Work a = one.totals[0].work, b = eight.totals[0].work;
  EXPECT_EQ(b.weights, a.weights);
  EXPECT_EQ(b.input(), a.input() * 8);
  EXPECT_EQ(b.output(), a.output() * 8);
}

TEST(ConvNetwork, StoredIntermediatesMoveMoreAndComputeTheSame) {
  for (const ConvNetwork& network : builtin_networks()) {
    const Analysis fused = analyze_network(network, 1, Format{}, Intermediates::fused, {});
    const Analysis stored = analyze_network(network, 1, Format{}, Intermediates::stored, {});
    EXPECT_EQ(total_ops(fused), total_ops(stored));
    EXPECT_LT(fused.totals[0].work.bytes(), stored.totals[0].work.bytes()) << network.name;
  }
  const Analysis mobile =
      analyze_network(named("mobilenet"), 1, Format{}, Intermediates::stored, {});
  EXPECT_EQ(mobile.totals[0].work.weights, Bytes{4.0 * 4253864});
  // 27 convolutions, each with its normalization and its activation.
  EXPECT_EQ(mobile.layers.size(), 3u * 27 + 2);
}

TEST(ConvNetwork, LayersStandOnARooflineAsOthersDo) {
  const Roofline roofline{.name = "made up",
                          .engine = {.peaks = {{"f32", OpRate{1e12}}}},
                          .bandwidth = Bandwidth{1e11}};
  const Analysis vgg = analyze_network(named("vgg16"), 1, Format{}, Intermediates::fused, roofline);
  EXPECT_EQ(vgg.layers[1].bound, "compute");  // conv1_2
  EXPECT_EQ(vgg.layers[18].op, "fc6");
  EXPECT_EQ(vgg.layers[18].bound, "memory");
  double seconds = 0;
  for (const Layer& layer : vgg.layers) seconds += layer.seconds->value;
  EXPECT_DOUBLE_EQ(vgg.totals[0].seconds->value, seconds);
  EXPECT_DOUBLE_EQ(*vgg.network->images_per_second, 1 / seconds);
  const Analysis half = analyze_network(named("vgg16"), 1, *working_format_from("f16"),
                                        Intermediates::fused, roofline);
  EXPECT_EQ(half.totals[0].work.bytes(), Bytes{674724928 / 2.0});
  EXPECT_EQ(half.totals[0].seconds, std::nullopt);
  EXPECT_NE(half.layers[0].reason.find("has no known f16-f32 peak"), std::string::npos);
}

TEST(ConvNetwork, NamesAreFoundWhateverTheCaseAndAreNoModels) {
  for (const ConvNetwork& network : builtin_networks()) {
    EXPECT_FALSE(network.source.empty());
    for (const Model& model : builtin_models()) EXPECT_NE(network.name, model.name);
  }
  EXPECT_EQ(find_network("MobileNet"), find_network("mobilenet-v1"));
  EXPECT_EQ(find_network("vgg17"), nullptr);
}

const std::string own = R"({"kind": "network", "name": "mine", "title": "Mine", "source": "me",
  "input": {"channels": 4, "height": 9, "width": 7},
  "layers": [{"name": "a", "kind": "convolution", "channels": 6, "kernel": 3, "stride": 2,
              "padding": 1, "groups": 2, "bias": true},
             {"name": "b", "kind": "max_pool", "kernel": 2, "stride": 2},
             {"name": "c", "kind": "dense", "channels": 10}]})";

ConvNetwork read(const std::string& text) {
  return network_from_json(JsonView::parse(text, "mine.json"),
                           [](std::string_view name) { return named(std::string(name)); });
}

TEST(ConvNetwork, AFileOfOnesOwnIsRead) {
  const ConvNetwork network = read(own);
  const ConvLayer& a = network.layers[0];
  EXPECT_EQ(a.out_height, 5);  // floor((9 + 2 - 3) / 2) + 1
  EXPECT_EQ(a.out_width, 4);
  EXPECT_EQ(a.macs(), 6 * 5 * 4 * (2 * 9));
  EXPECT_EQ(a.parameters(), 6 * (2 * 9 + 1));
  EXPECT_EQ(network.layers[1].outputs(), 6 * 2 * 2);
  EXPECT_EQ(network.layers[2].macs(), 24 * 10);
}

TEST(ConvNetwork, AFileThatDoesNotAddUpIsRefusedWithItsKey) {
  const auto refusal = [](const std::string& part, const std::string& other) {
    std::string text = own;
    const std::size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    try {
      read(text.replace(at, part.size(), other));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::pair<std::pair<const char*, const char*>, const char*> all[] = {
      {{"\"groups\": 2", "\"groups\": 3"}, "mine.json: layers[0].groups: does not divide 4 and 6"},
      {{"\"kernel\": 3", "\"kernel\": 12"}, "layers[0]: its kernel of 12 does not fit into 11"},
      {{"\"kernel\": 3", "\"kernel\": 0"}, "layers[0].kernel: out of range"},
      {{"\"stride\": 2,\n", "\"stride\": -2,\n"}, "layers[0].stride: out of range"},
      {{"\"channels\": 6", "\"channels\": 1e30"}, "layers[0].channels: "},
      {{"\"channels\": 6", "\"channels\": 9223372036854775808"}, "layers[0].channels: "},
      {{"\"height\": 9", "\"height\": 1048577"}, "input.height: out of range"},
      {{"\"max_pool\"", "\"maxpool\""}, "unknown kind of layer \"maxpool\""},
      {{"\"padding\"", "\"pading\""}, "layers[0].pading: unknown key"},
      {{"\"source\": \"me\",", ""}, "source: missing or null"},
      {{"\"bias\": true", "\"bias\": 1"}, "must be true or false"},
      {{"\"input\": {\"channels\": 4, \"height\": 9, \"width\": 7}",
        "\"extends\": \"vgg16\", \"through\": \"pool9\""},
       "through: no layer of vgg16 is called so"}};
  for (const auto& [change, part] : all) {
    EXPECT_NE(refusal(change.first, change.second).find(part), std::string::npos)
        << refusal(change.first, change.second);
  }
  std::string wide = own;
  for (const std::string part : {"\"height\": 9", "\"width\": 7", "\"channels\": 10"}) {
    const std::string key = part.substr(0, part.find(' '));
    wide.replace(wide.find(part), part.size(), key + " 1048576");
  }
  EXPECT_THROW(read(wide), InputError);  // each extent is fine, their product is not
}

TEST(ConvNetwork, WhatIsNotCountedExactlyIsRefused) {
  EXPECT_THROW(count(named("vgg16"), {}, std::int64_t{1} << 40), InputError);
  EXPECT_NO_THROW(count(named("vgg16"), {}, 1 << 16));
}

}  // namespace
}  // namespace roofmark
