import type { Finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, Group, NameValue, Party, Recording, TimeValue } from '../../src/core/model/recording.ts';

/** Facts about a recording from one sidecar. */
export interface SidecarDescription {
  /** `verint`: read by Verint's own elements; `flat`: read by names that mean the same nearly everywhere. */
  readonly family: 'verint' | 'flat';
  readonly sourceKeys: readonly NameValue[];
  readonly correlation: readonly NameValue[];
  /** When the call began, according to the switch. */
  readonly start: TimeValue | null;
  readonly answer: TimeValue | null;
  readonly end: TimeValue | null;
  /** When the audio begins. */
  readonly audioStart: TimeValue | null;
  readonly duration: Recording['durationDeclared'];
  readonly direction: Recording['direction'];
  readonly parties: readonly Party[];
  readonly org: readonly NameValue[];
  readonly events: readonly CallEvent[];
  readonly group: Group | null;
  readonly quality: readonly NameValue[];
  readonly extra: readonly NameValue[];
  readonly findings: readonly Finding[];
  /** When the recorder last changed the sidecar, according to the sidecar. */
  readonly updated: TimeValue | null;
  /** Declared size of the audio in bytes, or null. */
  readonly declaredBytes: number | null;
}
