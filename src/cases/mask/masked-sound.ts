import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { toolName } from '../../core/base/version.ts';
import { rolesOfChannels } from '../../core/model/channel-roles.ts';
import type { Measurement } from '../../core/model/measurement.ts';
import type { PartyRole } from '../../core/model/recording.ts';
import type { AccessCopy, RecordingDocument, StoredMedium } from '../../core/model/recording-document.ts';
import { copyChecked } from '../../pipeline/files/digested-file.ts';
import { isErasedAlone, openStoredFile } from '../../sealing/stored/stored-bytes.ts';
import type { Draft } from '../store/draft.ts';
import { type DecodeCopy, writeMuted } from './muted-copy.ts';

/**
 * How an access copy is handled. It is handed over unchanged, because it contains the data subject alone or others remain audible; handed over with others
 * muted; or left out, because it contains others only.
 */
export type SoundPlan =
  | { readonly do: 'hand-out'; readonly othersHeard: boolean }
  | { readonly do: 'mute'; readonly kept: ReadonlySet<number> }
  | { readonly do: 'leave-out' };

/** A document with the audio that may be handed over. */
export interface MaskedSound {
  readonly document: RecordingDocument;
  /** Base names of the copies that were made; they are in the draft. */
  readonly made: ReadonlySet<string>;
  /** True if a copy is handed over in which others are audible. */
  readonly othersHeard: boolean;
  /** Copies that were left out, because they contain others only or cannot be muted. */
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Decides how a copy is handled, from the recorder's statements on its channels.
 * @param roles the role on each channel
 * @param own roles of the data subject alone; null: the data subject took no part
 */
export function soundPlan(
  channels: number,
  roles: readonly { readonly index: number; readonly role: PartyRole }[],
  own: ReadonlySet<PartyRole> | null,
): SoundPlan {
  if (own === null) return { do: 'leave-out' };
  const known = rolesOfChannels(roles, channels);
  if (known.length < channels || channels === 0 || known.includes('unknown')) return { do: 'hand-out', othersHeard: true };
  const kept = new Set(known.flatMap((role, index) => (own.has(role) ? [index] : [])));
  if (kept.size === channels) return { do: 'hand-out', othersHeard: false };
  if (kept.size > 0) return { do: 'mute', kept };
  // If the data subject's own role is known, a single channel is the side of another person; otherwise it may be the data subject's.
  return own.size > 0 && channels === 1 ? { do: 'leave-out' } : { do: 'hand-out', othersHeard: true };
}

/**
 * Makes copies of a recording in which others are muted.
 * @param masked the masked document
 * @param folder absolute folder of the recording
 * @param at the recording's folder in the draft
 */
export async function maskSound(
  masked: RecordingDocument,
  own: ReadonlySet<PartyRole> | null,
  { folder, at, draft, decodeOpus }: { readonly folder: string; readonly at: string; readonly draft: Draft; readonly decodeOpus: DecodeCopy },
  signal: AbortSignal,
): Promise<MaskedSound> {
  const made = new Set<string>();
  const leftOut: { path: string; why: string }[] = [];
  let othersHeard = false;
  const copyOf = async (copy: AccessCopy, plan: SoundPlan): Promise<AccessCopy | null> => {
    if (plan.do === 'hand-out') {
      othersHeard ||= plan.othersHeard;
      return copy;
    }
    const muted =
      plan.do === 'leave-out' ? 'it contains only the voices of others' : await mutedOf(copy, plan.kept, { folder, at, draft, decodeOpus }, signal);
    if (typeof muted !== 'string') {
      made.add(muted.path);
      return muted;
    }
    leftOut.push({ path: copy.path, why: muted });
    return null;
  };
  const media: StoredMedium[] = [];
  for (const medium of masked.media) {
    if (medium.access === null) {
      media.push(medium);
      continue;
    }
    const plan = soundPlan(medium.access.channels, medium.channels, own);
    const access = await copyOf(medium.access, plan);
    const { measurement } = medium;
    const shown =
      plan.do === 'mute' && measurement !== null ? mutedMeasurement(measurement, plan.kept) : plan.do === 'leave-out' ? null : measurement;
    media.push({ ...medium, access, measurement: shown });
  }
  // Incoming audio is on the first channel and outgoing audio on the second, as in `RecordingDocument.joined`.
  const sides = (['in', 'out'] as const).flatMap((side, index) => {
    const [only, ...more] = masked.media.filter((medium) => medium.side === side).flatMap((medium) => medium.channels);
    return only === undefined || more.length > 0 ? [] : [{ index, role: only.role }];
  });
  const joined = masked.joined === null ? null : await copyOf(masked.joined, soundPlan(masked.joined.channels, sides, own));
  return { document: { ...masked, media, joined }, made, othersHeard, leftOut };
}

/** Makes a muted copy. @returns the copy, or the reason why it cannot be made */
async function mutedOf(
  copy: AccessCopy,
  kept: ReadonlySet<number>,
  { folder, at, draft, decodeOpus }: { readonly folder: string; readonly at: string; readonly draft: Draft; readonly decodeOpus: DecodeCopy },
  signal: AbortSignal,
): Promise<AccessCopy | string> {
  const path = `${copy.path.replace(/\.[^.]*$/, '')}-masked.wav`;
  const parent = draft.folderFor(`${at}/${path}`);
  const [whole, target] = [join(parent, `${copy.path}.whole`), join(parent, path)];
  if (isErasedAlone(folder, copy)) return 'it was erased';
  try {
    const wrong = copyChecked(() => openStoredFile(folder, copy), whole, { sha256: copy.sha256, sha512: copy.sha512 });
    if (wrong !== null) return `it is not as recorded, or not readable (${wrong.found.slice(0, 24)})`;
    if (!(await writeMuted({ from: whole, to: target, copy, kept }, decodeOpus, signal))) {
      rmSync(target, { force: true });
      return 'others cannot be muted in it: it does not decode as recorded, or is too long';
    }
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code !== 'M152') throw error;
    rmSync(target, { force: true });
    return 'others cannot be muted in it: neither libopus nor FFmpeg is here';
  } finally {
    rmSync(whole, { force: true });
  }
  const file = draft.take(`${at}/${path}`);
  const { decoded: _decoded, ...rest } = copy;
  const muted = Array.from({ length: copy.channels }, (_, index) => index).filter((index) => !kept.has(index));
  return { ...rest, ...file, path, format: 'wav', encoder: toolName, settings: `channels muted: ${muted.join(', ')}` };
}

/** Returns the measurement with levels and waveforms of muted channels set to silence. */
function mutedMeasurement(measurement: Measurement, kept: ReadonlySet<number>): Measurement {
  const { levels, peaks } = measurement;
  return {
    ...measurement,
    levels: levels.map((level, index) => (kept.has(index) ? level : { rmsDb: null, peakDb: null, clippedSamples: 0, silentShare: 1 })),
    peaks: {
      ...peaks,
      channels: peaks.channels.map((peak, index) => (kept.has(index) ? peak : Buffer.alloc(Buffer.from(peak, 'base64').length).toString('base64'))),
    },
  };
}
