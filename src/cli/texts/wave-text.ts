import { rolesOfChannels } from '../../core/model/channel-roles.ts';
import type { CallEvent, TimeValue } from '../../core/model/recording.ts';
import type { StoredMedium } from '../../core/model/recording-document.ts';
import { clock } from '../report/units.ts';

const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Height of a channel in lines. */
const height = 2;
/** Level, relative to full scale, below which silence is drawn: room noise of telephones is quieter. */
const floorDb = -42;

/** Events that begin a part of a call that is drawn below its waveform, with the events that end it. */
const stretches: Readonly<Partial<Record<CallEvent['type'], { readonly ends: CallEvent['type'] | null; readonly name: string }>>> = {
  hold: { ends: 'retrieve', name: 'hold' },
  pause: { ends: 'resume', name: 'pause' },
  mask: { ends: 'unmask', name: 'masked' },
  mute: { ends: null, name: 'muted' },
};

/** Draws the waveform of a medium in block characters, with a time axis, and holds and pauses below; empty if nothing was measured. */
export function waveLines(medium: StoredMedium, events: readonly CallEvent[], columns: number): string[] {
  const { measurement } = medium;
  if (measurement === null || measurement.samples === 0) return [];
  const roles = rolesOfChannels(medium.channels, measurement.peaks.channels.length);
  const names = measurement.peaks.channels.map((_, index) => {
    const role = roles[index] ?? 'unknown';
    return role === 'unknown' ? '' : role;
  });
  const marks = marksOf(medium, events, measurement.durationMs);
  const margin = Math.max(0, ...[...names, ...marks.map(({ name }) => name)].map((name) => name.length)) + 2;
  const width = Math.max(16, columns - margin - 2);
  const label = (name: string): string => ` ${name.padEnd(margin - 1)}`;
  const lines: string[] = [];
  for (const [index, peaks] of measurement.peaks.channels.entries()) {
    const rows = drawn(columnsOf(Buffer.from(peaks, 'base64'), width));
    for (const [row, line] of rows.entries()) lines.push(label(row === rows.length - 1 ? (names[index] ?? '') : '') + line);
  }
  lines.push(label('') + axis(measurement.durationMs, width));
  for (const { name, spans } of marks) {
    const line = Array.from({ length: width }, () => ' ');
    for (const [from, to] of spans) {
      const first = Math.min(width - 1, Math.floor((from / measurement.durationMs) * width));
      const last = Math.min(width, Math.max(first + 1, Math.ceil((to / measurement.durationMs) * width)));
      line.fill('▒', first, last);
    }
    lines.push(label(name) + line.join(''));
  }
  return lines.map((line) => line.trimEnd());
}

/** Returns the highest peak per column, 0 to 255. */
function columnsOf(peaks: Uint8Array, width: number): number[] {
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * peaks.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * peaks.length) / width));
    return peaks.subarray(from, to).reduce((most, peak) => Math.max(most, peak), 0);
  });
}

function drawn(levels: readonly number[]): string[] {
  const steps = levels.map((level) => {
    if (level === 0) return 0;
    const db = 20 * Math.log10(level / 255);
    return Math.max(1, Math.round((1 - Math.max(db, floorDb) / floorDb) * height * 8));
  });
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * 8;
    return steps.map((step) => blocks[Math.max(0, Math.min(8, step - below))]).join('');
  });
}

/** Draws the axis, e.g. `0:00      0:30      1:00`, with as many times as fit. */
function axis(durationMs: number, width: number): string {
  const last = clock(durationMs);
  const count = Math.max(1, Math.floor(width / 20));
  let line = '';
  let before = '';
  for (let tick = 0; tick < count; tick++) {
    const at = Math.round((tick * width) / count);
    const text = `╵${clock((durationMs * tick) / count)}`;
    // In a short recording several ticks have the same second.
    if (text !== before && at >= line.length && at + text.length < width - last.length - 2) line = line.padEnd(at) + text;
    before = text;
  }
  return `${line.padEnd(width - last.length - 1)}${last}╵`;
}

interface Mark {
  readonly name: string;
  readonly spans: readonly (readonly [fromMs: number, toMs: number])[];
}

/** Returns holds and pauses whose position in this audio is known; the others appear only in the list of events. */
function marksOf(medium: StoredMedium, events: readonly CallEvent[], durationMs: number): Mark[] {
  const marks: Mark[] = [];
  for (const [type, { ends, name }] of Object.entries(stretches)) {
    const spans: [number, number][] = [];
    for (const [index, event] of events.entries()) {
      const from = event.type === type ? placeOf(event, medium) : null;
      if (from === null || from >= durationMs) continue;
      const end = event.lengthMs === null ? events.slice(index + 1).find((later) => later.type === ends) : null;
      const to = event.lengthMs !== null ? from + event.lengthMs : end == null ? null : placeOf(end, medium);
      if (to === null || to > 0) spans.push([Math.max(0, from), Math.min(durationMs, to ?? durationMs)]);
    }
    if (spans.length > 0) marks.push({ name, spans });
  }
  return marks;
}

function placeOf({ mediaOffsetMs, callOffsetMs, at }: CallEvent, medium: StoredMedium): number | null {
  if (typeof mediaOffsetMs === 'number') return mediaOffsetMs;
  if (typeof callOffsetMs === 'number' && typeof medium.startOffsetMs === 'number') return callOffsetMs - medium.startOffsetMs;
  const [event, audio] = [momentOf(at), momentOf(medium.audioStart)];
  return event === null || audio === null ? null : event - audio;
}

function momentOf(time: TimeValue | null): number | null {
  const ms = time?.utc == null ? Number.NaN : Date.parse(time.utc);
  return Number.isNaN(ms) ? null : ms;
}
