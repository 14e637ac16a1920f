import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const fromCopy = 'Restore the file or bag from another copy of the archive, then verify again.';

/** Codes V100 to V199, W150 and W151: findings of verification apart from BagIt (codes from A120 on). */
export const verifyFindings = {
  V101: error('a bag is missing', 'The log records the ingest of the bag into this archive, but the bag is not there.', fromCopy),
  V102: error(
    'a bag that no import made',
    'The bag is in the archive but not in the log: it was copied in by hand, or the log was replaced by an older one.',
    'Find out where it comes from. To add recordings of another archive, import their originals.',
  ),
  V103: error(
    'a stray file or folder',
    'The archive has a file or folder that longplay did not put there.',
    'Find out who put it there, and move it away.',
  ),
  V104: error(
    'a bag differs from its ingest',
    'The bag may be valid in itself, but its tag manifest is not the one that was logged at ingest: the bag was replaced, rewritten to match changed files, or restored to an older state.',
    fromCopy,
  ),
  V105: error(
    'a file of the archive is altered',
    'longplay.json, README.txt and check.py are logged when the archive is created, check.py also when an import writes a newer one. This file has changed since.',
    fromCopy,
  ),
  V106: error(
    'the catalog is damaged',
    'SQLite finds faults in catalog.sqlite, or the catalog contradicts the bags. The catalog is derived data: no recording is lost.',
    'Run `longplay catalog rebuild ARCHIVE`.',
  ),
  W151: error(
    'a schedule without a memory',
    'A scheduled verification keeps track in the log of the archive of what it has read. Nothing can be logged here, so every run would start from the beginning.',
    'Run the scheduled verification on the machine that has the key, with permission to write to the archive.',
  ),
  W150: {
    severity: 'warning',
    title: 'a verification that is not in the log',
    meaning:
      'Verifications are logged and signed. This one is not: the archive is read-only, or this machine does not have its key. Its results are valid, but schedules and reports will not include it.',
    next: 'Verify on the machine that has the key, or copy the key to this one (see LONGPLAY_KEYS). For a check by a third party, do nothing.',
  },
  V107: {
    severity: 'warning',
    title: 'a bag that its import did not log',
    meaning:
      'The import that made the bag was stopped before it could log that. If the import had announced the bag in the log, the bag matches its announcement. The bag itself is checked like any other.',
    next: 'Run the same import again: it logs the bag and continues.',
  },
  V126: {
    severity: 'warning',
    title: 'an announced bag is missing',
    meaning: 'An import logs the digests of a bag before the bag appears. This bag has not appeared: the import is running, or was stopped.',
    next: 'Run the same import again: it makes the bag. If that is not wanted, delete the job below jobs/; then any other import into the archive withdraws the announcement.',
  },
  V108: error(
    'a bag that a damaged log does not name',
    'Lines of the log are damaged or lost, and none of the remaining lines names the bag. The bag may have been ingested normally.',
    'Restore the log from another copy of the archive, then verify again.',
  ),
  V109: {
    severity: 'warning',
    title: 'the catalog was not checked',
    meaning: 'Another run is writing the archive, and the catalog with it. The catalog is derived data; the bags were checked.',
    next: 'Verify again when that run has ended. If none is running, a command that writes, e.g. an import, names the process that holds the lock.',
  },
  V123: error(
    'the catalog could not be read',
    'The system refused to read the file (permissions, memory, a failing disk). The condition of the catalog is unknown; the bags were checked.',
    'Fix what the message names, then verify again. The catalog is derived data: `longplay catalog rebuild ARCHIVE` rebuilds it.',
  ),
  V110: error(
    'a recording.json does not match its schema',
    'The document is not what longplay writes (docs/reference/recording.schema.json).',
    fromCopy,
  ),
  V111: error(
    'a recording is in the wrong folder',
    'The folder is named after the recording id, but its recording.json belongs to another recording.',
    fromCopy,
  ),
  V112: error('a file of a recording is missing', 'recording.json names the file, but it is not there.', fromCopy),
  V113: error(
    'a file differs from the imported one',
    'The digest of the file is not the one in recording.json. If the manifests match the file, somebody rewrote them to match it.',
    fromCopy,
  ),
  V114: error(
    'a file that its recording does not name',
    'The file is in the folder of a recording, but its recording.json does not name it.',
    'Find out who put it there, and move it away.',
  ),
  V115: error(
    'a recording was not checked completely',
    'The folder of the recording has more files than are kept in memory at a time. Each file was compared with the manifests, but it was not checked whether recording.json names exactly these files.',
    'No import makes such a recording. Find out where the bag comes from.',
  ),
  V116: error(
    'the folder of a year cannot be read',
    'The system refused to list a folder below bags/, e.g. because a disk fails or permissions were changed. Its bags may be intact; none of them was examined. All other bags were.',
    'Find out why it cannot be read (permissions, the disk, the network), then verify again.',
  ),
  V120: error(
    'an access copy is damaged inside',
    'The Ogg pages of the access copy are damaged, lost or do not add up to the recorded number of samples. Players skip such places silently.',
    fromCopy,
  ),
  V121: error(
    'an access copy does not play completely',
    'Decoded from beginning to end, the access copy does not give the recorded number of samples.',
    fromCopy,
  ),
  V127: error(
    'the report of an import was altered',
    'A file below reports/ is altered, or a part of a report is missing: the log has the digests of all of its files. The report is the only account of what the import left out.',
    'Run `longplay replica repair ARCHIVE`, or restore the folder from another copy.',
  ),
  V128: {
    severity: 'warning',
    title: 'the report of an import is missing',
    meaning:
      'The log names a report below reports/ that is not there. The report is the only account of what the import left out; no recording is affected.',
    next: 'Run `longplay replica repair ARCHIVE`, or restore the folder from another copy.',
  },
  V129: {
    severity: 'warning',
    title: 'the search index of the catalog was not checked',
    meaning:
      'SQLite can check the index only in a copy, or if the catalog is writable. The catalog is read-only here and too large to be copied. Everything else in it was checked.',
    next: 'Verify the archive once on a machine that can write to it, or run `longplay catalog rebuild` there.',
  },
  V130: error(
    'files of a bag are missing',
    'A scheduled run counts the files of the bags that it does not read: this one has fewer than its bag-info.txt states.',
    'Run `longplay verify ARCHIVE`, which lists them, then `longplay replica repair ARCHIVE`.',
  ),
  V131: error(
    'a file of the archive is a link',
    'A file or folder of the log, or the catalog, is a symbolic link. Its target can change at any time, may be on a disk without backups, and is missing in copies of the archive.',
    'Find out who made it. Then replace the link with a copy of its target, and verify again; or restore the file from another copy of the archive.',
  ),
  V132: error(
    'an amendment describes files that its archive does not have',
    'The newest description of a recording is an amendment: its files are in the bag of an earlier description. That bag is missing, or its manifest lists the files with other digests or not at all.',
    'Run `longplay replica repair ARCHIVE`, or restore the named bag from another copy of the archive.',
  ),
  V133: {
    severity: 'warning',
    title: 'the bag that an amendment describes is not here',
    meaning:
      'A bag of amendments was checked outside of its archive. The files that it describes are in another bag, which is not beside it, so the links between both were not checked.',
    next: 'Verify the archive, or put the named bag beside this one, in its year.',
  },
  V135: {
    severity: 'warning',
    title: 'no run closed the catalog',
    meaning:
      'SQLite keeps a journal or a write-ahead log beside a database that is in use (catalog.sqlite-journal, catalog.sqlite-wal), and a query reads it with the catalog. A command is using the catalog, or was stopped, or somebody put the file there. A copy of catalog and journal, as a query sees them, was compared with the bags, without bags that changed after they were indexed: the next query indexes those again.',
    next: 'Nothing while a command is using it. Otherwise run `longplay list ARCHIVE`, which closes the catalog; if the file stays, `longplay catalog rebuild ARCHIVE` removes it.',
  },
  V136: error(
    'a catalog that no run closed was not compared',
    'SQLite keeps a journal or a write-ahead log beside a database that is in use. The catalog with it is too large to be copied for a comparison, so what queries show was not checked. The bags were checked.',
    'Run `longplay list ARCHIVE`, which closes the catalog, or `longplay catalog rebuild ARCHIVE`; then verify again.',
  ),
  V134: {
    severity: 'note',
    title: 'the encrypted catalog was not compared',
    meaning:
      'The catalog of a sealed archive is encrypted. It is compared with the bags if the keyring opens without asking anybody (a root that is kept in a file), or with `--play`. Here it was not, for the reason that the message names, or not with all bags. The catalog is derived data. The bags were checked, which needs no key.',
    next: 'Nothing, if this machine is not meant to have the keys. Otherwise run `longplay verify ARCHIVE --play`, which asks for what opens the keyring and names the recordings that it does not open.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
