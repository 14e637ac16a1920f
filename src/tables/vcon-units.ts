import { type Json, objectsOf } from './vcon-document.ts';

/** A dialog of a vCon, with the name under which its audio is extracted (src/source/members/vcon.ts), e.g. `dialog-0`. */
export type VconSound = Json & { readonly inside: string };

/** The dialogs of a vCon that become one recording. */
export interface VconUnit {
  /** End of the recording's key, after the key of the vCon: `#` and the index of a dialog, `#text`, or `#sound`. */
  readonly suffix: string;
  /** Indices of its dialogs in `soundsOf`. */
  readonly members: readonly number[];
  /** Index of the recording set; null: it is no set. */
  readonly set: number | null;
}

/** Returns true if a dialog has, or had, audio. In the first drafts a dialog had no type. */
export function isRecording({ type }: Json): boolean {
  return type === 'recording' || type === undefined;
}

/** Returns the dialogs of a vCon, and after them the audio that longplay exports as an analysis because it cannot be a dialog. */
export function soundsOf({ dialog, analysis }: Json): readonly VconSound[] {
  const sounds = objectsOf(analysis).flatMap(({ vendor, schema, filename, mediatype, url, content_hash, bodyChars }, index) =>
    vendor === 'longplay' && schema === 'sound'
      ? [{ type: 'recording', filename, mediatype, url, content_hash, bodyChars, inside: `analysis-${index}` }]
      : [],
  );
  return [...objectsOf(dialog).map((one, index) => ({ ...one, inside: `dialog-${index}` })), ...sounds];
}

/**
 * Assigns the dialogs of a vCon to recordings: each recording set, single recording and failed call is one; all mails and messages together are one. Each
 * dialog is in at most one.
 */
export function unitsOfDialogs(dialogs: readonly VconSound[]): readonly VconUnit[] {
  const units: VconUnit[] = [];
  const inSets = new Set<number>();
  for (const [index, dialog] of dialogs.entries()) {
    if (dialog.type !== 'recording-set') continue;
    const members = [dialog.recordings]
      .flat()
      .filter((one): one is number => typeof one === 'number' && isRecording(dialogs[one] ?? { type: '' }) && !inSets.has(one));
    for (const one of members) inSets.add(one);
    units.push({ suffix: `#${index}`, members, set: index });
  }
  for (const [index, dialog] of dialogs.entries())
    if ((isRecording(dialog) && !inSets.has(index) && dialog.inside.startsWith('dialog-')) || dialog.type === 'incomplete')
      units.push({ suffix: `#${index}`, members: [index], set: null });
  // E-mails and messages have no audio, whatever their number.
  const texts = dialogs.flatMap(({ type }, index) => (type === 'text' ? [index] : []));
  if (texts.length > 0) units.push({ suffix: '#text', members: texts, set: null });
  // Audio of one recording whose start in UTC is unknown.
  const undated = dialogs.flatMap(({ inside }, index) => (inside.startsWith('analysis-') ? [index] : []));
  if (undated.length > 0) units.push({ suffix: '#sound', members: undated, set: null });
  return units;
}
