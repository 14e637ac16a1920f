import { faultOf } from '../../core/page/call-fault.ts';
import type { CallDetail, DataSource } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import type { GivenFiles } from './given-files.ts';
import { type Player, sha256Of } from './player.ts';
import type { Sound } from './sounds.ts';

/** What is known about the files of a call, and how to learn more. */
export interface FixityContext {
  readonly detail: Pick<CallDetail, 'row' | 'verified' | 'notes'>;
  /** Null: no server compares files before it sends them. */
  readonly refusal: DataSource['refusal'] | null;
  readonly given: GivenFiles;
}

/** Shows beside a player whether the audio that is played is the archived audio. */
export interface FixityView {
  readonly element: HTMLElement;
  /** Returns why the audio could not be played. */
  failed(address: string): Promise<string>;
}

/** Shows known faults before playing; null: none. */
export function faultBanner({ row, verified }: FixityContext['detail'], wording: Wording): HTMLElement | null {
  const fault = row.fault ?? faultOf(verified, row.id);
  if (fault === null) return null;
  const replicas = verified?.replicas ?? [];
  const next = replicas.length === 0 ? wording.text('faultNext') : wording.text('faultRepair', { replicas: replicas.join(', ') });
  return h('p', { class: 'banner fault', role: 'alert' }, `${wording.valued('faultSaid', fault)} ${next}`);
}

/** Creates the view. @param stop prevents playing audio that differs from the archived one */
export function createFixityView(
  sound: Sound,
  { detail, refusal, given }: FixityContext,
  player: Player,
  wording: Wording,
  stop: () => void,
): FixityView {
  const { stored } = sound;
  const { row, verified } = detail;
  const text = wording.text;
  const file = stored.path;
  const said = h('p', { class: 'soft', role: 'status' });
  const tell = (words: string, kind: 'soft' | 'good' | 'bad'): void => {
    said.textContent = words;
    said.className = kind;
  };
  if (refusal !== null && refusal !== undefined) {
    tell(text('fixityServer'), 'soft');
    return {
      element: h('div', { class: 'fixity' }, said),
      failed: async (address) => {
        const why = await refusal(address);
        if (why !== null) tell(why, 'bad');
        return why ?? text('playFailed', { file });
      },
    };
  }
  const compare = async (): Promise<void> => {
    const found = given.find(row.id, file);
    if (found === null) return;
    if (found === 'lost' || found.size !== stored.sizeBytes || (await sha256Of(found)) !== stored.sha256) {
      stop();
      tell(text(found === 'lost' ? 'fixityLost' : 'fixityAltered', { file }), 'bad');
      return;
    }
    player.takeBytes(found);
    tell(text('fixityOk', { file }), 'good');
  };
  const input = h('input', { type: 'file', webkitdirectory: true, 'aria-label': text('fixityChoose') });
  input.addEventListener('change', () => {
    given.take(input.files ?? []);
    if (given.find(row.id, file) === null) tell(text('fixityElsewhere', { bag: row.bag }), 'bad');
    else void compare();
  });
  const moment = verified == null ? null : momentOf(verified.time, wording);
  const last =
    moment === null
      ? text('verifiedNever', { bag: row.bag })
      : text(verified?.verdict === 'ok' ? 'fixityLastOk' : verified?.verdict === 'repaired' ? 'fixityRepaired' : 'fixityLastFaults', {
          time: `${moment.text} ${moment.zone}`,
        });
  tell(last, verified == null || verified.verdict === 'repaired' ? 'soft' : verified.verdict === 'ok' ? 'good' : 'bad');
  void compare();
  return {
    element: h(
      'div',
      { class: 'fixity' },
      said,
      h('details', {}, h('summary', {}, text('fixityFolder')), h('p', {}, text('fixityHow', { bag: row.bag })), input),
    ),
    failed: () => Promise.resolve(text('playFailedFile', { file })),
  };
}
