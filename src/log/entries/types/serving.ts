import { of } from './meaning.ts';

/** Entries of `serve` and its users. */
export const servingEntries = {
  'serving-started': of('[`serve`](../how-to/serve.md) started: how people sign in, whether other machines can reach it, TLS'),
  'serving-stopped': of('`serve` stopped: how many requests it answered and bytes it sent'),
  'users-changed': of('the users file was read again: how many users it has, how many are new, changed and gone, and how many sessions were ended'),
  'user-signed-in': of('somebody signed in: `role`, the method, and the name of the `session`', {
    beside: 'through a provider `issuer` and `subject`',
  }),
  'user-signed-out': of('somebody signed out'),
  'sessions-ended': of(
    "sessions of a user were ended: how many (`sessions`), and whose: those of the user with the pseudonym `of`, ended by an administrator, or the user's own (`own`)",
    { beside: '`userEnded`' },
  ),
  searched: of('a search', {
    members: {
      by: 'the names of the fields that it searched, never the words',
      question: 'a digest that distinguishes the queries of a session',
      shown: 'the number of rows shown since its last entry',
      'from, to': 'which rows',
      sum: 'the total over its entries',
    },
    beside: '`query`, its words and filters',
  }),
  'recording-shown': of('all data about a recording were shown; entered once per hour and session'),
  'recording-listened': of('the access copy of a recording was played; entered once per hour and session'),
  'recording-taken': of(
    'a `file` of a recording was downloaded: an original, a row of the recorder, a proof, or any other file; for a part that was saved as WAV also its times in the file, `fromMs` and `toMs`',
  ),
  'export-asked': of('before an export that needs [a second person](../how-to/serve.md#a-second-person-for-large-exports) waits for approval', {
    members: {
      request: 'its id',
      'by, take': 'what it covers: the fields of its query, and which files',
      'case, masked': 'of a case: its id, and whether callers are masked',
      'recordings, hours': 'how many',
      setSha256: 'a digest of the ids of the recordings',
    },
    beside: '`reason`, `query`, `recordings`',
  }),
  'export-decided': of('before somebody else approves (`allowed` true) or refuses the `request` of the user whose pseudonym is `of`', {
    beside: '`askedBy`',
  }),
  'export-withdrawn': of('before the requester withdraws their `request`; `allowed` is true if a second person had approved it'),
  'cases-listed': of('the list of cases was shown; entered once per hour and session'),
  'case-shown': of(
    'a case was shown; entered once per hour and session. In a sealed archive also before a case is changed or handed over, since it has to be read for that',
  ),
  'case-read': of(
    'before descriptions and rows of `recordings` of a sealed archive are read for work on a `case` in the browser, up to 2,000 with each entry: those in the case, and those that a search looks at',
    { beside: '`recordings`, their ids' },
  ),
  'request-refused': of('requests were refused: why, how many, who if known, and which recording if there is one', {
    beside: '`addresses`, up to 20, if they may be kept',
  }),
} as const;
