import { of } from './meaning.ts';

/** Entries of erasure. */
export const erasureEntries = {
  'approver-added': of(
    'a person may [approve erasures](../how-to/erasure.md) from here on: `key`, the public key, and the pseudonym of the person as `of`',
    { beside: '`name` of the person' },
  ),
  'approver-removed': of('the key `approver` approves no further erasures', { beside: '`reason`' }),
  'erasure-requested': of('somebody asks for the [erasure](../how-to/erasure.md) of recordings. A request with a long list has several entries', {
    members: {
      request: 'the id of the request',
      ground: 'why',
      recordings: 'how many recordings it covers',
      parts: 'how many rows, files and messages it also covers',
      set: 'a keyed digest of the ids of all of these',
      due: 'the day by which it is to be done',
      waitMs: 'the time between approval and execution',
    },
    beside: '`reason`, `recordings`, their ids, and `parts`; erased with the recordings',
  }),
  'erasure-approved': of('a second person approved a `request`. A later approval ends the waiting time', {
    members: {
      approver: 'the id of their key',
      from: 'the time from which the request may be executed',
      signature: 'the signature of the key over the request and this time',
      now: 'whether the waiting time was waived',
    },
    beside: '`reason`, if it was waived',
  }),
  'erasure-withdrawn': of('a `request` was withdrawn; nothing is erased', { beside: '`reason`' }),
  'erasure-intended': of(
    'before a bag is written again without the erased recordings of a `request`, or removed. In a sealed archive: before secrets are destroyed',
    {
      members: {
        'recordings, left': 'how many recordings are erased, and how many are left; if any are, a `bag-intended` entry with `rewrites` follows',
        'marks, files': 'in a sealed archive keyed digests of the recordings, and of the files that are erased alone',
      },
    },
  ),
  deleted: of('the `bag` is gone on purpose: all of its recordings were erased (`request`), and no file of it is left'),
  'recordings-erased': of(
    'recordings of a `bag` were erased on a `request`. These entries are the erasure ledger: whatever would bring one of the recordings back is refused',
    {
      members: {
        marks: 'keyed digests of their ids, separated by blanks',
        pages: 'in a sealed archive the pages of the keyring that had their secrets, each with its first generation without them',
      },
    },
  ),
  'secrets-destroyed': of('secrets of erased recordings were destroyed in a `keyring`', {
    members: {
      requests: 'the requests that ask for it',
      'cells, pages': 'how many secrets, and on how many pages',
      epoch: 'the epoch of the recovery of the keyring',
      done: 'the copies that are done, each with the number of its new root and how it is kept',
      owed: 'the copies that are not done yet',
      doubts: 'the copies whose earlier root may still exist in its store',
    },
  }),
  'erasure-final': of(
    'every copy of the `keyring` has executed the erasures of a `request`, and shares of an earlier `epoch` of its recovery open nothing any more',
  ),
  'rows-erased': of(
    'before a `bag` of kept tables is written again without `rows` of its tables, on a `request`: `marks`, keyed digests of the rows, separated by blanks. Whatever brings one of them back is refused',
  ),
  'files-erased': of('`files` of recordings were erased alone on a `request`, and the recordings stay', {
    members: {
      marks: 'keyed digests of recording id and file name, separated by blanks',
      pages: 'in a sealed archive the pages of the keyring that had their secrets, each with its first generation without them',
      bag: 'in an open archive the bag that was written again without them',
    },
  }),
  'messages-erased': of(
    'before a `case` is written again without `messages`, on a `request`. Whatever brings one of them back is refused. An entry without `case` says that the messages are erased again from all cases, because an older log was restored',
    {
      members: {
        marks: 'keyed digests of the case and the messages, separated by blanks',
        named: 'the request does not ask for the messages, but they name a recording that it erases',
      },
    },
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
} as const;
