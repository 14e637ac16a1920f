import { agree } from '../../src/core/base/agree.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { CallSide, CaptureCall } from './rtp-call.ts';
import type { Cause, Gaps } from './rtp-line.ts';

const causeWords: Readonly<Record<Cause, string>> = {
  loss: 'of loss',
  pause: 'where the sender paused or sent comfort noise',
  event: 'of telephone events',
  restart: 'where the stream restarted',
  cut: 'of packets that the capture cut',
};

const seconds = (value: number): string => `${value.toFixed(3)} s`;

/** Returns a text about the gaps of some causes, e.g. `in 3 places for 1.234 s of loss (longest 0.900 s)`; empty if there are none. */
export function gapWords(gaps: ReadonlyMap<Cause, Gaps>, causes: readonly Cause[] = ['loss', 'pause', 'event', 'restart', 'cut']): string {
  const words = causes.flatMap((cause) => {
    const gap = gaps.get(cause);
    return gap === undefined
      ? []
      : [agree`in ${gap.count} place[s] for ${seconds(gap.seconds)} ${causeWords[cause]} (longest ${seconds(gap.longest)})`];
  });
  return words.join(', ');
}

/** Reports the findings of a call and of streams that are not played. @param video number of streams that the signalling does not describe as audio */
export function captureFindings(call: CaptureCall, video: number, tell: (code: FindingCode, message: string) => void): void {
  const { sides, others, beside, legs } = call;
  if (others.length > 0) {
    const shown = others.slice(0, 5).map(seconds).join(', ');
    tell(
      'F262',
      `${others.length} beside the one of ${seconds(Math.max(...sides.map(({ line }) => line.end)))}: ${shown}${others.length > 5 ? ', …' : ''}`,
    );
  }
  const voiced = beside.filter(({ main }) => main !== null);
  if (voiced.length > 0) tell('F271', agree`${voiced.length} stream[s] of ${voiced.reduce((sum, { stream }) => sum + stream.count, 0)} packet[s]`);
  const unheard = legs + video + beside.length - voiced.length;
  if (unheard > 0)
    tell(
      'F270',
      agree`${legs} stream[s] of the same sources on another route, ${video} of other media, ${beside.length - voiced.length} without [sounds|sound]`,
    );
  if (sides.length === 1) tell('F277', agree`${sides[0]?.line.packets ?? 0} packet[s] one way, none the other way`);
  if (!call.byTime) tell('F272', 'the packets of a stream arrive faster than their playing time');
  for (const side of sides) sideFindings(side, tell);
}

/** Reports the findings of one side. */
export function sideFindings({ side, streams, line, strays }: CallSide, tell: (code: FindingCode, message: string) => void): void {
  const on = `channel ${side}: `;
  const sum = (count: (stream: CallSide['streams'][number]) => number): number => streams.reduce((total, stream) => total + count(stream), 0);
  for (const { main, encrypted } of streams) if (encrypted !== null) tell('F267', `${on}${main?.name ?? ''}: ${encrypted}`);
  if (streams.some(({ main, encrypted }) => encrypted === null && main?.codec === 'unknown')) {
    const names = streams.flatMap(({ main }) => (main?.codec === 'unknown' ? [main.name] : []));
    tell('F278', `${on}${[...new Set(names)].join(', ')}`);
  }
  const guessed = streams.filter(({ isGuessed, codings, stream }) => isGuessed && [...codings.keys()].some((type) => type >= 96 && stream.count > 0));
  if (guessed.length > 0) tell('F268', `${on}${[...new Set(guessed.map(({ main }) => main?.name ?? ''))].join(', ')}`);
  for (const { oddClockHz, main } of streams)
    if (oddClockHz !== null) tell('F269', agree`${on}${Math.round(oddClockHz)} tick[s] per second; ${main?.name ?? ''} has ${main?.clockHz ?? 0}`);
  if (line.cut > 0) tell('F266', agree`${on}${line.cut} packet[s]`);
  if (line.lost > 0)
    tell('F263', agree`${on}${line.lost} of ${line.lost + sum(({ order }) => order.length)} packet[s]; silent ${gapWords(line.gaps, ['loss'])}`);
  const quiet = gapWords(line.gaps, ['pause', 'event']);
  if (quiet !== '' || line.events > 0)
    tell('F264', agree`${on}${line.events} packet[s] of telephone events${quiet === '' ? '' : `; silent ${quiet}`}`);
  if (line.restarts + strays > 0)
    tell(
      'F265',
      agree`${on}${line.restarts} time[s], ${strays} stray packet[s] left out${line.gaps.has('restart') ? `; silent ${gapWords(line.gaps, ['restart'])}` : ''}`,
    );
  const twice = sum(({ duplicates }) => duplicates);
  const late = sum(({ reordered }) => reordered);
  if (twice > 0 || late > 0) tell('F276', agree`${on}${twice} packet[s] repeated, ${late} after a later one`);
  const unplaced = sum(({ unplaced: count }) => count);
  if (unplaced > 0) tell('F279', agree`${on}${unplaced} packet[s]`);
  if (!line.complete) tell('F280', agree`${on}${line.packets} packet[s]`);
}
