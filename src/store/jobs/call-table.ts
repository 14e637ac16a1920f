import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import type { Recording } from '../../core/model/recording.ts';
import { type Db, namingFile, openScratch } from '../database/database.ts';

/** How two descriptions were matched as one call. */
export type JoinedBy = 'id' | 'window';

/** Two descriptions of one call. The main one has the audio or comes first; the other adds an account. */
export interface CallPair {
  readonly main: number;
  readonly account: number;
  readonly mainPart: number;
  readonly accountPart: number;
  /** Start of the account minus start of the main description, in ms; null if one has no UTC. */
  readonly startsApartMs: number | null;
}

/** On-disk table of call descriptions from several exports, in which descriptions of the same call are matched. */
export interface CallTable {
  add(recording: Recording, part: number): void;
  /**
   * Matches descriptions without audio with those of other parts that have the same id. An id that more descriptions share than one call can have is ignored.
   * @returns number of matched descriptions, and number of descriptions with an ignored id that no other id matched
   */
  joinByIds(): { readonly joined: number; readonly crowded: number };
  /**
   * Matches the remaining descriptions without audio with recordings that no description of the same part matches yet, if a number is equal and the starts lie
   * within `windowMs` after correction of the clock difference. Matches only if exactly one fits on both sides.
   * @returns number of matched descriptions, and of those with several candidates
   */
  joinByWindow(
    driftMs: (part: number, otherPart: number) => number | null,
    windowMs: number,
  ): { readonly joined: number; readonly ambiguous: number };
  /** All pairs, ordered by main description and account. */
  pairs(): Iterable<CallPair>;
  /** Each call once, in input order, with its accounts from the other exports. */
  calls(): Iterable<{
    readonly recording: Recording;
    readonly part: number;
    /** `isFirst`: no earlier call has this account. */
    readonly accounts: readonly { readonly recording: Recording; readonly part: number; readonly by: JoinedBy; readonly isFirst: boolean }[];
  }>;
  /** Number of ids under which two parts have audio. */
  audioTwice(): number;
  close(): void;
}

/** Largest number of recordings that one description may match: segments of one call. */
const mostMains = 16;
/** Fewest digits of a number, and how many last digits are compared: numbers are written with or without the country code. */
const [leastDigits, comparedDigits] = [3, 7] as const;
const pageRows = 5_000;
/**
 * Longest serial number, in digits. Other recorders assign the same serial numbers, so a serial number matches only calls whose starts differ by no more than a
 * wrong clock explains.
 */
const serialDigits = 9;
const serialMs = 24 * 3_600_000;
/** Matches values that recorders write in place of an id. */
const meansNoId = /^(?:[\W_0]*|\W*(?:null|nil|none|unknown|undefined|n\/?a)\W*)$/i;

/** Opens an empty table in a folder for temporary files; `close` deletes it. */
export function openCallTable(folder: string): CallTable {
  const file = join(folder, 'calls.sqlite');
  rmSync(file, { force: true });
  const db = openScratch(
    file,
    `
    CREATE TABLE call (id INTEGER PRIMARY KEY, part INTEGER NOT NULL, audio INTEGER NOT NULL, start INTEGER, recording TEXT NOT NULL) STRICT;
    CREATE TABLE mark (name TEXT NOT NULL, value TEXT NOT NULL, call INTEGER NOT NULL) STRICT;
    CREATE TABLE crowd (account INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE wish (account INTEGER PRIMARY KEY, main INTEGER NOT NULL) STRICT;
    CREATE INDEX call_open ON call(audio, part, id);
    CREATE TABLE link (account INTEGER NOT NULL, main INTEGER NOT NULL, how TEXT NOT NULL, PRIMARY KEY (account, main)) WITHOUT ROWID, STRICT;
    CREATE INDEX link_main ON link(main);
    BEGIN;
  `,
  );
  const insertCall = db.prepare('INSERT INTO call(part, audio, start, recording) VALUES (?, ?, ?, ?)');
  const insertMark = db.prepare('INSERT INTO mark(name, value, call) VALUES (?, ?, ?)');
  const insertLink = db.prepare('INSERT OR IGNORE INTO link(account, main, how) VALUES (?, ?, ?)');
  const link: Link = (account, main, how) => void insertLink.run(account, main, how);
  let indexed = false;
  const index = (): void => {
    if (!indexed) db.exec('CREATE INDEX mark_value ON mark(name, value); CREATE INDEX mark_call ON mark(call)');
    indexed = true;
  };
  return namingFile(file, {
    add: (recording, part) => {
      const start = recording.callStart?.utc ?? null;
      const audio = recording.media.length > 0 ? 1 : 0;
      const id = Number(insertCall.run(part, audio, start === null ? null : Date.parse(start), JSON.stringify(recording)).lastInsertRowid);
      const marks = new Map<string, readonly [string, string]>();
      for (const { name, value } of [...recording.correlation, ...recording.sourceKeys]) {
        if (!meansNoId.test(value.trim()) && name !== 'copy-of' && name !== 'path') marks.set(`${name} ${value}`, [name, value.trim()]);
      }
      for (const { phone } of recording.parties) {
        const digits = comparable(phone?.raw ?? '');
        if (digits !== null) marks.set(`number ${digits}`, ['', digits]);
      }
      for (const [name, value] of marks.values()) insertMark.run(name, value, id);
    },
    joinByIds: () => {
      index();
      return joinByIds(db, link);
    },
    joinByWindow: (driftMs, windowMs) => joinByWindow(db, driftMs, windowMs),
    pairs: () =>
      db
        .prepare<[], CallPair>(
          `SELECT l.main, l.account, m.part AS mainPart, a.part AS accountPart, a.start - m.start AS startsApartMs
           FROM link l JOIN call m ON m.id = l.main JOIN call a ON a.id = l.account ORDER BY l.main, l.account`,
        )
        .iterate(),
    calls: function* () {
      const accountsOf = db.prepare<[number], { part: number; recording: string; how: JoinedBy; isFirst: number }>(
        `SELECT a.part, a.recording, l.how, l.main = (SELECT min(main) FROM link WHERE account = a.id) AS isFirst
         FROM link l JOIN call a ON a.id = l.account WHERE l.main = ? ORDER BY a.part, a.id`,
      );
      const mains = db.prepare<[], { id: number; part: number; recording: string }>(
        'SELECT id, part, recording FROM call WHERE id NOT IN (SELECT account FROM link) ORDER BY id',
      );
      for (const { id, part, recording } of mains.iterate()) {
        const accounts = accountsOf
          .all(id)
          .map((each) => ({ recording: read(each.recording), part: each.part, by: each.how, isFirst: each.isFirst === 1 }));
        yield { recording: read(recording), part, accounts };
      }
    },
    audioTwice: () =>
      db
        .prepare<[], { count: number }>(
          `SELECT count(*) AS count FROM (SELECT 1 FROM mark m JOIN call c ON c.id = m.call WHERE m.name <> '' AND c.audio = 1
           GROUP BY m.name, m.value HAVING count(DISTINCT c.part) > 1)`,
        )
        .get()?.count ?? 0,
    close: () => {
      db.close();
      rmSync(file, { force: true });
    },
  });
}

/** `add` wrote the text. */
function read(text: string): Recording {
  return JSON.parse(text) as Recording;
}

/** Returns the last digits of a number for comparison; null if it is too short. */
function comparable(raw: string): string | null {
  const digits = (/^(?:sips?:|tel:)?\+?([\d\s().-]{3,})/i.exec(raw.trim())?.[1] ?? '').replace(/\D/g, '');
  return digits.length < leastDigits ? null : digits.slice(-comparedDigits);
}

type Link = (account: number, main: number, how: JoinedBy) => void;

/** Yields unmatched descriptions without audio by part and number, in pages, because descriptions may be matched meanwhile. */
function* open(db: Db): Generator<{ readonly id: number; readonly part: number; readonly start: number | null }> {
  const page = db.prepare<[number, number], { id: number; part: number; start: number | null }>(
    `SELECT id, part, start FROM call WHERE audio = 0 AND (part, id) > (?, ?) AND id NOT IN (SELECT account FROM link)
     ORDER BY part, id LIMIT ${pageRows}`,
  );
  for (let last = { id: -1, part: -1 }, rows = page.all(-1, -1); rows.length > 0; rows = page.all(last.part, last.id)) {
    yield* rows;
    last = rows.at(-1) ?? last;
  }
}

/** Deletes ids that too many descriptions share; records these descriptions in `crowd`. */
function dropCrowded(db: Db): void {
  db.exec(`
    CREATE TEMP TABLE crowded AS SELECT m.name, m.value FROM mark m JOIN call c ON c.id = m.call WHERE m.name <> ''
      GROUP BY m.name, m.value HAVING sum(c.audio) > ${mostMains} OR count(*) > ${limits.linkedCalls};
    INSERT OR IGNORE INTO crowd SELECT m.call FROM crowded o JOIN mark m ON m.name = o.name AND m.value = o.value JOIN call c ON c.id = m.call WHERE c.audio = 0;
    DELETE FROM mark WHERE rowid IN (SELECT m.rowid FROM crowded o JOIN mark m ON m.name = o.name AND m.value = o.value);
  `);
}

function joinByIds(db: Db, link: Link): { joined: number; crowded: number } {
  dropCrowded(db);
  const sharing = db.prepare<[number, number, number | null], { id: number; audio: number }>(
    `SELECT DISTINCT c.id, c.audio FROM mark m JOIN mark n ON n.name = m.name AND n.value = m.value JOIN call c ON c.id = n.call
     WHERE m.call = ? AND m.name <> '' AND c.part <> ?
     AND (length(m.value) > ${serialDigits} OR m.value GLOB '*[^0-9]*' OR coalesce(abs(c.start - ?) <= ${serialMs}, 1))
     ORDER BY c.audio DESC, c.id LIMIT ${limits.linkedCalls}`,
  );
  const mainsOf = db.prepare<[number], { main: number; audio: number }>(
    'SELECT l.main, c.audio FROM link l JOIN call c ON c.id = l.main WHERE l.account = ?',
  );
  let joined = 0;
  // Two rounds: the first may match a call with audio to a description; the second then matches further descriptions that share an id with that call.
  for (const round of [1, 2]) {
    for (const { id, part, start } of open(db)) {
      const mains = new Map<number, boolean>();
      for (const other of sharing.all(id, part, start)) {
        const led = mainsOf.all(other.id);
        if (led.length === 0) mains.set(other.id, other.audio === 1);
        for (const { main, audio } of led) if (main !== id) mains.set(main, audio === 1);
      }
      let targets = [...mains].flatMap(([main, audio]) => (audio ? [main] : []));
      // If no description has audio, the one from the export that was named first is the main one: its descriptions have the lowest ids.
      if (targets.length === 0 && round === 2) {
        const first = [...mains.keys()].reduce((least, main) => Math.min(least, main), id);
        if (first !== id) targets = [first];
      }
      if (targets.length > mostMains) {
        db.prepare('INSERT OR IGNORE INTO crowd VALUES (?)').run(id);
        continue;
      }
      for (const main of targets) link(id, main, 'id');
      if (targets.length > 0) joined++;
    }
  }
  const crowded = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM crowd WHERE account NOT IN (SELECT account FROM link)').get();
  return { joined, crowded: crowded?.count ?? 0 };
}

function joinByWindow(db: Db, driftMs: (part: number, otherPart: number) => number | null, windowMs: number): { joined: number; ambiguous: number } {
  db.exec('CREATE INDEX IF NOT EXISTS call_start ON call(audio, part, start)');
  const near = db.prepare<[number, number, number, number, number], { id: number }>(
    // Selects by time first, because one number may occur in every call.
    `SELECT DISTINCT c.id FROM call c INDEXED BY call_start CROSS JOIN mark n ON n.call = c.id AND n.name = ''
     WHERE n.value IN (SELECT value FROM mark WHERE call = ? AND name = '') AND c.audio = 1 AND c.part = ? AND c.start BETWEEN ? AND ?
     AND NOT EXISTS (SELECT 1 FROM link l CROSS JOIN call a ON a.id = l.account WHERE l.main = c.id AND a.part = ?) LIMIT 9`,
  );
  const parts = db.prepare<[], { part: number }>('SELECT DISTINCT part FROM call WHERE audio = 1 ORDER BY part').all();
  const wish = db.prepare('INSERT OR REPLACE INTO wish(account, main) VALUES (?, ?)');
  let ambiguous = 0;
  for (const { id, part, start } of open(db)) {
    if (start === null) continue;
    const fitting = parts.flatMap((other) => {
      if (other.part === part) return [];
      const at = start - (driftMs(other.part, part) ?? 0);
      return near.all(id, other.part, at - windowMs, at + windowMs, part).map((each) => each.id);
    });
    const [only] = fitting;
    if (fitting.length > 1) ambiguous++;
    else if (only !== undefined) wish.run(id, only);
  }
  // A recording that two descriptions claim is matched to neither.
  const wished = 'SELECT main FROM wish GROUP BY main HAVING count(*) = 1';
  const joined = db.prepare(`INSERT INTO link(account, main, how) SELECT account, main, 'window' FROM wish WHERE main IN (${wished})`).run().changes;
  // Accounts of a description without audio move with it to the recording, with the weaker kind of match.
  db.exec(`INSERT OR IGNORE INTO link(account, main, how) SELECT b.account, a.main, 'window' FROM link b JOIN link a ON a.account = b.main;
    DELETE FROM link WHERE main IN (SELECT account FROM link)`);
  const refused = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM wish WHERE main NOT IN (${wished})`).get()?.count ?? 0;
  return { joined, ambiguous: ambiguous + refused };
}
