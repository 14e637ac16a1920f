import { sidesText } from '../../cases/hand-over/case-tables.ts';
import type { Gap } from '../../cases/timeline/gaps.ts';
import type { Timeline, TimelineRow } from '../../cases/timeline/timeline.ts';
import type { PageCaseGap, PageCaseRow, PageCaseView } from '../../core/page/data.ts';

/** Largest number of characters per message and, below, of rows, gaps and overlaps per row that are sent to the page. The export contains everything. */
const textChars = 4_000;
const mostGaps = 1_000;
const mostOverlaps = 20;

/** Converts a timeline to the form that is sent to the page. */
export function pageTimeline(
  { placed, local, undated, gaps, moreGaps, outside, moreOutside, notLooked, overlaps }: Timeline,
  unreadable: number,
): PageCaseView['timeline'] {
  return {
    rows: [...placed, ...local, ...undated].map(pageRow),
    gaps: gaps.slice(0, mostGaps).map(pageGap),
    moreGaps: moreGaps + Math.max(0, gaps.length - mostGaps),
    outside: outside.slice(0, mostGaps).map((one) => ({ ...pageGap(one), recordings: one.recordings.slice(0, mostOverlaps) })),
    moreOutside: moreOutside + Math.max(0, outside.length - mostGaps),
    notLooked,
    overlaps,
    unreadable,
  };
}

function pageGap({ from, to, parties, evidence, entry, sureness, system }: Gap): PageCaseGap {
  return { from, to, parties, evidence, entry, sureness, system };
}

function pageRow(row: TimelineRow): PageCaseRow {
  return {
    key: row.key,
    kind: row.kind,
    time: row.at ?? row.time.local,
    placement: row.time.placement,
    reading: row.reading,
    lengthMs: row.lengthMs,
    hasAudio: row.hasAudio,
    system: row.system,
    direction: row.direction,
    status: row.status,
    ...sidesText(row),
    text: row.text.length > textChars ? `${row.text.slice(0, textChars)} …` : row.text,
    overlaps: row.overlaps.slice(0, mostOverlaps).map((one) => ({ with: one.with, certain: one.certain })),
  };
}
