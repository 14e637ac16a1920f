/** Description of an entry type. */
export interface EntryMeaning {
  /** Content of the erasable details apart from the author; null: nothing. */
  readonly beside: string | null;
  /** When the entry is written and what its `detail` contains, as in docs/reference/log-entries.md. */
  readonly text: string;
}

const of = (text: string, beside: string | null = null): EntryMeaning => ({ beside, text });

/** All types of entries, in the order of an archive's life. */
export const entryTypes = {
  'archive-created': of('first entry: the id of the archive, its key, the SHA-256 of `longplay.json`, `README.txt` and `check.py`'),
  'verifier-written': of('an import put `check.py` into an archive that had none, or an older one; `verifierSha256` is its digest'),
  'import-started': of('an import began: its job, importers and plan'),
  'bag-intended': of('before a bag appears: all members of its `bag-landed` entry. After a crash, what is on the disk is compared with it'),
  'bag-withdrawn': of('an announced bag has not appeared, and no job will make it'),
  'bag-set-aside': of(
    'a bag that differed from its announcement, or that an earlier version made without an announcement (`announced` false), was moved to `quarantine/` to be made again',
  ),
  'bag-landed': of(
    'a bag was moved into place. The digests of its tag manifests determine every byte of it; `recordingsRoot` is the root of the tree over its recordings; `tables` is the number of tables in a bag of tables; `making` is the page of the keyring with the secrets of a sealed bag; `recovered` if the run that announced it was killed and a later one wrote this entry; `seals` if an open bag was replaced by its sealed form',
  ),
  'import-finished': of('an import finished: how many recordings were imported, not playable, doubtful, left out'),
  'import-discarded': of(
    'before the plan and the drafts of an unfinished import (`job`) are removed, because that import would bring back what was erased',
  ),
  'report-kept': of(
    'before the report of an import appears below `reports/`: `job`, its folder, and SHA-256 and size of its files: `report.json` (`sha256`, `bytes`), `report.html` (`page…`), `recordings.csv` (`csv…`), `recordings.jsonl` (`lines…`). In a sealed archive the names end in `.age`, and `page` is the page of the keyring with their secrets',
  ),
  'difference-accepted': of(
    'differences that somebody reviewed and accepted (`--accept`): `code`, the number `found`, the largest `accepted` number, `reasonMark`, a keyed digest of the reason, and `request`, a digest of sources and options',
    '`reason`',
  ),
  'verification-started': of('a verification began: what it covers, whether it decodes, and by which schedule it runs'),
  'bag-verified': of(
    'a verification read a bag, or could not: `verdict`, files, bytes, what was played; `untried`, how many recordings, kept tables and amendments could not be tried; `unopened` and `closed`, for how many recordings and how many kept tables and amendments the keyring has no secrets; `acknowledged`, for how many the secrets are lost for good; the number of `calls` with faults, and the ids of the first 100 calls that are `damaged` and that are `lost`; `examined`, the version of longplay, if the run examined everything in the bag and found nothing, with `media`, `sounding`, and `entriesSha256`, a digest of the catalog entries that follow from the bag: later runs of the same version compare only the bytes',
  ),
  'verification-finished': of(
    'a verification finished: what it read, what it found; if it decodes, `untried`, how many recordings could not be tried; in a sealed archive `opened`, how many kept tables, reports, private details and cases it opened, and `closed`, for how many the keyring has no secrets; `acknowledged`, for how many recordings and other items the secrets are lost for good; `complete` is false if it was stopped; `examinedBefore`, how many bags had the bytes that an earlier run examined; `catalogSha256`, the digest of a sound catalog that agrees with all bags',
  ),
  'canaries-checked': of('a run that decodes tested the samples that ship with longplay'),
  'decoders-compared': of('a decoder has changed, and a sample of each stratum was compared'),
  'sample-drawn': of(
    'before a random sample is decoded (`verify --sample`): the state of the log that gives the `seed` (`size`, `root`), how many recordings were `asked` for and `drawn`, from a `population` of recordings with sound, and SHA-256 of the ids of both (`populationSha256`, `drawnSha256`); see [the statement](../how-to/statement.md#a-random-sample)',
  ),
  'sample-decoded': of(
    'the result of a `sample-drawn`: how many recordings were `played`, how many of these with slightly different samples (`otherwise`), how many `failed` or could not be tried (`untried`), in total and by stratum; a draw without this entry did not finish',
  ),
  'key-rotated': of('from here on another key signs, and the old key signed this change'),
  'key-replaced': of('from here on another key signs, and the old key did not sign this change'),
  'replica-added': of(
    'a [replica](../how-to/replicas.md) was registered: name, path, medium, period; `lockedUntil`, the last day on which nothing can be deleted from its medium',
    '`reason` why the copies of an open archive may be on such a medium',
  ),
  'replica-moved': of('a replica was moved: from here on it is at another path'),
  'replica-removed': of('a replica was removed from the register; its files stay'),
  'bag-copied': of('a bag was copied to a replica, and read there again'),
  'bag-repaired': of('a bag was restored from a copy'),
  'file-repaired': of('a file was restored from a copy'),
  'drill-finished': of('bags were restored from a copy and judged by third-party programs: how many, and how many failed'),
  'rehash-intended': of('before a bag gets [a further digest](archive-format.md#when-a-digest-ages): the digests of its new manifests'),
  'bag-rehashed': of('a bag got the further digest'),
  'rehash-withdrawn': of(
    'the bag will not get the digest (`rehash --withdraw`): it is unchanged, and an announcement before this entry is void',
    '`reason`',
  ),
  'log-rehashed': of('the log got a further digest'),
  'checkpoint-stamped': of('an authority stamped a state of the log ([time stamps](../how-to/time-stamps.md)): authority, time, files'),
  'stamp-renewed': of('a stamp was renewed with a new stamp'),
  'evidence-rehashed': of('stamps were hashed again with a stronger digest'),
  'checkpoint-witnessed': of(
    'a witness returned signatures, and they are stored: `file` below `log/witness`, its `sha256` and `bytes`, number of `cosignatures`',
  ),
  'statement-signed': of('[the statement](../how-to/statement.md) was signed: `sha256` of `statement.json`, `textSha256` of `statement.txt`'),
  'viewer-written': of('[the viewer](../how-to/viewer.md) was written: `listSha256`, the digest of the list of its files'),
  exported: of(
    "an export: how many `recordings`, `files` and `bytes` were handed out, `complete` false if it was stopped. The `export-begun` entries before it list the recordings; of a case with few recordings, its own details list them. If the archive is read-only, or this machine has no key, the export is made and reports that it is not in the log (P172). The export of a [case](../how-to/cases.md) has the id of the case in `case`, `messages`, `masked`, and the digests of the bag's tag manifests (`tagManifestSha256`, `tagManifestSha512`), which cover everything that was handed over; `handOver`, its number among those of the case; `withheld`, the number of withheld items, and `reduced`, whether its case.json omits them; for a supplement `supplementTo` and `supplementToSha256`, number and digest of the hand-over that it adds to; and the lengths of the lists in the case (`removed`, `decisions`, `reviews`, `messageFiles`)",
    '`recordings`, of a case with up to 2,000; otherwise `export-begun` entries have them',
  ),
  'handed-over': of(
    'the bag of a hand-over, which the `exported` entry before it records, has its final name: `case`, `handOver`. Without this entry the run was stopped in between, and nobody has that hand-over',
  ),
  listened: of('`play` played a recording on the machine of the archive: `recordingId`, before the playback starts'),
  'case-changed': of('a [case](../how-to/cases.md) was changed: `case`, the action (`deed`), numbers, `sha256` of case.json, `page` if sealed'),
  'case-messages': of('a message file was added to a case: `case`, `set`, number of `messages`, its `sha256` (not of a sealed case)'),
  'case-deleted': of(
    'before a case is deleted (`case delete`, `found` true), or when somebody acknowledges that one is gone (`case forget`, false): `case`',
    '`reason`',
  ),
  'note-added': of(
    'a note or tag (`kind`) was added to a `recording` ([notes](../how-to/notes.md)): its id (`note`) and, if it refers to a part of the audio, `fromMs`, `toMs` and, if known, `file`',
    '`text`',
  ),
  'note-withdrawn': of('a note or tag (`note`) of a `recording` was withdrawn; its first entry stays', '`reason`'),
  'details-forgotten': of(
    'before details of entries are erased (`log forget`, `note erase`): those of the entries `fromSeq` to `toSeq`, of the pseudonym `of` or of everybody (null). With `note` they are those of one note or tag: its text and why it was withdrawn. With `keepsErasures` the details of earlier erasures stay, unless `of` caused them. With `lost` nothing is erased: somebody acknowledged that no copy has them',
    '`reason`',
  ),
  hold: of(
    'before recordings are protected by a [legal hold](../how-to/legal-hold.md): its id (`hold`), the number of `recordings` and of lists of them (`parts`), the `case`, if the hold covers the recordings of a case, `following` if it also covers what its query finds later, and `until`, when it ends by itself',
    '`reason`',
  ),
  'hold-list': of(
    'the recordings of a `hold`, up to 2,000 with each entry: `part`, from 1, and the number of `recordings`. `log forget` erases these details only if it names this one entry',
    '`recordings`, their ids; with the first part the `query`',
  ),
  release: of('a `hold` ends', '`reason`'),
  retain: of(
    'a version of the [retention policy](../reference/retention-policy.md) is in force from here on: `version`, the number of its `rules`, and `policyMark`, a keyed digest of its file',
    '`reason`',
  ),
  'retain-rules': of(
    'the rules of a `version` of the retention policy. `log forget` erases these details only if it names this one entry',
    '`policy`, its values as JSON; `text`, its file',
  ),
  'approver-added': of(
    'a person may [approve erasures](../how-to/erasure.md) from here on: `key`, the public key, and the pseudonym of the person as `of`',
    '`name` of the person',
  ),
  'unseal-requested': of('somebody asks to [unseal](../how-to/sealed-archives.md#unseal-it) the archive: the id of the `request`', '`reason`'),
  'unseal-approved': of('a second person approved the `request`: the id of their key (`approver`), and the `signature` of the key'),
  'unseal-begun': of('before the archive is written in clear into another folder, on an approved `request`: how many `bags` it has'),
  unsealed: of(
    'the archive was written in clear on a `request`: how many `bags` and `recordings` (also amendments and kept tables) that run wrote, how many were `erased` before, how many could not be opened (`left`), and `bytes`; `complete`, whether nothing was left, so that the request permits nothing further',
  ),
  'sealing-begun': of(
    'before an open archive is [sealed](../how-to/sealed-archives.md#seal-an-open-archive): `page` of the keyring with the secrets of the archive, the number of its `bags`, and `markerSha256`, the digest of `longplay.json` from here on. The previous file has the salt of the ids in clear, and must not be restored',
  ),
  'details-sealed': of(
    'before details of earlier entries are replaced by sealed ones: `bundle`, the number of their file, and `lines`, the SHA-256 of each sealed line, separated by blanks. A sealed line names the plain one by the digest that the entries have',
  ),
  'sealing-finished': of(
    'the whole archive is sealed: how many `bags` were sealed, and `markerSha256`, the digest of `longplay.json` from here on. A replica owes the sealing until its `erasure-carried` entry',
  ),
  'loss-requested': of(
    'somebody reports that pages of the keyring are [lost for good](../how-to/keyring.md#pages-that-are-lost-for-good): the id of the `request`, the `count` of its pages, `set`, the SHA-256 of all of them, and `pages`, their ids separated by blanks, up to 1,000 with each entry',
    '`reason`, with the first entry',
  ),
  'loss-approved': of(
    'a second person approved the `request`, so the loss is acknowledged: the id of their key (`approver`), and the `signature` of the key over archive, request and `set`',
  ),
  'pages-found': of('a verification found `pages` whose loss was acknowledged: the acknowledgement no longer covers them'),
  'approver-removed': of('the key `approver` approves no further erasures', '`reason`'),
  'erasure-requested': of(
    'somebody asks for the [erasure](../how-to/erasure.md) of `recordings`: the id of the `request`, its `ground`, `set`, a keyed digest of their ids, `due`, the day by which it is to be done, and `waitMs`, the time between approval and execution; `parts`, the number of rows, files and messages that it also covers; `set` includes them. A request with a long list has several entries',
    '`reason`, `recordings`, their ids, and `parts`; erased with the recordings',
  ),
  'erasure-approved': of(
    'a second person approved a `request`: the id of their key (`approver`), the time `from` which it may be executed, and the `signature` of the key over the request and this time; `now`, whether the waiting time was waived. A later approval ends the waiting time',
    '`reason`, if it was waived',
  ),
  'erasure-withdrawn': of('a `request` was withdrawn; nothing is erased', '`reason`'),
  'erasure-intended': of(
    'before a bag is written again without the erased recordings of a `request`, or removed: how many `recordings` are erased, and how many are `left`. If any are left, a `bag-intended` entry with `rewrites` follows. In a sealed archive, before secrets are destroyed: the `request` and the `marks` of the recordings, or of `files` that are erased alone',
  ),
  deleted: of('the `bag` is gone on purpose: all of its recordings were erased (`request`), and no file of it is left'),
  'recordings-erased': of(
    'recordings of a `bag` were erased on a `request`: `marks`, keyed digests of their ids, separated by blanks. These entries are the erasure ledger: whatever would bring one of the recordings back is refused. In a sealed archive `pages` names the pages of the keyring that had their secrets, each with its first generation without them',
  ),
  'secrets-destroyed': of(
    'secrets of erased recordings were destroyed in a `keyring`: the `requests`, the number of `cells` and `pages`, the epoch of its recovery, the copies that are `done`, each with the number of its new root and how it is kept, those that are `owed`, and those whose earlier root may still exist in its store (`doubts`)',
  ),
  'erasure-final': of(
    'every copy of the `keyring` has executed the erasures of a `request`, and shares of an earlier `epoch` of its recovery open nothing any more',
  ),
  'rows-erased': of(
    'before a `bag` of kept tables is written again without `rows` of its tables, on a `request`: `marks`, keyed digests of the rows, separated by blanks. Whatever brings one of them back is refused',
  ),
  'files-erased': of(
    '`files` of recordings were erased alone on a `request`, and the recordings stay: `marks`, keyed digests of recording id and file name, separated by blanks. In a sealed archive `pages` lists the pages of the keyring that had their secrets, each with its first generation without them; in an open one `bag` is the bag that was rewritten without them',
  ),
  'messages-erased': of(
    'before a `case` is written again without `messages`, on a `request`: `marks`, keyed digests of the case and the messages, separated by blanks. Whatever brings one of them back is refused. `named`: the request does not ask for the messages, but they name a recording that it erases. An entry without `case` says that the messages are erased again from all cases, because an older log was restored',
  ),
  'report-erased': of('before the report of an import (`job`) is removed from `reports/`, because it named erased recordings'),
  'erasure-executed': of('a `request` was executed in this archive: how many `recordings` and `bags`'),
  'recordings-lifted': of(
    'recordings that were erased may be imported again from here on (`longplay erase lift`), on a `request`: `marks`, keyed digests of their ids, separated by blanks',
  ),
  'quarantine-erased': of('before files of erased recordings are removed from a `folder` of the quarantine: the number of `paths`'),
  'erasure-carried': of(
    'everything that was erased so far is gone from a `replica` as well: how many of its `bags` were replaced or removed for it. After this entry the replica owes no earlier erasure',
  ),
  'erasure-certified': of(
    '[the certificate](../how-to/erasure.md) of a `request` was signed: `sha256` of `certificate.json`, `textSha256` of `certificate.txt`',
  ),
  'serving-started': of('[`serve`](../how-to/serve.md) started: how people sign in, whether other machines can reach it, TLS'),
  'serving-stopped': of('`serve` stopped: how many requests it answered and bytes it sent'),
  'users-changed': of('the users file was read again: how many users it has, how many are new, changed and gone, and how many sessions were ended'),
  'user-signed-in': of('somebody signed in: `role`, the method, and the name of the `session`', 'through a provider `issuer` and `subject`'),
  'user-signed-out': of('somebody signed out'),
  'sessions-ended': of(
    "sessions of a user were ended: how many (`sessions`), and whose: those of the user with the pseudonym `of`, ended by an administrator, or the user's own (`own`)",
    '`userEnded`',
  ),
  searched: of(
    'a search: the names of the fields that it searched (`by`, never the words), a digest that distinguishes the queries of a session (`question`), the number of rows shown since its last entry (`shown`), which rows (`from`, `to`), and the total over its entries (`sum`)',
    '`query`, its words and filters',
  ),
  'recording-shown': of('all data about a recording were shown; entered once per hour and session'),
  'recording-listened': of('the access copy of a recording was played; entered once per hour and session'),
  'recording-taken': of(
    'a `file` of a recording was downloaded: an original, a row of the recorder, a proof, or any other file; for a part that was saved as WAV also its times in the file, `fromMs` and `toMs`',
  ),
  'export-asked': of(
    'before an export that needs [a second person](../how-to/serve.md#a-second-person-for-large-exports) waits for approval: `request`, its id, what it covers (`by`, or `case` and `masked`; `take`), how many `recordings` and `hours`, and `setSha256`, a digest of their ids',
    '`reason`, `query`, `recordings`',
  ),
  'export-decided': of('before somebody else approves (`allowed` true) or refuses the `request` of the user whose pseudonym is `of`', '`askedBy`'),
  'export-withdrawn': of('before the requester withdraws their `request`; `allowed` is true if a second person had approved it'),
  'export-begun': of(
    'before an export hands out recordings, up to 2,000 with each entry; `exported` follows. If a second person approved it, `request`, and their pseudonym is `of`; the `exported` entry of a case has the same',
    '`recordings`, their ids; by `serve` the `query`; `allowedBy`, the second person',
  ),
  'cases-listed': of('the list of cases was shown; entered once per hour and session'),
  'case-shown': of(
    'a case was shown; entered once per hour and session. In a sealed archive also before a case is changed or handed over, since it has to be read for that',
  ),
  'case-read': of(
    'before descriptions and rows of `recordings` of a sealed archive are read for work on a `case` in the browser, up to 2,000 with each entry: those in the case, and those that a search looks at',
    '`recordings`, their ids',
  ),
  'request-refused': of(
    'requests were refused: why, how many, who if known, and which recording if there is one',
    '`addresses`, up to 20, if they may be kept',
  ),
  'log-repaired': of('faults that a run found in the log before writing to it, and repaired'),
  'log-shortened': of('entries were lost: how many this machine had seen, and how many are left'),
  'log-restarted': of('the log was gone and was started again'),
} as const satisfies Readonly<Record<string, EntryMeaning>>;

/** A type of entry. */
export type EntryType = keyof typeof entryTypes;
