import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import { catalogEntry } from '../../../src/store/catalog/catalog-entry.ts';
import type { CatalogQuery } from '../../../src/store/catalog/catalog-query.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { parseTime } from '../../../src/tables/values/time.ts';
import { plainDocument } from '../../archive/plain-document.ts';

// Names of seven languages as systems write them; a search types the first.
const names = [
  ['Åsa Öberg', 'Aasa Oeberg', 'OBERG, ÅSA'],
  ['Jürgen Groß', 'Juergen Gross', 'GROSS, JÜRGEN'],
  ['Łukasz Żółć', 'Lukasz Zolc'],
  ['Ελένη Παπαδοπούλου', 'ΠΑΠΑΔΟΠΟΥΛΟΥ ΕΛΕΝΗ'],
  ['Наталья Королёва', 'КОРОЛЕВА НАТАЛЬЯ'],
  ["Sean O'Brien", 'Sean O’Brien', 'SEAN OBRIEN'],
  ['İpek Yıldız', 'IPEK YILDIZ', 'Yildiz, Ipek'],
  ['Saʿīd al-Rashīd', 'Said Al Rashid'],
] as const;
const hourMs = 3_600_000;
const begin = Date.UTC(2025, 9, 25);
/** Two persons of each name, each with a number of one country; the last eight digits of no two are the same. */
const numberOf = (who: number): string => (who % 2 === 0 ? `+4670174${String(605 + who * 7).padStart(4, '0')}` : `+447700900${String(100 + who)}`);
const inside = (number: string): string => `0${number.slice(3)}`;
const spellings = (number: string): readonly string[] => [
  number,
  `00${number.slice(1)}`,
  inside(number),
  inside(number).replace(/^(\d{4})(\d{3})/, '$1-$2 '),
  `sip:${number}@pbx.example`,
];

test('a hundred searches for a number or a name, in a range of time and of a direction, find what an independent SQL query of the truth finds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-persons-'));
  const catalog = openCatalog(join(folder, 'catalog.sqlite'));
  const truth = openDatabase(join(folder, 'truth.sqlite'), 'derived');
  try {
    truth.exec('CREATE TABLE call (id TEXT, who INTEGER, hasNumber INTEGER, hasName INTEGER, lo INTEGER, hi INTEGER, direction TEXT)');
    const put = truth.prepare('INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?)');
    const entries = Array.from({ length: 320 }, (_, at) => {
      const who = (at * 7) % 16;
      // Around a clock change: a moment, an ambiguous time, a clock without a zone.
      const ms = begin + ((at * 37) % 72) * hourMs;
      const local = new Date(ms).toISOString().slice(0, 19);
      const [text, zone, lo, hi] =
        at % 5 === 3
          ? ['2025-10-26T02:10:00', 'Europe/Stockholm', Date.UTC(2025, 9, 26, 0, 10), Date.UTC(2025, 9, 26, 1, 10)]
          : at % 5 === 4
            ? [local, null, ms - 14 * hourMs, ms + 12 * hourMs]
            : [`${local}Z`, null, ms, ms];
      const direction = at % 3 === 0 ? 'inbound' : 'outbound';
      const [hasNumber, hasName] = [at % 4 !== 1, at % 4 !== 2];
      const written = names[who >> 1] ?? names[0];
      const document = plainDocument(at, {
        callStart: parseTime(text as string, { zone: zone as string | null, format: 'iso' }),
        direction: { value: direction, raw: null },
        parties: [
          {
            role: 'caller',
            phone: hasNumber ? parsePhone(spellings(numberOf(who))[at % 5] ?? '') : null,
            name: hasName ? (written[at % written.length] ?? null) : null,
            agentId: null,
            device: null,
          },
        ],
      });
      put.run(document.recordingId, who, hasNumber ? 1 : 0, hasName ? 1 : 0, lo, hi, direction);
      return catalogEntry(document);
    });
    catalog.putBag('made/1', entries);
    let found = 0;
    for (let turn = 0; turn < 100; turn++) {
      const who = (turn * 5) % 16;
      const byName = turn % 2 === 0;
      const range = turn % 3 === 0 ? null : { from: begin + (turn % 48) * hourMs, to: begin + ((turn % 48) + 1 + (turn % 20)) * hourMs };
      const direction = turn % 7 === 0 ? 'inbound' : null;
      const query: CatalogQuery = {
        text: byName ? (names[who >> 1] ?? names[0])[0] : (spellings(numberOf(who))[turn % 5] ?? ''),
        ...(range === null ? {} : { from: new Date(range.from).toISOString().slice(0, 23), to: new Date(range.to).toISOString().slice(0, 23) }),
        ...(direction === null ? {} : { direction }),
      };
      const expected = truth
        .prepare<unknown[], { id: string }>(
          `SELECT id FROM call WHERE ${byName ? 'hasName = 1 AND who / 2 = ?' : 'hasNumber = 1 AND who = ?'} AND (? IS NULL OR direction = ?) AND (? IS NULL OR (hi >= ? AND lo < ?)) ORDER BY id`,
        )
        .all(byName ? who >> 1 : who, direction, direction, range?.from ?? null, range?.from ?? null, range?.to ?? null)
        .map(({ id }) => id);
      expect({ turn, query, ids: [...catalog.search(query)].map(({ recordingId }) => recordingId).sort() }).toEqual({ turn, query, ids: expected });
      found += expected.length;
    }
    expect(found).toBeGreaterThan(500);
  } finally {
    catalog.close();
    truth.close();
    rmSync(folder, { recursive: true });
  }
});
