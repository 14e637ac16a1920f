import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { SoundSpan } from '../../core/time/wave-span.ts';
import type { Wording } from '../base/wording.ts';
import type { Player } from './player.ts';
import { type SaveRegion, saveFromHere, saveFromServer } from './save-region.ts';
import type { Sound } from './sounds.ts';
import { cutWav } from './wav-span.ts';

/** How a selected part is saved: from an address; `here`: in the browser; null: not at all. */
export type Outlet = ((file: string, span: SoundSpan) => string) | 'here' | null;

/** Creates the control that saves a selected part. Null: this audio cannot be cut, or this user may not export. */
export function saveControl(
  { stored, cut }: Sound,
  {
    document,
    player,
    outlet,
    wording,
    tell,
    ask,
  }: {
    readonly document: RecordingDocument;
    readonly player: Player;
    readonly outlet: Outlet;
    readonly wording: Wording;
    readonly tell: (words: string) => void;
    readonly ask: () => void;
  },
): SaveRegion | null {
  if (cut === null || outlet === null || (outlet === 'here' && cut.isByServer === true)) return null;
  if (outlet !== 'here') return saveFromServer((span) => outlet(stored.path, span), wording);
  return saveFromHere(async (span) => {
    const file = player.given();
    if (file === null) {
      tell(wording.text('regionNeedsFile', { file: stored.path }));
      ask();
      return null;
    }
    const made = await cutWav(file, cut, span).catch(() => 'inexact' as const);
    if (typeof made === 'string') {
      tell(wording.text(made === 'long' ? 'regionLong' : 'regionInexact', { file: stored.path }));
      return null;
    }
    tell(wording.text('regionSaved'));
    return { name: `${document.recordingId}-${stored.path.replace(/\.[^.]*$/, '')}-${span.fromMs}-${span.toMs}.wav`, bytes: made };
  }, wording);
}
