#include "analyzer/report/page.h"
#include "analyzer/report/roofline.h"

namespace roofmark {

std::string page_style() {
  // One rule set in custom properties: light, dark and print differ in these alone.
  return R"(
:root{--paper:#fff;--ink:#222;--soft:#555;--edge:#d8d8d8;--tint:#f5f6f8;--good:#228833;--fair:#b07c00;--bad:#c4314b}
@media (prefers-color-scheme:dark){:root{--paper:#16191d;--ink:#e6e6e6;--soft:#a8b0b8;--edge:#343a41;--tint:#1e2227;--good:#5bbf6a;--fair:#e0b040;--bad:#ff7b8a}}
@media print{:root{--paper:#fff;--ink:#222;--soft:#555;--edge:#d8d8d8;--tint:#fff;--good:#228833;--fair:#b07c00;--bad:#c4314b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:24px 20px 60px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI','DejaVu Sans',Arial,sans-serif;overflow-wrap:anywhere}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:19px;margin:36px 0 10px}
h3{font-size:15px;margin:18px 0 6px}
p{margin:6px 0}
.soft{color:var(--soft)}
section.run{margin-bottom:64px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:18px 0}
.tile{border:1px solid var(--edge);border-radius:8px;background:var(--tint);padding:10px 14px}
.tile b{display:block;font-size:21px;line-height:1.3;font-weight:600;overflow-wrap:normal}
.tile span{color:var(--soft);font-size:13px}
.banner{border:1px solid var(--edge);border-left:6px solid var(--good);border-radius:6px;background:var(--tint);padding:10px 16px;margin:14px 0}
.banner.fair{border-left-color:var(--fair)}
.banner.bad{border-left-color:var(--bad)}
.banner ul{margin:6px 0 2px;padding-left:20px}
figure{margin:18px 0}
figure svg{width:100%;height:auto;border:1px solid var(--edge);border-radius:8px}
.wide{overflow-x:auto;border:1px solid var(--edge);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:left;border-bottom:1px solid var(--edge);white-space:nowrap;vertical-align:top}
tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:600;background:var(--tint)}
.num{text-align:right}
.grade-C td{color:var(--soft)}
.bars td{padding:3px 10px;vertical-align:middle}
.bars svg{display:block;width:340px;height:16px}
.bars{table-layout:fixed}
.bars td:nth-child(1){width:28%;overflow:hidden;text-overflow:ellipsis}
.bars td:nth-child(2){width:100px}
.bars td:nth-child(3){width:360px}
.track{fill:var(--tint);stroke:var(--edge)}
.mark{stroke:var(--ink)}
details{margin:10px 0}
summary{cursor:pointer;color:var(--soft);margin:6px 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:8px 0;font-size:13px}
dt{color:var(--soft)}
dd{margin:0}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:10px 40px}
.reasons li{margin:4px 0}
@media print{body{max-width:none;padding:0;font-size:12px}h2{break-after:avoid}figure,.tiles,.banner{break-inside:avoid}.wide{overflow:visible}td,th{white-space:normal}}
)" + roofline_style() +
         "\n";
}

}  // namespace roofmark
