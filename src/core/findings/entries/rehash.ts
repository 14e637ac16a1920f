import type { FindingEntry } from './types.ts';

/** Codes H100 to H129: adding a newer digest to bags and log. */
export const rehashFindings = {
  H100: {
    severity: 'error',
    title: 'a digest over the log does not match',
    meaning:
      "A log entry has a digest of all earlier entries, made with an algorithm other than that of the log's tree. Those entries now have another digest: they were altered in a way that the tree does not show.",
    next: 'Restore the log from another copy of the archive, then verify again.',
  },
  H101: {
    severity: 'warning',
    title: 'a digest over the log cannot be computed here',
    meaning: 'The log has a digest made with an algorithm that this version or this machine does not have. The log was checked only by its tree.',
    next: 'Verify with a newer longplay, or on a machine whose OpenSSL has the algorithm.',
  },
  H102: {
    severity: 'warning',
    title: 'the rehash of a bag is unfinished',
    meaning:
      'A new digest is being added to the bag now, or that run was stopped halfway. The recordings were checked with the older digests of the bag; the new ones count when the rehash is complete.',
    next: 'Nothing while a rehash is running. Otherwise run the `longplay rehash` that the message names: it completes the bag. If it can never be completed, e.g. because the bag has become immutable, run it with `--withdraw --reason TEXT`.',
  },
  H103: {
    severity: 'error',
    title: 'the new digest was not added to the log',
    meaning: 'The log has faults, which are reported with this finding. A new digest over a damaged log would make it look intact.',
    next: 'Run `longplay verify`, restore the log from another copy of the archive, then run the rehash again.',
  },
  H104: {
    severity: 'error',
    title: 'the new digest was not added to a bag',
    meaning:
      'The bag was read completely and has faults, which are reported with this finding. A new digest is added only if every older one matches and nothing is missing. Nothing in the bag was changed.',
    next: 'Restore the named files from another copy of the archive, then run the rehash again: it completes the remaining bags.',
  },
  H105: {
    severity: 'error',
    title: 'the new digest was not added to a bag that the log does not name',
    meaning:
      'No log entry records the ingest of this bag, so nothing proves that it is unchanged. If its import was stopped before it could log the bag, the next run of that import logs it.',
    next: 'Complete its import, or find out where the bag comes from (`longplay verify`); then run the rehash again.',
  },
  H106: {
    severity: 'error',
    title: 'this machine cannot compute the digest',
    meaning:
      'The OpenSSL of this Node.js does not have the algorithm, e.g. because a policy disables it; or a newer longplay added the digest, and this version does not know it. A bag is rehashed only if all of its digests can be computed: otherwise one of them would no longer match.',
    next: 'Use another Node.js or the longplay version that knows the algorithm, or name another algorithm.',
  },
  H107: {
    severity: 'error',
    machine: true,
    title: 'the new digest was not added to a bag that cannot be written',
    meaning:
      "The system does not allow changes to the bag: it is immutable (`chattr +i`), is on a read-only or write-once medium, or a disk failed. The message has the system's error. No fault of the bag is reported, and the other bags are done.",
    next: 'Remove the cause, then run the rehash again. If the bag must never be changed, run it with `--withdraw --reason TEXT`: the reason is logged, and later runs skip the bag.',
  },
  H108: {
    severity: 'error',
    machine: true,
    title: 'the rehash of a bag cannot be withdrawn',
    meaning:
      'Some of the new tag files are already in the bag, or the system does not show which. Only a bag that is still as it was before its rehash can be withdrawn.',
    next: 'Make the bag writable and complete it with `longplay rehash`.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
