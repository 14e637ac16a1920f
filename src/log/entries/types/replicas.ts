import { of } from './meaning.ts';

/** Entries of replicas, repairs and further digests. */
export const replicaEntries = {
  'replica-added': of('a [replica](../how-to/replicas.md) was registered: name, path, medium, period', {
    members: { lockedUntil: 'the last day on which nothing can be deleted from its medium' },
    beside: '`reason` why the copies of an open archive may be on such a medium',
  }),
  'replica-moved': of('a replica was moved: from here on it is at another path'),
  'replica-removed': of('a replica was removed from the register; its files stay'),
  'bag-copied': of('a bag was copied to a replica, and read there again'),
  'bag-repaired': of('a bag was restored from a copy'),
  'file-repaired': of('a file was restored from a copy'),
  'drill-finished': of('bags were restored from a copy and judged by third-party programs: how many, and how many failed'),
  'rehash-intended': of('before a bag gets [a further digest](archive-format.md#when-a-digest-ages): the digests of its new manifests'),
  'bag-rehashed': of('a bag got the further digest'),
  'rehash-withdrawn': of('the bag will not get the digest (`rehash --withdraw`): it is unchanged, and an announcement before this entry is void', {
    beside: '`reason`',
  }),
} as const;
