// Numbers as text: prefixes, digits, rounding at the edges, what is unknown.
#include "analyzer/numbers.h"

#include <gtest/gtest.h>

#include <clocale>
#include <limits>

namespace roofmark {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

TEST(Numbers, HaveThreeSignificantDigitsAndAPrefix) {
  const struct {
    double value;
    const char *unit, *text;
  } cases[] = {
      {42.6e9, "B/s", "42.6 GB/s"},
      {230e9, "op/s", "230 Gop/s"},
      {1.25, "op/B", "1.25 op/B"},
      {3.14e-3, "s", "3.14 ms"},
      {812e-9, "s", "812 ns"},
      {1.5e-6, "s", "1.50 \u00b5s"},
      {2e-12, "s", "2.00 ps"},
      {61.25, "s", "61.2 s"},
      {0, "s", "0 s"},
      {0.25, "op/B", "0.250 op/B"},
      {-42.6e9, "B/s", "-42.6 GB/s"},
      {999.4, "B/s", "999 B/s"},
      {999.6, "B/s", "1.00 kB/s"},
      {999.6e9, "B/s", "1.00 TB/s"},
      {0.9996e-3, "s", "1.00 ms"},
      {0.99951, "s", "1.00 s"},
      {99.96, "op/s", "100 op/s"},
      {9.996, "op/s", "10.0 op/s"},
      {1.548e14, "op/s", "155 Top/s"},
      {3e18, "op", "3.00 Eop"},
      {2e22, "op", "20000 Eop"},
  };
  for (const auto& c : cases) EXPECT_EQ(si(c.value, c.unit), c.text) << c.value;
}

TEST(Numbers, ThatAreUnknownSaySo) {
  EXPECT_EQ(si(nan, "B/s"), "unknown");
  EXPECT_EQ(si(infinite, "B/s"), "unknown");
  EXPECT_EQ(si(std::optional<double>(), "B/s"), "unknown");
  EXPECT_EQ(percent(std::optional<double>()), "-");
  EXPECT_EQ(percent(nan), "-");
  EXPECT_EQ(fixed(nan, 2), "unknown");
  EXPECT_EQ(iec(infinite), "unknown");
  EXPECT_EQ(exact(infinite), "");
}

TEST(Numbers, OfSharesAreInPercent) {
  EXPECT_EQ(percent(0.834), "83.4 %");
  EXPECT_EQ(percent(0.0123), "1.2 %");
  EXPECT_EQ(percent(1.0), "100 %");
  EXPECT_EQ(percent(0.9996), "100 %");
  EXPECT_EQ(percent(1.234), "123 %");
  EXPECT_EQ(percent(0.0), "0 %");
}

TEST(Numbers, OfSizesHaveBinaryPrefixes) {
  EXPECT_EQ(iec(512), "512 B");
  EXPECT_EQ(iec(32768), "32.0 KiB");
  EXPECT_EQ(iec(12.6 * 1073741824), "12.6 GiB");
  EXPECT_EQ(iec(1048575), "1.00 MiB");
}

TEST(Numbers, OfIntensitiesStayWhole) {
  EXPECT_EQ(plain_number(1024), "1024");
  EXPECT_EQ(plain_number(0.16667), "0.167");
  EXPECT_EQ(plain_number(201.56), "202");
}

TEST(Numbers, InFilesReadBackExactly) {
  EXPECT_EQ(exact(0.1), "0.1");
  EXPECT_EQ(std::stod(exact(1.0 / 3)), 1.0 / 3);
}

TEST(Numbers, InTheViewerStyleReproduceThePublishedCells) {
  EXPECT_EQ(viewer_count(68719476736.0), "69G");
  EXPECT_EQ(viewer_count(152043520.0), "152M");
  EXPECT_EQ(viewer_count(154.8e12), "155T");
  EXPECT_EQ(viewer_count(1.344e12), "1T");
  EXPECT_EQ(viewer_count(960e9), "960G");
  EXPECT_EQ(viewer_count(4096), "4K");
  EXPECT_EQ(viewer_count(12), "12");
  EXPECT_EQ(viewer_intensity(1214.68), "1215");
  EXPECT_EQ(viewer_intensity(113.78), "114");
  EXPECT_EQ(viewer_intensity(0.99951), "1");
  EXPECT_EQ(viewer_intensity(0.99177), "0.99");
  EXPECT_EQ(viewer_intensity(1.25), "1.25");
  EXPECT_EQ(viewer_intensity(0.25), "0.25");
}

TEST(Numbers, IgnoreTheLanguageSetting) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* comma : {"de_DE.UTF-8", "fr_FR.UTF-8"}) std::setlocale(LC_ALL, comma);
  EXPECT_EQ(si(1.25, "op/B"), "1.25 op/B");
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace roofmark
