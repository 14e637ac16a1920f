import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes E100 to E129: erasure of recordings. */
export const erasureFindings = {
  E100: error(
    'no such request to erase',
    'No request of the archive has this id, several ids begin with it, or its state does not permit the step: it was executed, withdrawn, or approved already.',
    'List the requests with `longplay erase status ARCHIVE`.',
  ),
  E101: error(
    'a request to erase needs recordings',
    'Neither ids nor a query nor a case were given, no recording matches, or there are more than one request may name.',
    'Choose the recordings with `longplay list`, then give their ids or the same query to `longplay erase request`.',
  ),
  E102: error(
    'the key may not approve this erasure',
    'The key is not registered as the key of an approver, was removed, or belongs to the person who made the request: a second person must approve it.',
    'Let a second person approve it with a key of their own: `longplay erase add-approver` registers the key.',
  ),
  E103: error(
    'an approver cannot be registered',
    'The file is not an Ed25519 key, or its key was registered before: a key stands for one person for ever.',
    'Make a key with `longplay erase make-key FILE`, or with `openssl genpkey -algorithm ed25519`.',
  ),
  E104: error(
    'erasures cannot be executed in this archive',
    'Recordings have copies that this version cannot erase from. It executes an erasure completely or not at all, so nothing was changed.',
    'The message names what stands in the way.',
  ),
  E105: error(
    'an erasure was interrupted',
    'A run that erases recordings was stopped between two steps: a bag may be absent for the moment. Nothing is lost, and no other run changes the archive before it is finished.',
    'Finish it: `longplay erase run ARCHIVE`.',
  ),
  E106: error(
    'the secret of the erasure ledger cannot be used',
    'The log has keyed digests of erased recordings. Their secret is kept beside the signing key, in a file .erasures, which is missing, damaged or cannot be read.',
    'Restore the file from your copy of that folder.',
  ),
  E107: error(
    'a recording cannot be erased now',
    'The bag that holds it is damaged or incomplete, so that it cannot be written again without loss. Nothing in it was changed.',
    'Repair the bag (`longplay replica repair ARCHIVE`), then run `longplay erase run ARCHIVE` again.',
  ),
  E108: error(
    'a request to erase has lost its list',
    'The ids of the recordings are kept beside the log and not in it; they are missing or differ from their digest, so that it is unknown what is to be erased. Nothing was erased.',
    'Restore log/details from a replica or a backup, or withdraw the request and make it again.',
  ),
  E109: error(
    'an erased recording is there again',
    'The log says that the recording or its bag was erased, and it exists: a backup or a copy brought it back.',
    'Run `longplay erase run ARCHIVE`: it erases it again. Find out what brought it back.',
  ),
  E111: {
    severity: 'warning',
    title: 'a recording is protected from erasure',
    meaning:
      'A legal hold or the retention policy forbids to erase the recording now, or the request is by retention and no rule demands it. It stays, and so does the request: it is executed once nothing forbids it.',
    next: 'See the reasons in the message. If the hold has ended, release it; then `longplay erase run ARCHIVE` continues.',
  },
  E112: {
    severity: 'warning',
    title: 'erased recordings are not imported again',
    meaning:
      'The source has recordings that were erased from the archive on request. The erasure ledger recognises them by keyed digests of their ids; they are counted and left out. Of calls without a key of their own another name or size of the file gives another id.',
    next: 'Erase them in the source as well, if they are to be erased there.',
  },
  E113: {
    severity: 'warning',
    title: 'tables with rows of erased recordings are not kept',
    meaning: 'The source has recordings that were erased from the archive, so its tables have rows about them. The import keeps none of its tables.',
    next: 'Remove the rows from the tables of the source, and import again.',
  },
  E110: {
    severity: 'warning',
    title: 'an erasure is under way',
    meaning: 'The bag is being written again without erased recordings, or a run that did it was stopped. The bag may be absent for the moment.',
    next: 'If no run is at work, finish it: `longplay erase run ARCHIVE`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
