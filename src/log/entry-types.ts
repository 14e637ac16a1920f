/** Whom an entry can name, beside bags, recordings, cases, numbers and digests: nobody; users by the id that they sign in with; or what users wrote as a reason. Never callers. */
export type EntryNames = 'nobody' | 'users' | 'reasons';

/** What an entry of the log tells. */
export interface EntryMeaning {
  readonly names: EntryNames;
  /** When it is entered and what its `detail` holds, as docs/log-entries.md has it. */
  readonly text: string;
}

const of = (names: EntryNames, text: string): EntryMeaning => ({ names, text });

/** All types of entries, in the order of a life of an archive: the one list of them. */
export const entryTypes = {
  'archive-created': of('nobody', 'first entry: the id of the archive, its key, the SHA-256 of `longplay.json`, `README.txt` and `check.py`'),
  'verifier-written': of('nobody', 'an import put `check.py` into an archive that had none, or an older one; `verifierSha256` is its digest'),
  'import-started': of('nobody', 'an import began: its job, importers and what was planned'),
  'bag-intended': of(
    'nobody',
    'before a bag appears: as what it is to land, with all members of its landing. What a crash left is compared with this',
  ),
  'bag-withdrawn': of('nobody', 'a bag was announced, has not appeared, and no job makes it any more'),
  'bag-set-aside': of(
    'nobody',
    'a bag that was not the announced one, or that an earlier version landed without an announcement (`announced` false), went to `quarantine/` to be made again',
  ),
  'bag-landed': of(
    'nobody',
    'a bag took its place. The digests of its tag manifests fix every byte of it; `recordingsRoot` is the root of the tree over its recordings; `recovered` where the run before it ended in between',
  ),
  'import-finished': of('nobody', 'an import came to its end: how many recordings landed, were not playable, doubtful, left out'),
  'difference-accepted': of(
    'reasons',
    'differences that somebody reviewed and accepted (`--accept`): `code`, how many there were (`found`), up to how many are `accepted`, the `reason` in their words, and `request`, a digest that stands for sources and options',
  ),
  'verification-started': of('nobody', 'a verification began: of what, how deep, by which schedule'),
  'bag-verified': of('nobody', 'a verification read a bag, or could not: `verdict`, files, bytes, what was played'),
  'verification-finished': of('nobody', 'a verification came to its end: what it read, what it found; `complete` is false where it was stopped'),
  'canaries-checked': of('nobody', 'a run that decodes looked at the samples that ship'),
  'decoders-compared': of('nobody', 'a decoder has changed, and a sample of each stratum was compared'),
  'key-rotated': of('nobody', 'another key signs from here on, with the signature of the old one'),
  'key-replaced': of('nobody', 'another key signs from here on, and nobody vouches for it'),
  'replica-added': of('nobody', 'a [replica](replicas.md) was registered: name, path, medium, period'),
  'replica-moved': of('nobody', 'it lies elsewhere from here on'),
  'replica-removed': of('nobody', 'it is none any more'),
  'bag-copied': of('nobody', 'a bag was copied to a replica, and read there again'),
  'bag-repaired': of('nobody', 'a bag was brought back from a copy'),
  'file-repaired': of('nobody', 'a file was brought back from a copy'),
  'drill-finished': of('nobody', 'bags were restored from a copy and judged by foreign programs: how many, and how many failed'),
  'rehash-intended': of('nobody', 'a bag is about to be given [a further digest](archive-format.md#when-a-digest-ages): what its manifests will be'),
  'bag-rehashed': of('nobody', 'it has it'),
  'log-rehashed': of('nobody', 'the log has it'),
  'checkpoint-stamped': of('nobody', 'an authority stamped a state of the log ([time stamps](time-stamps.md)): authority, time, files'),
  'stamp-renewed': of('nobody', 'a stamp was stamped again'),
  'evidence-rehashed': of('nobody', 'stamps were hashed again with a stronger digest'),
  'statement-signed': of('nobody', '[the statement](statement.md) was signed: `sha256` of `statement.json`'),
  'viewer-written': of('nobody', '[the viewer](viewer.md) was written: `listSha256`, the digest of the list of its files'),
  exported: of(
    'users',
    'an export: how many `recordings`, `files` and `bytes` were handed out, `complete` false where it was stopped. On the command line it does not say of whom, what for and to whom; by `serve` it names the user. Where the archive may only be read, or this machine has no key, the export is made and says that it is not entered (P172). That of a [case](cases.md) has its id in `case`, `messages`, and `masked`',
  ),
  listened: of('nobody', '`play` played a recording on the machine of the archive: `recordingId`, before the first sound'),
  'case-changed': of(
    'users',
    'a [case](cases.md) was made or changed: `case`, what was done (`deed`), numbers, `sha256` of case.json; by `serve` the user',
  ),
  'case-messages': of('users', 'a file of messages was taken into a case: `case`, `set`, number of `messages`, its `sha256`; by `serve` the user'),
  'serving-started': of('nobody', '[`serve`](serve.md) began: how people come in, whether other machines reach it, TLS'),
  'serving-stopped': of('nobody', 'it ended: requests and bytes'),
  'users-changed': of('nobody', 'the users file was read again: how many users there are, are new, changed, gone, and how many sessions ended'),
  'user-signed-in': of('users', 'somebody came in: `user`, `role`, by what, and the name of the `session`'),
  'user-signed-out': of('users', 'and left'),
  'sessions-ended': of('users', 'somebody who administers ended the sessions of a user (`of`)'),
  searched: of(
    'users',
    'a search: which members were asked for (`by`, never the words), a digest that tells questions of a session apart (`question`), rows that were shown since the last entry of it (`shown`), and which (`from`, `to`)',
  ),
  'recording-shown': of('users', 'everything about a recording was shown, once an hour for a session'),
  'recording-listened': of('users', 'its copy was heard, once an hour for a session'),
  'recording-taken': of('users', 'a `file` of it left: an original, a row of the recorder, a proof, or whatever is taken along'),
  'export-begun': of('users', 'a zip of a search was asked for; `exported` follows'),
  'cases-listed': of('users', 'the list of cases was shown, once an hour for a session'),
  'case-shown': of('users', 'a case was shown, once an hour for a session'),
  'request-refused': of('users', 'requests were turned away: why, how many, who if known, and which recording where there is one'),
  'log-repaired': of('nobody', 'what was wrong with the log when a run wanted to write to it, and was mended. These three stay for ever'),
  'log-shortened': of('nobody', 'entries were lost: how many this machine had seen, and how many are left'),
  'log-restarted': of('nobody', 'the log was gone and began anew'),
} as const satisfies Readonly<Record<string, EntryMeaning>>;

/** One of them. */
export type EntryType = keyof typeof entryTypes;
