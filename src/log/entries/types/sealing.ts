import { of } from './meaning.ts';

/** Entries of sealing, unsealing and lost pages of the keyring. */
export const sealingEntries = {
  'sealing-begun': of(
    'before an open archive is [sealed](../how-to/sealed-archives.md#seal-an-open-archive). The previous `longplay.json` has the salt of the ids in clear, and must not be restored',
    {
      members: {
        page: 'the page of the keyring with the secrets of the archive',
        bags: 'how many bags it has',
        markerSha256: 'the digest of `longplay.json` from here on',
      },
    },
  ),
  'details-sealed': of('before details of earlier entries are replaced by sealed ones', {
    members: {
      bundle: 'the number of their file',
      lines: 'the SHA-256 of each sealed line, separated by blanks; a sealed line names the plain one by the digest that the entries have',
    },
  }),
  'sealing-finished': of('the whole archive is sealed. A replica owes the sealing until its `erasure-carried` entry', {
    members: { bags: 'how many bags were sealed', markerSha256: 'the digest of `longplay.json` from here on' },
  }),
  'unseal-requested': of('somebody asks to [unseal](../how-to/sealed-archives.md#unseal-it) the archive: the id of the `request`', {
    beside: '`reason`',
  }),
  'unseal-approved': of('a second person approved the `request`: the id of their key (`approver`), and the `signature` of the key'),
  'unseal-begun': of('before the archive is written in clear into another folder, on an approved `request`: how many `bags` it has'),
  unsealed: of('the archive was written in clear on a `request`', {
    members: {
      'bags, recordings, bytes': 'what that run wrote; amendments and kept tables are counted with the recordings',
      erased: 'how many were erased before',
      left: 'how many could not be opened',
      complete: 'nothing was left, so that the request permits nothing further',
    },
  }),
  'loss-requested': of(
    'somebody reports that pages of the keyring are [lost for good](../how-to/keyring.md#pages-that-are-lost-for-good). The entry has up to 1,000 of them; more follow in further entries',
    {
      members: {
        request: 'the id of the request',
        count: 'the number of all its pages',
        set: 'the SHA-256 of all of them',
        pages: 'ids of pages, separated by blanks',
      },
      beside: '`reason`, with the first entry',
    },
  ),
  'loss-approved': of('a second person approved the `request`, so the loss is acknowledged', {
    members: { approver: 'the id of their key', signature: 'the signature of the key over archive, request and `set`' },
  }),
  'pages-found': of('a verification found `pages` whose loss was acknowledged: the acknowledgement no longer covers them'),
} as const;
