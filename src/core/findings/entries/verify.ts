import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const fromCopy = 'Bring it back from another copy of the archive, then verify again.';

/** Codes V100 to V199, W150 and W151: what verification finds beyond BagIt (whose codes are A120 and up). */
export const verifyFindings = {
  V101: error('a bag is missing', 'The log says that the bag landed in this archive, and it is not there.', fromCopy),
  V102: error(
    'a bag that no import made',
    'The bag lies in the archive and the log does not know it: copied in by hand, or the log was replaced by an older one.',
    'Find out where it comes from. Recordings of another archive are brought in by importing their originals.',
  ),
  V103: error(
    'something that does not belong there',
    'A file or folder lies in the archive that longplay did not put there.',
    'Find out who did, and move it away.',
  ),
  V104: error(
    'not the bag that landed',
    'The bag may be valid in itself, but its tag manifest is not the one that the log entered when it landed: the bag was exchanged, rewritten for changed files, or an older state was brought back.',
    fromCopy,
  ),
  V105: error(
    'a file of the archive is altered',
    'longplay.json, README.txt and check.py are entered in the log when the archive is made, check.py also when an import writes a newer one. This file is no longer as it was.',
    fromCopy,
  ),
  V106: error(
    'the catalog is damaged',
    'SQLite finds faults in catalog.sqlite, or it says something else than the bags. It is derived: no recording is lost.',
    'Run `longplay catalog rebuild ARCHIVE`.',
  ),
  W151: error(
    'a schedule without a memory',
    'What a scheduled verification has read is remembered in the log of the archive. Here nothing can be entered, so every run would start over.',
    'Let it run on the machine that has the key, with the right to write to the archive.',
  ),
  W150: {
    severity: 'warning',
    title: 'a verification that the log does not know',
    meaning:
      'Verifications are entered in the log of the archive and signed. This one is not: the archive may only be read, or this machine does not have its key. What was found holds; a schedule or a report will not know of it.',
    next: 'Verify on the machine that has the key, or copy the key to this one (see LONGPLAY_KEYS). For a look by somebody else nothing is to be done.',
  },
  V107: {
    severity: 'warning',
    title: 'a bag that its import did not enter',
    meaning:
      'The bag was landed by an import that was stopped before it could enter that in the log. Where it was announced, it is as it was announced. The bag itself is checked like any other.',
    next: 'Run the same import again: it enters the bag and goes on.',
  },
  V126: {
    severity: 'warning',
    title: 'a bag that was announced and has not landed',
    meaning:
      'An import enters the digests of a bag in the log before the bag appears. This one has not appeared: the import is running, or was stopped.',
    next: 'Run the same import again: it makes the bag. Where that is not wanted, any other import into the archive withdraws the announcement once the job below jobs/ is deleted.',
  },
  V108: error(
    'a bag that a damaged log does not name',
    'Lines of the log are damaged or lost, and none of those that are left names the bag. It may have landed in the way of all bags.',
    'Bring the log back from another copy of the archive, then verify again.',
  ),
  V109: {
    severity: 'warning',
    title: 'the catalog was not checked',
    meaning:
      'A run has the catalog open at this moment, or was killed before it could close it. The catalog is derived: the bags were checked all the same.',
    next: 'Nothing while a run is at work. Otherwise run the import again, or `longplay list ARCHIVE`; then verify again.',
  },
  V123: error(
    'the catalog could not be read',
    'The system does not give the file (rights, memory, a failing disk). Of the catalog nothing can be said; the bags were checked all the same.',
    'Fix what the message names, then verify again. The catalog is derived: `longplay catalog rebuild ARCHIVE` rebuilds it.',
  ),
  V110: error('a recording.json breaks its schema', 'The document is not what longplay writes (docs/recording.schema.json).', fromCopy),
  V111: error(
    'a recording lies in the wrong folder',
    'The folder is named by the recording id, and the document in it is of another recording.',
    fromCopy,
  ),
  V112: error('a file of a recording is missing', 'The document names the file, and it is not there.', fromCopy),
  V113: error(
    'a file is not the one that was imported',
    'Its digest is not the one in recording.json. Where the manifests agree with the file, they were rewritten for it.',
    fromCopy,
  ),
  V114: error(
    'a file that its recording does not know',
    'The file lies in the folder of a recording and is not named by its document.',
    'Find out who put it there, and move it away.',
  ),
  V115: error(
    'a recording was not looked at as a whole',
    'Its folder holds more files than are kept in memory at a time. Each of them was checked by the manifests; whether they are those that recording.json names was not.',
    'No import makes such a recording. Find out where the bag comes from.',
  ),
  V116: error(
    'the folder of a year cannot be read',
    'The system does not give what lies in a folder below bags/, as where a disk fails or rights were changed. Its bags may be well; none of them was looked at. All other bags were.',
    'Find out why it cannot be read (its rights, the disk, the network), then verify again.',
  ),
  V120: error(
    'a copy is damaged inside',
    'The Ogg pages of the copy are broken, lost or do not add up to the recorded number of samples. Players pass over that in silence.',
    fromCopy,
  ),
  V121: error('a copy does not play in full', 'Decoded from beginning to end, the copy does not give the recorded number of samples.', fromCopy),
  V127: error(
    'the report of an import is not as it was kept',
    'A file below reports/ is altered, or a part of a report is gone: the log has the digests of all of its files. It is the only account of what the import left out.',
    'Run `longplay replica repair ARCHIVE`, or bring the folder back from another copy.',
  ),
  V128: {
    severity: 'warning',
    title: 'the report of an import is gone',
    meaning:
      'The log names a report below reports/ that is not there. It is the only account of what the import left out; no recording is concerned.',
    next: 'Run `longplay replica repair ARCHIVE`, or bring the folder back from another copy.',
  },
  V129: {
    severity: 'warning',
    title: 'the index of words of the catalog was not checked',
    meaning:
      'SQLite checks it only in a copy, or where the catalog may be written. The catalog may only be read here and is too large to be copied. All else in it was checked.',
    next: 'Verify the archive once on a machine that may write to it, or run `longplay catalog rebuild` there.',
  },
  V130: error(
    'files of a bag are missing',
    'A scheduled run lists the bags that it does not read: this one has fewer files than its bag-info.txt states.',
    'Run `longplay verify ARCHIVE`, which names them, then `longplay replica repair ARCHIVE`.',
  ),
  V131: error(
    'a file of the archive is a link',
    'A file or folder of the log, or the catalog, is a symbolic link. It may lead to other bytes tomorrow, lies on a disk that nobody copies, and is left out by copies of the archive.',
    'Find out who made it. Then put a copy of the file or folder that it leads to in its place, and verify again; or bring it back from another copy of the archive.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
