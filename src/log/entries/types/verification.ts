import { of } from './meaning.ts';

/** Entries of verifications. */
export const verificationEntries = {
  'verification-started': of('a verification began: what it covers, whether it decodes, and by which schedule it runs'),
  'bag-verified': of('a verification read a bag, or could not: the `verdict`, the number of files and bytes, and what was played', {
    members: {
      untried: 'how many recordings, kept tables and amendments could not be tried',
      unopened: 'for how many recordings the keyring has no secrets',
      closed: 'for how many kept tables and amendments the keyring has no secrets',
      acknowledged: 'for how many of them the secrets are lost for good',
      calls: 'the number of calls with faults',
      'damaged, lost': 'the ids of the first 100 damaged and the first 100 lost calls',
      examined:
        'the version of longplay, if the run examined everything in the bag and found nothing: later runs of the same version compare only the bytes',
      'media, sounding':
        'what that examination found: the number of audio files from the source, and of recordings that had audio when they were imported',
      entriesSha256:
        'a digest of the catalog entries that follow from the bag; in a sealed archive a keyed one, or the digest of nothing if no document was opened',
    },
  }),
  'bag-gone': of(
    'nothing is left of a `bag` that must not exist, because it was erased or no import made it, and in which an earlier verification found faults: from here on they do not count',
  ),
  'verification-finished': of('a verification finished: what it read, and what it found', {
    members: {
      untried: 'if it decodes, how many recordings could not be tried',
      opened: 'in a sealed archive how many kept tables, reports, private details and cases it opened',
      closed: 'for how many of these the keyring has no secrets',
      acknowledged: 'for how many recordings and other items the secrets are lost for good',
      complete: 'false if it was stopped',
      examinedBefore: 'how many bags had the bytes that an earlier run examined',
      catalogSha256: 'the digest of a sound catalog that agrees with all bags',
    },
  }),
  'canaries-checked': of('a run that decodes tested the samples that ship with longplay'),
  'decoders-compared': of('a decoder has changed, and a sample of each stratum was compared'),
  'sample-drawn': of(
    'before a [random sample](../how-to/statement.md#a-random-sample) is decoded (`verify --sample`): how many recordings were `asked` for and `drawn`',
    {
      members: {
        'size, root': 'the state of the log that gives the `seed`',
        population: 'the number of recordings with sound',
        'populationSha256, drawnSha256': 'SHA-256 of the ids of all these recordings, and of those drawn',
      },
    },
  ),
  'sample-decoded': of('the result of a `sample-drawn`, in total and by stratum. A draw without this entry did not finish', {
    members: {
      played: 'how many recordings were played',
      otherwise: 'how many of these with slightly different samples',
      failed: 'how many failed',
      untried: 'how many could not be tried',
    },
  }),
} as const;
