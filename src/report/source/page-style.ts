/** Style of all pages: light and dark, for print and for phones. */
export const pageStyle = `
:root{--ink:#1c2024;--soft:#5b6470;--paper:#fff;--panel:#f4f6f8;--line:#d7dce2;--good:#12693a;--goodpaper:#e3f4ea;--bad:#a3201b;--badpaper:#fbe6e4;
--warn:#7a4b00;--warnpaper:#fdf1d6;--link:#0b57a4;--d1:#cfe3f5;--d2:#93c0e6;--d3:#4a90cc;--d4:#175a97;--none:#e6e9ed}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a3adb8;--paper:#14171a;--panel:#1e2328;--line:#39414a;--good:#7fd6a2;--goodpaper:#16301f;--bad:#ff9d95;
--badpaper:#3b1a18;--warn:#f2c46d;--warnpaper:#35290f;--link:#7fb8f0;--d1:#1d3a55;--d2:#25598a;--d3:#3f86c6;--d4:#8cc4f5;--none:#262c32}}
*{box-sizing:border-box}
html{font-size:clamp(16px,8px + .42vw,24px)}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .5rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}p{margin:.4rem 0;max-width:52rem}a{color:var(--link)}
.soft,.more{color:var(--soft)}
.verdict{margin:1rem 0;padding:.8rem 1rem;border-radius:.5rem;border-left:.4rem solid var(--good);background:var(--goodpaper)}
.verdict.bad{border-color:var(--bad);background:var(--badpaper)}
.verdict ul{list-style:none;margin:0;padding:0}.verdict li{margin:.15rem 0}.verdict b.ok{color:var(--good)}.verdict b.not{color:var(--bad)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem;margin:1rem 0}
.card{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.card b{display:block;font-size:1.45rem;line-height:1.2;font-variant-numeric:tabular-nums}.card span{color:var(--soft);font-size:.9rem}
.card.warn{background:var(--warnpaper)}.card.warn b{color:var(--warn)}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.5rem 0;font-size:.93rem;min-width:min(100%,24rem)}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);unicode-bidi:isolate;min-width:8.5rem;max-width:28rem}
th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:1.1rem;min-width:3rem}
.grade{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85rem;white-space:nowrap}
.risk.published{color:var(--good)}.risk.ffmpeg-only{color:var(--ink)}.risk.proprietary{color:var(--warn)}.risk.nobody{color:var(--bad);font-weight:600}
.grade.experimental,.sev-warning{color:var(--warn)}.grade.verified{color:var(--good)}.sev-error{color:var(--bad)}.sev-note{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}dt{color:var(--soft)}dd{margin:0;unicode-bidi:isolate}
details{margin:.5rem 0}summary{cursor:pointer;font-weight:600;padding:.2rem 0}
code{font:.9em ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;unicode-bidi:isolate}
.year{margin:.6rem 0}.year svg{display:block;width:100%;min-width:40rem;max-width:60rem;height:auto}.year b{font-size:.9rem}
.c0{fill:var(--none)}.c1{fill:var(--d1)}.c2{fill:var(--d2)}.c3{fill:var(--d3)}.c4{fill:var(--d4)}.thin{fill:none;stroke:var(--bad);stroke-width:1.6}
.key{width:.9rem;height:.9rem;vertical-align:-.1rem;margin:0 .2rem 0 .6rem}
.when{white-space:nowrap}
.places{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:0 2.5rem}.places>div{min-width:0}.places ul{padding-left:1.2rem}
.ages{display:block;width:100%;min-width:26rem;max-width:46rem;height:auto}.fresh{fill:var(--d3)}.stale{fill:var(--bad)}.tick{fill:var(--soft);font-size:10px}
.axis{stroke:var(--line)}.limit{stroke:var(--soft);stroke-dasharray:4 3}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--soft);font-size:.9rem}
@media (max-width:40rem){html{font-size:15px}main{padding:1rem .8rem 3rem}h1{font-size:1.35rem}.cards{grid-template-columns:repeat(2,1fr)}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{html{font-size:10pt}:root{--ink:#000;--soft:#444;--paper:#fff;--panel:#fff;--goodpaper:#fff;--badpaper:#fff;--warnpaper:#fff;--line:#bbb;--link:#000;--good:#12693a;--bad:#a3201b;--warn:#7a4b00;--d1:#cfe3f5;--d2:#93c0e6;--d3:#4a90cc;--d4:#175a97;--none:#e6e9ed}
details::details-content{content-visibility:visible;display:block}
main{max-width:none;padding:0}h2{break-after:avoid}tr,.card,.year{break-inside:avoid}.wide{overflow:visible}svg,.key{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
