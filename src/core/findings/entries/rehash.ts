import type { FindingEntry } from './types.ts';

/** Codes H100 to H129: adding a digest to bags and log when the old ones age. */
export const rehashFindings = {
  H100: {
    severity: 'error',
    title: 'a digest over the log does not fit',
    meaning:
      'An entry of the log carries a digest of all entries before it, by another algorithm than that of the log’s tree, and those entries have another one now: they were altered in a way that the tree does not show.',
    next: 'Bring the log back from another copy of the archive, then verify again.',
  },
  H101: {
    severity: 'warning',
    title: 'a digest over the log cannot be computed here',
    meaning: 'The log was given a digest by an algorithm that this version or this machine does not have. The log was checked by its tree alone.',
    next: 'Verify with a newer longplay, or on a machine whose OpenSSL has the algorithm.',
  },
  H102: {
    severity: 'warning',
    title: 'the rehash of a bag is unfinished',
    meaning:
      'A new digest is being added to the bag at this moment, or that was stopped in the middle. The recordings were checked by the digests that the bag had before; those that are new count when the rehash is finished.',
    next: 'Nothing while a rehash is at work. Otherwise run the `longplay rehash` that the message names: it finishes the bag. Where it never will be, e.g. because the bag became immutable, run it with `--withdraw --reason TEXT`.',
  },
  H103: {
    severity: 'error',
    title: 'the log was not given the new digest',
    meaning: 'The log has faults, which are named beside this. A new digest over a damaged log would make it look whole.',
    next: 'Run `longplay verify`, bring the log back from another copy of the archive, then run the rehash again.',
  },
  H104: {
    severity: 'error',
    title: 'a bag was not given the new digest',
    meaning:
      'The bag was read in full and has faults, which are named beside this. A new digest is added only where every old one agrees and nothing is missing. Nothing in the bag was changed.',
    next: 'Bring the named files back from another copy of the archive, then run the rehash again: it does what is left.',
  },
  H105: {
    severity: 'error',
    title: 'a bag that the log does not name was not given the new digest',
    meaning:
      'Nothing says that this bag landed here, so nothing says that it is what it was. Where its import was stopped before it could enter the bag, the next run of that import does.',
    next: 'Finish its import, or find out where the bag comes from (`longplay verify`); then run the rehash again.',
  },
  H106: {
    severity: 'error',
    title: 'this machine cannot compute the digest',
    meaning:
      'The OpenSSL of this Node.js does not have the algorithm, as where a policy switched it off; or a later longplay gave it to the bag, and this one does not know it. A bag is rehashed only where all digests that it has can be computed: otherwise one of them would no longer fit.',
    next: 'Run it with another Node.js, with the longplay that knows the algorithm, or name another algorithm.',
  },
  H107: {
    severity: 'error',
    machine: true,
    title: 'a bag cannot be written and was not given the new digest',
    meaning:
      'The system does not let the bag be changed: it is immutable (`chattr +i`), lies on a read-only or write-once medium, or a disk failed. The message has the system’s error. Nothing is said against the bag, and the other bags are done.',
    next: 'Repair the cause, then run the rehash again. Where the bag is never to be changed, run it with `--withdraw --reason TEXT`: the reason enters the log, and the bag is left out from then on.',
  },
  H108: {
    severity: 'error',
    machine: true,
    title: 'the rehash of a bag cannot be withdrawn',
    meaning:
      'Some of the new tag files are in the bag already, or the system does not show which. Only a bag that is as it was before its rehash can do without it.',
    next: 'Make the bag writable and finish it with `longplay rehash`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
