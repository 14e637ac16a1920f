/** What to look for; members are joined by "and". */
export interface CatalogQuery {
  /** Words over numbers, names, ids, tags; a trailing `*` finds beginnings. */
  readonly text?: string;
  /** ISO times or beginnings of them: [from, to). */
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
  /** Status that the join gave, whatever the audio made of it. */
  readonly joined?: string;
  /** The recorder's id of an interaction of several recordings. */
  readonly groupId?: string;
  readonly importer?: string;
  readonly site?: string;
  readonly direction?: string;
  readonly codec?: string;
  readonly bag?: string;
  /** Only those whose sound may be noise of a wrong decoding. */
  readonly doubtful?: boolean;
  /** An id or the beginning of one. */
  readonly recordingId?: string;
  readonly limit?: number;
}

/** The query as SQL with its values apart. */
export function whereOf(query: CatalogQuery): { readonly where: string; readonly values: readonly (string | number)[] } {
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const add = (term: string, ...given: string[]): void => {
    terms.push(term);
    values.push(...given);
  };
  if (query.text !== undefined) {
    const match = matchOf(query.text);
    if (match !== null) add('rowid IN (SELECT rowid FROM recording_text WHERE recording_text MATCH ?)', match);
  }
  if (query.from !== undefined) add('start >= ?', query.from);
  if (query.to !== undefined) add('start < ?', query.to);
  if (query.status !== undefined) add('status = ?', query.status);
  if (query.joined !== undefined) add('joined = ?', query.joined);
  if (query.groupId !== undefined) add('groupId = ?', query.groupId);
  if (query.importer !== undefined) add('importer = ?', query.importer);
  if (query.site !== undefined) add('site = ?', query.site);
  if (query.direction !== undefined) add('direction = ?', query.direction);
  if (query.codec !== undefined) add("(' ' || codecs || ' ') LIKE ('% ' || ? || ' %')", query.codec);
  if (query.doubtful === true) add('doubtful > 0');
  if (query.bag !== undefined) add('bag = ?', query.bag);
  if (query.recordingId !== undefined) add('(recordingId >= ? AND recordingId < ?)', query.recordingId, `${query.recordingId}\u{10ffff}`);
  return { where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, values };
}

/** Each word quoted, so that no sign of the query language of FTS5 has a meaning, but a trailing `*`. */
function matchOf(text: string): string | null {
  const words = text.split(/\s+/).filter((word) => word !== '' && word !== '*');
  if (words.length === 0) return null;
  return words.map((word) => (word.endsWith('*') ? `"${word.slice(0, -1).replaceAll('"', '""')}"*` : `"${word.replaceAll('"', '""')}"`)).join(' ');
}
