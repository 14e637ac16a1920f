import { of } from './meaning.ts';

/** Entries of imports. */
export const importEntries = {
  'archive-created': of('first entry: the id of the archive, its key, the SHA-256 of `longplay.json`, `README.txt` and `check.py`'),
  'verifier-written': of('an import put `check.py` into an archive that had none, or an older one; `verifierSha256` is its digest'),
  'import-started': of('an import began: its job, importers and plan'),
  'bag-intended': of('before a bag appears: all members of its `bag-landed` entry. After a crash, what is on the disk is compared with it'),
  'bag-withdrawn': of('an announced bag has not appeared, and no job will make it'),
  'bag-set-aside': of(
    'a bag that differed from its announcement, or that an earlier version made without an announcement (`announced` false), was moved to `quarantine/` to be made again',
  ),
  'bag-landed': of('a bag was moved into place. The digests of its tag manifests determine every byte of it', {
    members: {
      recordingsRoot: 'the root of the tree over its recordings',
      tables: 'the number of tables in a bag of tables',
      making: 'the page of the keyring with the secrets of a sealed bag',
      recovered: 'the run that announced the bag was killed, and a later one wrote this entry',
      seals: 'an open bag was replaced by its sealed form',
    },
  }),
  'import-finished': of('an import finished: how many recordings were imported, not playable, doubtful, left out'),
  'import-discarded': of(
    'before the plan and the drafts of an unfinished import (`job`) are removed, because that import would bring back what was erased',
  ),
  'report-kept': of('before the report of an import appears below `reports/`. In a sealed archive the names of its files end in `.age`', {
    members: {
      job: 'the import, and the name of the folder',
      'sha256, bytes': 'SHA-256 and size of `report.json`',
      'pageSha256, pageBytes': 'those of `report.html`',
      'csvSha256, csvBytes': 'those of `recordings.csv`',
      'linesSha256, linesBytes': 'those of `recordings.jsonl`',
      page: 'in a sealed archive the page of the keyring with their secrets',
    },
  }),
  'difference-accepted': of('somebody reviewed differences and accepted them (`--accept`)', {
    members: {
      code: 'the code of the finding',
      found: 'how many there are',
      accepted: 'the largest number that is accepted',
      reasonMark: 'a keyed digest of the reason',
      request: 'a digest of sources and options',
    },
    beside: '`reason`',
  }),
} as const;
