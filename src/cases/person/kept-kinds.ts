/** How `longplay subject` and an erasure treat one kind of data that an archive keeps. */
export interface KeptKind {
  /** What of it is searched, as the answer lists it; null: it is not searched. */
  readonly searched: string | null;
  /** What of it is not searched, as the answer lists it; null: everything of it is searched, or it is derived from what is. */
  readonly notSearched: string | null;
  /** How it is erased: with the recording, by a request of its own, or by another command. */
  readonly erased: string;
}

/**
 * Every kind of data that an archive keeps. A test compares `topLevelKinds` with the files and folders at the top of an archive, so that a new one must have a
 * kind; members of documents and types of log entries need none, because the search reads all of them except ids and digests.
 */
export const keptKinds = {
  recordings: {
    searched: 'parties: numbers, names, agent ids, devices; the same in what other exports say of the call',
    notSearched: 'what is said in the recordings: speech is not searched',
    erased: 'by request, as a whole',
  },
  fields: {
    searched: 'keys, correlation ids, groups, organisation, tags, retention, quality, events and all fields without a place of their own',
    notSearched: null,
    erased: 'with the recording',
  },
  originals: {
    searched: 'names and paths of the original files, site and source',
    notSearched: 'names and numbers inside the original files (tags, SIP messages of captures) that no importer reads',
    erased: 'with the recording, or alone with --only',
  },
  findings: { searched: 'findings of the import', notSearched: null, erased: 'with the recording' },
  sources: {
    searched: 'the rows and sidecars that described the recording, as they stood; of a vCon also its texts, transcripts and attachments, decoded',
    notSearched: null,
    erased: 'with the recording, or alone with --only; a vCon of several recordings with each of them (E137)',
  },
  tables: {
    searched: 'all lines of the kept tables, including those that belong to no recording',
    notSearched: null,
    erased: 'rows with their recording, or by request with --row',
  },
  messages: {
    searched:
      'messages of all cases: senders, recipients, subjects, texts, names of attachments; all header fields and the HTML of mails, all cells of the rows of tables, transcripts and attachments of vCons',
    notSearched: 'content of attachments of messages, and rows of their tables that could not be read as messages',
    erased: 'by request with --message or --from-case',
  },
  cases: {
    searched: 'all cases: title, data subject, words of searches, reasons, decisions, reviews, comparisons with lists',
    notSearched: null,
    erased: 'what concerns an erased recording with it; otherwise with the case: longplay case delete',
  },
  log: {
    searched: 'notes and tags, and the details of all log entries: reasons, queries, names of users',
    notSearched: null,
    erased: 'with the recording that they name; otherwise: longplay note erase, longplay log forget --entry',
  },
  reports: {
    searched: null,
    notSearched: 'reports of imports: they name source files and keys; they are erased with each recording that they name',
    erased: 'with the recording',
  },
  quarantine: { searched: null, notSearched: 'quarantined files, which repairs replaced', erased: 'with the recording' },
  jobs: {
    searched: null,
    notSearched: 'plans of unfinished imports: repeat the import, then search again',
    erased: 'discarded by an erasure that concerns them',
  },
  derived: { searched: null, notSearched: null, erased: 'catalog, text index and viewer are rewritten without the recording' },
  outside: {
    searched: null,
    notSearched: 'exports, hand-overs of cases, and backups outside of the archive',
    erased: 'by hand: erase run names the log entries of exports and hand-overs (E129)',
  },
} as const satisfies Readonly<Record<string, KeptKind>>;

/** Name of a kind of kept data. */
type KeptKindName = keyof typeof keptKinds;

const kinds: readonly KeptKind[] = Object.values(keptKinds);

/** What is searched for a person, as the answer lists it. */
export const searchedPlaces: readonly string[] = kinds.flatMap(({ searched }) => searched ?? []);

/** What is never searched, as the answer lists it. */
export const neverSearched: readonly string[] = kinds.flatMap(({ notSearched }) => notSearched ?? []);

/** The kind of data in each folder and file at the top of an archive; null: it has no words about a person. */
export const topLevelKinds: Readonly<Record<string, KeptKindName | null>> = {
  bags: 'recordings',
  cases: 'cases',
  log: 'log',
  reports: 'reports',
  quarantine: 'quarantine',
  jobs: 'jobs',
  viewer: 'derived',
  'viewer.html': 'derived',
  'catalog.sqlite': 'derived',
  'longplay.json': null,
  'README.txt': null,
  'check.py': null,
};
