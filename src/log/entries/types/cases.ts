import { of } from './meaning.ts';

/** Entries of cases, notes, exports and what else is read on the machine of the archive. */
export const caseEntries = {
  'viewer-written': of('[the viewer](../how-to/viewer.md) was written: `listSha256`, the digest of the list of its files'),
  'export-begun': of(
    'before an export hands out recordings, up to 2,000 with each entry; `exported` follows. If a second person approved it, `request`, and their pseudonym is `of`; the `exported` entry of a case has the same',
    { beside: '`recordings`, their ids; by `serve` the `query`; `allowedBy`, the second person' },
  ),
  exported: of(
    'an export. The `export-begun` entries before it list the recordings; of a case with few recordings, its own details list them. If the archive is read-only, or this machine has no key, the export is made and reports that it is not in the log (P172)',
    {
      members: {
        'recordings, files, bytes': 'how many were handed out',
        complete: 'false if it was stopped',
        case: 'the id of the [case](../how-to/cases.md), if one was exported',
        'messages, masked': 'of a case: how many messages it has, and whether callers are masked',
        'tagManifestSha256, tagManifestSha512': 'of a case: the digests of the tag manifests of its bag, which cover everything that was handed over',
        handOver: 'the number of this hand-over among those of the case',
        'withheld, reduced': 'the number of withheld items, and whether `case.json` omits them',
        'supplementTo, supplementToSha256': 'of a supplement: number and digest of the hand-over that it adds to',
        'removed, decisions, reviews, messageFiles': 'the lengths of the lists in the case',
      },
      beside: '`recordings`, of a case with up to 2,000; otherwise `export-begun` entries have them',
    },
  ),
  'handed-over': of(
    'the bag of a hand-over, which the `exported` entry before it records, has its final name: `case`, `handOver`. Without this entry the run was stopped in between, and nobody has that hand-over',
  ),
  listened: of('`play` played a recording on the machine of the archive: `recordingId`, before the playback starts'),
  'case-changed': of('a [case](../how-to/cases.md) was changed: `case`, the action (`deed`), numbers, `sha256` of case.json, `page` if sealed', {
    members: {
      lacking:
        'if something was erased from an older state that a backup had brought back: the number of changes, other than erasures, that the state lacks; an entry with the action `accepted` acknowledges that they are lost',
    },
  }),
  'case-messages': of('a message file was added to a case: `case`, `set`, number of `messages`, its `sha256` (not of a sealed case)'),
  'case-deleted': of(
    'before a case is deleted (`case delete`, `found` true), or when somebody acknowledges that one is gone (`case forget`, false): `case`',
    { beside: '`reason`' },
  ),
  'note-added': of('a note or tag was added to a `recording` ([notes](../how-to/notes.md))', {
    members: {
      kind: 'note or tag',
      note: 'its id',
      'fromMs, toMs, file': 'if it refers to a part of the audio: the times, and the file if it is known',
    },
    beside: '`text`',
  }),
  'note-withdrawn': of('a note or tag (`note`) of a `recording` was withdrawn; its first entry stays', { beside: '`reason`' }),
} as const;
