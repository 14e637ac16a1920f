import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One call of a generated source. */
export interface MadeCall {
  /** From 0. */
  readonly day: number;
  /** Number within its day, from 0. */
  readonly number: number;
  readonly agent: string;
}

/** G.711 mu-law of more than one value: a generated tone. */
export const tone = Uint8Array.from({ length: 400 }, (_, at) => (at % 16 < 8 ? 0x20 : 0xa0) + (at % 7));

/** A RIFF/WAVE file of mu-law, mono, 8,000 Hz; without payload only a header. */
export function mulawWave(payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + payload.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(7, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(payload.length, 40);
  return Buffer.concat([head, payload]);
}

/** The first day of a generated source, a Friday. */
const firstDay = Date.UTC(2019, 2, 1);

/** Day of a generated source as text. */
export function dayOf(day: number): string {
  return new Date(firstDay + day * 86_400_000).toISOString().slice(0, 10);
}

/**
 * Makes a source of a table and files, with its mapping beside it: a number of days with the same number of calls, each call of an agent with an own number.
 * @param file bytes of a call's file; null: only the row; undefined: no row either
 */
export function makeSource(folder: string, days: number, calls: number, file: (call: MadeCall) => Uint8Array | null | undefined): string {
  mkdirSync(join(folder, 'rec'), { recursive: true });
  const rows = ['id,start,caller,callee,agent,file'];
  for (let day = 0; day < days; day++) {
    for (let number = 0; number < calls; number++) {
      const agent = String(100 + number);
      const bytes = file({ day, number, agent });
      if (bytes === undefined) continue;
      const key = `${day}-${number}`;
      rows.push(`${key},${dayOf(day)} 09:${String(number).padStart(2, '0')}:00,1${number},2${number},${agent},rec/${key}.wav`);
      if (bytes !== null) writeFileSync(join(folder, 'rec', `${key}.wav`), bytes);
    }
  }
  writeFileSync(join(folder, 'calls.csv'), `${rows.join('\n')}\n`);
  const mapping = `${folder}.toml`;
  writeFileSync(
    mapping,
    `[source]
name = "made"
zone = "UTC"
[table]
files = "calls.csv"
kind = "csv"
separator = ","
[columns]
key = "id"
start = "start"
caller = "caller"
callee = "callee"
agent = { id = "agent" }
[join]
column = "file"
match = "path"
`,
  );
  return mapping;
}
