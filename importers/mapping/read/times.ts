import type { TimeValue } from '../../../src/core/model/recording.ts';
import { partyKey } from '../../../src/core/numbers/party-key.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { Moment, WindowJoin } from '../../engine/records/family.ts';
import { specOf } from './describe.ts';
import type { JoinMapping, Mapping, TimeColumn } from './mapping.ts';
import type { NameValues } from './names.ts';

/** How rows and names of files are joined by time, as defined by a mapping. */
export interface TimeJoin {
  readonly window: WindowJoin;
  /** Returns the number of times in rows and names that were not compared because only one of the two has a zone. */
  notCompared(): number;
}

/** Returns the window of a mapping; null if it has none. */
export function timeJoin({ join, columns, files }: Mapping, names: NameValues): TimeJoin | null {
  const window = join?.window ?? null;
  if (window === null) return null;
  const clocks = { record: { utc: 0, local: 0 }, file: { utc: 0, local: 0 } };
  const momentOf = (
    side: 'record' | 'file',
    start: TimeColumn | null | undefined,
    values: Values | null,
    party: readonly string[],
  ): Moment | null => {
    const found = values === null || start == null ? null : momentsOf(timeIn(start, values));
    if (found === null) return null;
    clocks[side][found.clock]++;
    const who = window.party === null ? null : (values?.peek(party) ?? null);
    return { at: found.at, party: who === null ? null : partyKey(who) };
  };
  return {
    window: {
      widthMs: window.seconds * 1_000,
      byParty: window.party !== null,
      by: windowRule(window),
      ofRecord: (record) => momentOf('record', columns?.start, record, window.party?.columns ?? []),
      ofFile: (path) => momentOf('file', files.columns?.start, names(path), window.party === null ? [] : [window.party.field]),
    },
    notCompared: () => Math.min(clocks.record.local, clocks.file.utc) + Math.min(clocks.record.utc, clocks.file.local),
  };
}

function windowRule({ seconds, party }: NonNullable<JoinMapping['window']>): string {
  return `start within ${seconds} s${party === null ? '' : `, ${party.columns.join(' ')} = ${party.field} of the file name`}`;
}

/** Returns true if a row has a time in a column that can be read. */
export function hasTime(column: TimeColumn, row: Values): boolean {
  const time = timeIn(column, row);
  return time !== null && (time.utc ?? time.local) !== null;
}

function timeIn(column: TimeColumn, values: Values): TimeValue | null {
  const utc = column.utc === null ? null : values.peek(column.utc.columns);
  if (utc !== null && column.utc !== null) return parseTime(utc, column.utc.spec);
  const raw = values.peek(column.columns);
  return raw === null ? null : parseTime(raw, specOf(column, values));
}

/** Offset that is added to local times without a zone, so that they never meet moments in UTC within a window. */
const localAgeMs = 1e15;

/** Returns the moments that a time may mean, in epoch ms: in UTC if known, otherwise local with `localAgeMs` added. Null: no moment is known. */
function momentsOf(value: TimeValue | null): { readonly clock: 'utc' | 'local'; readonly at: readonly number[] } | null {
  if (value === null) return null;
  if (value.utc !== null) return { clock: 'utc', at: [Date.parse(value.utc)] };
  if (value.certainty === 'ambiguous-fold') return { clock: 'utc', at: value.candidates.map((each) => Date.parse(each)) };
  return value.local === null || value.certainty !== 'unzoned' ? null : { clock: 'local', at: [Date.parse(`${value.local}Z`) + localAgeMs] };
}
