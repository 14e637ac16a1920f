import { counted } from '../../core/words/quantity.ts';
import type { FollowState } from '../../pipeline/follow/follow-recorder.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Ending } from '../report/run-command.ts';
import { bytes, duration, shellWord } from '../report/units.ts';
import { differenceLines } from './alarms.ts';

/** Words the end of a follow run. A stop is the usual end and no failure; the exit code depends on what is still open. */
export function followed(state: FollowState, into: string): Ending {
  const { rounds, bags, imported, amended, notImported, held, waiting, pending, silent, failing, alarms, faults } = state;
  const isOpen = Object.keys(alarms).length > 0 || silent;
  const exitCode = faults > 0 ? exitCodes.integrity : failing ? exitCodes.incomplete : isOpen ? exitCodes.partly : exitCodes.well;
  const lines = [
    `Followed in ${counted(rounds, 'round')}: imported ${counted(imported, 'recording')} in ${counted(bags, 'bag')}, ${bytes(state.bytes)} of originals, ${duration(state.audioMs)} of audio.`,
    ...(amended > 0 ? [`Described ${counted(amended, 'archived recording')} again.`] : []),
    ...(notImported > 0 ? [`${counted(notImported, 'attempt')} to import a recording failed; each is listed above.`] : []),
    `Not imported yet: ${counted(pending, 'finished file')}, ${counted(held, 'file')} held back, ${counted(waiting, 'recording')} without row or audio. The same command continues.`,
    ...(silent ? ['No recording was finished within the expected period.'] : []),
    ...(faults > 0 ? ['The archive has lost bags or entries of its log; they are named above.'] : []),
    ...(failing ? ['The last attempt FAILED; its reason is above.'] : []),
    ...(exitCode === exitCodes.partly ? differenceLines({ open: alarms, accepted: [] }) : []),
    `Next: longplay verify ${shellWord(into)}`,
  ];
  return {
    exitCode,
    facts: { follow: true, ...state },
    text: lines.join('\n'),
  };
}
