import { of } from './meaning.ts';

/** Entries about the log itself, and of what vouches for it. */
export const keyAndStampEntries = {
  'key-rotated': of('from here on another key signs, and the old key signed this change'),
  'key-replaced': of('from here on another key signs, and the old key did not sign this change'),
  'checkpoint-stamped': of('an authority stamped a state of the log ([time stamps](../how-to/time-stamps.md)): authority, time, files'),
  'stamp-renewed': of('a stamp was renewed with a new stamp'),
  'evidence-rehashed': of('stamps were hashed again with a stronger digest'),
  'checkpoint-witnessed': of(
    'a witness returned signatures, and they are stored: `file` below `log/witness`, its `sha256` and `bytes`, number of `cosignatures`',
  ),
  'statement-signed': of('[the statement](../how-to/statement.md) was signed: `sha256` of `statement.json`, `textSha256` of `statement.txt`'),
  'details-forgotten': of('before details of entries are erased (`log forget`, `note erase`)', {
    members: {
      'fromSeq, toSeq': 'the range of the entries',
      of: 'the pseudonym whose details are erased; null: of everybody',
      note: 'only the details of this note or tag: its text and why it was withdrawn',
      keepsErasures: 'the details of earlier erasures stay, unless `of` caused them',
      lost: 'nothing is erased: somebody acknowledged that no copy has the details',
    },
    beside: '`reason`',
  }),
  'log-rehashed': of('the log got a further digest'),
  'log-repaired': of('faults that a run found in the log before writing to it, and repaired'),
  'log-shortened': of('entries were lost: how many this machine had seen, and how many are left'),
  'log-restarted': of('the log was gone and was started again'),
} as const;
