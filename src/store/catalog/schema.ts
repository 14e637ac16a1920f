import { type Db, isDouble } from '../database/database.ts';
import { earlierRevisions } from './earlier-revisions.ts';
import { keptTableSchema } from './kept-tables.ts';

/**
 * Version of the catalog, increased with each change of the tables below or of how entries are made. A catalog of another version is rebuilt, never migrated,
 * because it is derived data.
 */
export const catalogVersion = 20;

// `place` is the rowid: see position.ts. Searchable text is folded before it is stored (src/core/words/fold-text.ts): the tokenizer `ascii` treats every character beyond ASCII as part of a
// word and splits at blanks (sqlite.org/fts5.html, section 4.3.2), whereas `unicode61` folds by its own tables of a Unicode version of 2012.
const tables = `
CREATE TABLE bag (name TEXT PRIMARY KEY, recordings INTEGER NOT NULL, summary TEXT NOT NULL, state TEXT NOT NULL) STRICT;
CREATE TABLE recording (
  place INTEGER PRIMARY KEY, recordingId TEXT NOT NULL, bag TEXT NOT NULL REFERENCES bag(name) ON DELETE CASCADE, supersedes TEXT, importer TEXT NOT NULL,
  site TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, revision INTEGER NOT NULL, described TEXT NOT NULL, start TEXT, startCertainty TEXT, earliest INTEGER, latest INTEGER, zone TEXT NOT NULL, direction TEXT NOT NULL, status TEXT NOT NULL,
  joined TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT, groupId TEXT,
  durationMs REAL, originals INTEGER NOT NULL, copies INTEGER NOT NULL, originalBytes INTEGER NOT NULL, copyBytes INTEGER NOT NULL,
  erasedFiles INTEGER NOT NULL, presentMedia INTEGER NOT NULL, audioMs REAL,
  codecs TEXT NOT NULL, "from" TEXT NOT NULL, "to" TEXT NOT NULL, agent TEXT NOT NULL, agentWords TEXT NOT NULL, tags TEXT NOT NULL, tagWords TEXT NOT NULL, text TEXT NOT NULL, keys TEXT NOT NULL,
  labels TEXT NOT NULL, findings INTEGER NOT NULL, doubtful INTEGER NOT NULL, sound TEXT NOT NULL, latestEnd INTEGER, retention TEXT NOT NULL
) STRICT;
CREATE INDEX recording_bag ON recording(bag);
CREATE INDEX recording_unsure ON recording(place) WHERE latest > earliest;
CREATE INDEX recording_supersedes ON recording(supersedes) WHERE supersedes IS NOT NULL;
CREATE TABLE media (place INTEGER PRIMARY KEY REFERENCES recording(place) ON DELETE CASCADE, list TEXT NOT NULL) STRICT;
CREATE TABLE file (
  place INTEGER NOT NULL REFERENCES recording(place) ON DELETE CASCADE, n INTEGER NOT NULL, digest INTEGER, alike INTEGER NOT NULL, PRIMARY KEY (place, n)
) WITHOUT ROWID, STRICT;
CREATE TABLE earlier (
  recordingId TEXT NOT NULL, revision INTEGER NOT NULL, bag TEXT NOT NULL REFERENCES bag(name) ON DELETE CASCADE, described TEXT NOT NULL, fingerprint TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (recordingId, revision, bag)
) WITHOUT ROWID, STRICT;
CREATE INDEX earlier_bag ON earlier(bag);
CREATE VIRTUAL TABLE recording_text USING fts5(
  text, keys, agentWords, tagWords, labels, content='recording', content_rowid='place', columnsize=0, tokenize="ascii"
);
${keptTableSchema}
PRAGMA user_version = ${catalogVersion};
`;

// Names of the indexed columns alone: a rebuild of the index reads the text from the table.
const indexed = ['text', 'keys', 'agentWords', 'tagWords', 'labels'];
const triggers = `
CREATE TRIGGER recording_added AFTER INSERT ON recording BEGIN
  INSERT INTO recording_text(rowid, ${indexed.join(', ')}) VALUES (new.place, ${indexed.map((name) => `new.${name}`).join(', ')});
END;
CREATE TRIGGER recording_removed AFTER DELETE ON recording BEGIN
  INSERT INTO recording_text(recording_text, rowid, ${indexed.join(', ')}) VALUES ('delete', old.place, ${indexed.map((name) => `old.${name}`).join(', ')});
END;
`;

const partialTable = 'CREATE TABLE IF NOT EXISTS partial (bag TEXT PRIMARY KEY REFERENCES bag(name) ON DELETE CASCADE) STRICT';
const ledgerTable = 'CREATE TABLE IF NOT EXISTS ledger (digest TEXT PRIMARY KEY) STRICT';

/** Tables that are created on first use, by name; a catalog may lack them. */
export const tablesOnUse: ReadonlyMap<string, string> = new Map([
  ['partial', partialTable],
  ['ledger', ledgerTable],
]);

/** Marks a bag of which some documents could not be read, if it is indexed. The table of marks is created on first use, so it belongs to no version. */
export function markPartial(db: Db, bag: string): void {
  db.exec(partialTable);
  db.prepare('INSERT INTO partial(bag) SELECT name FROM bag WHERE name = ? ON CONFLICT DO NOTHING').run(bag);
}

/** Returns the bags of which some documents could not be read, in code-point order. */
export function partialBags(db: Db): string[] {
  if (!hasTable(db, 'partial')) return [];
  return db
    .prepare<[], { bag: string }>('SELECT bag FROM partial ORDER BY bag')
    .all()
    .map(({ bag }) => bag);
}

/** Stores that the catalog has nothing of what is in an erasure ledger. Like that of `markPartial`, the table belongs to no version. @param digest SHA-256 of the ledger */
export function markReplayed(db: Db, digest: string): void {
  db.exec(ledgerTable);
  db.prepare('INSERT INTO ledger(digest) VALUES (?) ON CONFLICT DO NOTHING').run(digest);
}

/** Returns true if `markReplayed` was called for a ledger. */
export function isReplayed(db: Db, digest: string): boolean {
  if (!hasTable(db, 'ledger')) return false;
  return db.prepare('SELECT 1 FROM ledger WHERE digest = ?').get(digest) !== undefined;
}

function hasTable(db: Db, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

/**
 * Creates the tables if they are absent or of another version, but not the triggers that update the word index: `settleWords` adds those.
 * @returns false if the tables existed
 */
export function prepareTables(db: Db): boolean {
  if (db.pragma('user_version', { simple: true }) === catalogVersion) return false;
  // Triggers and views are removed first, so that planted ones can neither run nor replace a table.
  const objects = db
    .prepare<[], { type: string; name: string }>(
      "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'trigger', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY type = 'trigger' DESC, type = 'view' DESC",
    )
    .all();
  for (const { type, name } of objects.filter((o) => o.type !== 'table' || !/^(?:recording|unread)_text_/.test(o.name)))
    db.exec(`DROP ${type} IF EXISTS "${name.replaceAll('"', '""')}"`);
  db.exec(tables);
  return true;
}

/** Creates everything that a catalog can contain, in an empty database. */
export function makeWholeSchema(db: Db): void {
  prepareTables(db);
  settleIds(db, () => undefined);
  settleFiles(db);
  settleWords(db);
  for (const table of tablesOnUse.values()) db.exec(table);
}

/** Bytes of words that FTS5 collects before a write; more bytes leave fewer segments to merge. */
const gatheredBytes = 32 * 1_024 * 1_024;
/** FTS5's default, used for the few rows of a bag. Source: sqlite.org/fts5.html, section 6.9. */
export const usualBytes = 1_024 * 1_024;

/**
 * Indexes the words of all recordings at once if a new catalog was filled without this index; from then on each recording is indexed when it is added. Atomic:
 * after a kill the next search indexes the words. Costs one query if the words are indexed already.
 */
export function settleWords(db: Db): void {
  if (areWordsSettled(db)) return;
  db.transaction(() => {
    // Another process may have indexed the words meanwhile.
    if (areWordsSettled(db)) return;
    const gather = (bytes: number): void => void db.exec(`INSERT INTO recording_text(recording_text, rank) VALUES ('hashsize', ${bytes})`);
    gather(gatheredBytes);
    db.exec("INSERT INTO recording_text(recording_text) VALUES ('rebuild')");
    gather(usualBytes);
    db.exec(triggers);
  }).immediate();
}

/** Merges the word indexes, which keep the words of removed rows until then. Source: sqlite.org/fts5.html, section 6.8. */
export function scrubWords(db: Db): void {
  for (const index of ['recording_text', 'unread_text']) db.exec(`INSERT INTO ${index}(${index}) VALUES ('optimize')`);
}

/**
 * Creates the index of ids. A new catalog is filled without it, because ids come in random order and each bag would touch every page of the index. If two bags
 * contain a recording, the newer revision counts; of equal revisions, the one in the later bag.
 * @param refresh recomputes the summary of a bag that lost a recording
 */
export function settleIds(db: Db, refresh: (bag: string) => void): void {
  if (areIdsSettled(db)) return;
  const make = (): void => void db.exec('CREATE UNIQUE INDEX recording_id ON recording(recordingId)');
  db.transaction(() => {
    if (areIdsSettled(db)) return;
    try {
      make();
    } catch (error) {
      if (!isDouble(error)) throw error;
      for (const bag of removeDoubles(db)) refresh(bag);
      make();
    }
  }).immediate();
}

/** Creates the indexes of files and keys. A new catalog is filled without them, for the reason that `settleIds` names. */
export function settleFiles(db: Db): void {
  const isSettled = (): boolean => db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'file_digest'").get() !== undefined;
  if (isSettled()) return;
  db.transaction(() => {
    // Another process may have created them meanwhile.
    if (isSettled()) return;
    db.exec('CREATE INDEX recording_key ON recording(key); CREATE INDEX file_alike ON file(alike)');
    db.exec('CREATE INDEX file_digest ON file(digest) WHERE digest IS NOT NULL');
  }).immediate();
}

/**
 * Removes recordings of which another bag contains a newer revision, or a later bag the same one. Those with a newer revision are kept among the earlier
 * descriptions.
 * @returns bags that lost a recording
 */
function removeDoubles(db: Db): ReadonlySet<string> {
  db.exec('CREATE INDEX recording_doubles ON recording(recordingId, revision, bag)');
  const doubles = db
    .prepare<[], { place: number; bag: string; isEarlier: number }>(
      `SELECT place, bag, EXISTS (SELECT 1 FROM recording s INDEXED BY recording_doubles WHERE s.recordingId = r.recordingId AND s.revision > r.revision) AS isEarlier
       FROM recording r WHERE EXISTS (SELECT 1 FROM recording s INDEXED BY recording_doubles
       WHERE s.recordingId = r.recordingId AND (s.revision > r.revision OR (s.revision = r.revision AND (s.bag > r.bag OR (s.bag = r.bag AND s.place > r.place)))))`,
    )
    .all();
  const earlier = earlierRevisions(db);
  const remove = db.prepare('DELETE FROM recording WHERE place = ?');
  for (const { place, isEarlier } of doubles) {
    if (isEarlier === 1) earlier.keep(BigInt(place));
    remove.run(BigInt(place));
  }
  db.exec('DROP INDEX recording_doubles');
  return new Set(doubles.map(({ bag }) => bag));
}

/** Returns true if the index of ids exists. */
export function areIdsSettled(db: Db): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'recording_id'").get() !== undefined;
}

/** Returns true if each recording's words are indexed when it is added; false while a new catalog is being filled. */
export function areWordsSettled(db: Db): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = 'recording_added'").get() !== undefined;
}
