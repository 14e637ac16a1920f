/** Description of an entry type. */
export interface EntryMeaning {
  /** Content of its erasable details besides the author; null: nothing. */
  readonly beside: string | null;
  /** When the entry is written and what its `detail` holds, as in docs/reference/log-entries.md. */
  readonly text: string;
}

const of = (text: string, beside: string | null = null): EntryMeaning => ({ beside, text });

/** All types of entries, in the order of an archive's life. */
export const entryTypes = {
  'archive-created': of('first entry: the id of the archive, its key, the SHA-256 of `longplay.json`, `README.txt` and `check.py`'),
  'verifier-written': of('an import put `check.py` into an archive that had none, or an older one; `verifierSha256` is its digest'),
  'import-started': of('an import began: its job, importers and what was planned'),
  'bag-intended': of('before a bag appears: as what it is to land, with all members of its landing. What a crash left is compared with this'),
  'bag-withdrawn': of('a bag was announced, has not appeared, and no job makes it any more'),
  'bag-set-aside': of(
    'a bag that was not the announced one, or that an earlier version landed without an announcement (`announced` false), went to `quarantine/` to be made again',
  ),
  'bag-landed': of(
    'a bag took its place. The digests of its tag manifests fix every byte of it; `recordingsRoot` is the root of the tree over its recordings; `recovered` where the run before it ended in between',
  ),
  'import-finished': of('an import came to its end: how many recordings landed, were not playable, doubtful, left out'),
  'report-kept': of(
    'before the report of an import appears below `reports/`: `job`, its folder, and SHA-256 and size of its files: `report.json` (`sha256`, `bytes`), `report.html` (`page…`), `recordings.csv` (`csv…`), `recordings.jsonl` (`lines…`)',
  ),
  'difference-accepted': of(
    'differences that somebody reviewed and accepted (`--accept`): `code`, how many there were (`found`), up to how many are `accepted`, `reasonMark`, a keyed digest of the reason, and `request`, a digest that stands for sources and options',
    '`reason`',
  ),
  'verification-started': of('a verification began: of what, how deep, by which schedule'),
  'bag-verified': of(
    'a verification read a bag, or could not: `verdict`, files, bytes, what was played; `calls` with faults, and ids of the first 100 that are `damaged`, and `lost`',
  ),
  'verification-finished': of('a verification came to its end: what it read, what it found; `complete` is false where it was stopped'),
  'canaries-checked': of('a run that decodes looked at the samples that ship'),
  'decoders-compared': of('a decoder has changed, and a sample of each stratum was compared'),
  'sample-drawn': of(
    'before a random sample is decoded (`verify --sample`): the state of the log that gives the `seed` (`size`, `root`), how many were `asked` for and `drawn`, from a `population` of recordings with sound, and SHA-256 of the ids of both (`populationSha256`, `drawnSha256`); see [the statement](../how-to/statement.md#a-random-sample)',
  ),
  'sample-decoded': of(
    'what came of it: `played`, of these `otherwise`, `failed`, `untried`, and by stratum; a draw without this entry has not ended',
  ),
  'key-rotated': of('another key signs from here on, with the signature of the old one'),
  'key-replaced': of('another key signs from here on, and nobody vouches for it'),
  'replica-added': of('a [replica](../how-to/replicas.md) was registered: name, path, medium, period'),
  'replica-moved': of('it lies elsewhere from here on'),
  'replica-removed': of('it is none any more'),
  'bag-copied': of('a bag was copied to a replica, and read there again'),
  'bag-repaired': of('a bag was brought back from a copy'),
  'file-repaired': of('a file was brought back from a copy'),
  'drill-finished': of('bags were restored from a copy and judged by foreign programs: how many, and how many failed'),
  'rehash-intended': of('a bag is about to be given [a further digest](archive-format.md#when-a-digest-ages): what its manifests will be'),
  'bag-rehashed': of('it has it'),
  'rehash-withdrawn': of(
    'it will not be given it (`rehash --withdraw`): the bag is as it was, and an announcement before this entry is void',
    '`reason`',
  ),
  'log-rehashed': of('the log has it'),
  'checkpoint-stamped': of('an authority stamped a state of the log ([time stamps](../how-to/time-stamps.md)): authority, time, files'),
  'stamp-renewed': of('a stamp was stamped again'),
  'evidence-rehashed': of('stamps were hashed again with a stronger digest'),
  'checkpoint-witnessed': of(
    'a witness gave back signatures, and they are kept: `file` below `log/witness`, its `sha256` and `bytes`, number of `cosignatures`',
  ),
  'statement-signed': of('[the statement](../how-to/statement.md) was signed: `sha256` of `statement.json`, `textSha256` of `statement.txt`'),
  'viewer-written': of('[the viewer](../how-to/viewer.md) was written: `listSha256`, the digest of the list of its files'),
  exported: of(
    "an export: how many `recordings`, `files` and `bytes` were handed out, `complete` false where it was stopped. Which recordings, the `export-begun` entries before it have; for those of a case, its own details where they are few. Where the archive may only be read, or this machine has no key, the export is made and says that it is not entered (P172). That of a [case](../how-to/cases.md) has its id in `case`, `messages`, `masked`, and the digests of the bag's tag manifests (`tagManifestSha256`, `tagManifestSha512`), which cover all that was handed over; `handOver`, its number among those of the case; `withheld`, how many items were kept back, and `reduced`, whether its case.json says nothing of them; of a supplement `supplementTo` and `supplementToSha256`, number and digest of the hand-over that it adds to; and how long the lists of the case were (`removed`, `decisions`, `reviews`, `messageFiles`)",
    '`recordings`, of a case with up to 2,000; else `export-begun` entries have them',
  ),
  'handed-over': of(
    'the bag of a hand-over, which the `exported` entry before it tells of, lies under its name: `case`, `handOver`. Without this entry the run was stopped in between, and nobody has that hand-over',
  ),
  listened: of('`play` played a recording on the machine of the archive: `recordingId`, before the first sound'),
  'case-changed': of('a [case](../how-to/cases.md) was made or changed: `case`, what was done (`deed`), numbers, `sha256` of case.json'),
  'case-messages': of('a file of messages was taken into a case: `case`, `set`, number of `messages`, its `sha256`'),
  'case-deleted': of(
    'before a case is deleted (`case delete`, `found` true), or when somebody acknowledges that one is gone (`case forget`, false): `case`',
    '`reason`',
  ),
  'note-added': of(
    'somebody put a note or a tag (`kind`) to a `recording` ([notes](../how-to/notes.md)): its id (`note`), and where it is about a part of a sound `fromMs`, `toMs` and, if known, `file`',
    '`text`',
  ),
  'note-withdrawn': of('a note or tag (`note`) of a `recording` does not hold any more; its first entry stays', '`reason`'),
  'details-forgotten': of(
    'before details of entries are erased (`log forget`, `note erase`): those of the entries `fromSeq` to `toSeq`, of the pseudonym `of` or of everybody (null). With `note` they are those of one note or tag, what it said and why it was withdrawn. With `keepsErasures` those of earlier erasures stay, but where `of` caused them. With `lost` nothing is erased: somebody acknowledged that no copy has them any more',
    '`reason`',
  ),
  'serving-started': of('[`serve`](../how-to/serve.md) began: how people come in, whether other machines reach it, TLS'),
  'serving-stopped': of('it ended: requests and bytes'),
  'users-changed': of('the users file was read again: how many users there are, are new, changed, gone, and how many sessions ended'),
  'user-signed-in': of('somebody came in: `role`, by what, and the name of the `session`', 'through a provider `issuer` and `subject`'),
  'user-signed-out': of('and left'),
  'sessions-ended': of(
    'somebody ended `sessions` (how many) of a user: one who administers, those of the user whose pseudonym is `of`, or a user their own (`own`)',
    '`userEnded`',
  ),
  searched: of(
    'a search: which members were asked for (`by`, never the words), a digest that tells questions of a session apart (`question`), rows that were shown since the last entry of it (`shown`), which (`from`, `to`), and how many all its entries come to (`sum`)',
    '`query`, its words and filters',
  ),
  'recording-shown': of('everything about a recording was shown, once an hour for a session'),
  'recording-listened': of('its copy was heard, once an hour for a session'),
  'recording-taken': of(
    'a `file` of it left: an original, a row of the recorder, a proof, or whatever is taken along; of a part that was saved as WAV also its times in the file, `fromMs` and `toMs`',
  ),
  'export-asked': of(
    'before an export that needs [a second person](../how-to/serve.md#a-second-person-for-large-exports) waits for one: `request`, its id, what it is of (`by`, or `case` and `masked`; `take`), how many `recordings` and `hours`, and `setSha256`, a digest of their ids',
    '`reason`, `query`, `recordings`',
  ),
  'export-decided': of('before somebody else allows it or refuses it (`allowed`): the `request` of the user whose pseudonym is `of`', '`askedBy`'),
  'export-withdrawn': of('before who asked withdraws their `request`; `allowed` is true where a second person had allowed it'),
  'export-begun': of(
    'an export is about to hand out recordings, up to 2,000 with each entry; `exported` follows. Where a second person allowed it `request`, and their pseudonym is `of`; so has `exported` of a case',
    '`recordings`, their ids; by `serve` the `query`; `allowedBy`, the second person',
  ),
  'cases-listed': of('the list of cases was shown, once an hour for a session'),
  'case-shown': of('a case was shown, once an hour for a session'),
  'request-refused': of(
    'requests were turned away: why, how many, who if known, and which recording where there is one',
    '`addresses`, up to 20, where they may be kept',
  ),
  'log-repaired': of('what was wrong with the log when a run wanted to write to it, and was mended. These three stay for ever'),
  'log-shortened': of('entries were lost: how many this machine had seen, and how many are left'),
  'log-restarted': of('the log was gone and began anew'),
} as const satisfies Readonly<Record<string, EntryMeaning>>;

/** A type of entry. */
export type EntryType = keyof typeof entryTypes;
