import { caseEntries } from './types/cases.ts';
import { erasureEntries } from './types/erasure.ts';
import { importEntries } from './types/imports.ts';
import { keyAndStampEntries } from './types/keys-and-stamps.ts';
import type { EntryMeaning } from './types/meaning.ts';
import { replicaEntries } from './types/replicas.ts';
import { retentionEntries } from './types/retention.ts';
import { sealingEntries } from './types/sealing.ts';
import { servingEntries } from './types/serving.ts';
import { verificationEntries } from './types/verification.ts';

/** All types of entries by section, as in docs/reference/log-entries.md. */
export const entrySections = {
  Imports: importEntries,
  Verification: verificationEntries,
  'The log, its keys and its time stamps': keyAndStampEntries,
  'Replicas, repairs and further digests': replicaEntries,
  'Cases, notes and exports': caseEntries,
  'Retention and legal holds': retentionEntries,
  Sealing: sealingEntries,
  Erasure: erasureEntries,
  'Serve and its users': servingEntries,
} as const satisfies Readonly<Record<string, Readonly<Record<string, EntryMeaning>>>>;

/** All types of entries. */
export const entryTypes = {
  ...importEntries,
  ...verificationEntries,
  ...keyAndStampEntries,
  ...replicaEntries,
  ...caseEntries,
  ...retentionEntries,
  ...sealingEntries,
  ...erasureEntries,
  ...servingEntries,
} as const satisfies Readonly<Record<string, EntryMeaning>>;

/** A type of entry. */
export type EntryType = keyof typeof entryTypes;
