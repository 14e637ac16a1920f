import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Call, readCalls, type Strike, type Trap } from './trap.ts';

/** Copies of a folder that the trap makes before some calls, and in the middle of some writes: the state that a process killed there leaves. */
export interface Copies {
  readonly from: string;
  /** A folder that is created; the copies are named after the calls: `3`, `3-torn`. */
  readonly to: string;
  readonly before: readonly number[];
  readonly torn: readonly number[];
}

/** Tells a process under the trap, while it runs, the effect on its next calls. */
export interface TrapControl {
  /** Environment of the process. @param roots folders below which calls are counted */
  env(roots: readonly string[]): Readonly<Record<string, string>>;
  /** Restarts counting calls at 1. @param within folders below the roots in which alone calls are counted; all of the roots if absent */
  next(strike?: Strike, copies?: Copies, within?: readonly string[]): void;
  /** The calls since then. */
  calls(): readonly Call[];
}

/** @param scratch folder for its files, outside of the watched folders */
export function createTrapControl(trap: Trap, scratch: string): TrapControl {
  mkdirSync(scratch, { recursive: true });
  const control = join(scratch, 'control');
  const list = join(scratch, 'calls');
  let number = 0;
  const next: TrapControl['next'] = ({ at, meets, act, every } = {}, copies, within) => {
    rmSync(list, { force: true });
    if (copies !== undefined) mkdirSync(copies.to, { recursive: true });
    const { TRAP_ACT = '', TRAP_MEETS } = trap.env([], '', { ...(act === undefined ? {} : { act }), ...(meets === undefined ? {} : { meets }) });
    const lines = {
      TRAP_RUN: String(++number),
      TRAP_LIST: list,
      ...(within === undefined ? {} : { TRAP_WITHIN: within.join(':') }),
      ...(at === undefined ? {} : { TRAP_AT: String(at), TRAP_ACT, TRAP_ON: every === true ? 'every' : 'one' }),
      ...(TRAP_MEETS === undefined ? {} : { TRAP_MEETS, TRAP_ACT }),
      ...(copies === undefined
        ? {}
        : { TRAP_COPY_FROM: copies.from, TRAP_COPY_TO: copies.to, TRAP_COPY: `,${copies.before.join()},`, TRAP_TORN: `,${copies.torn.join()},` }),
    };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(control, text.join(''));
  };
  next();
  return {
    env: (roots) => {
      const { LD_PRELOAD = '', TRAP_ROOTS = '' } = trap.env(roots, list);
      return { LD_PRELOAD, TRAP_ROOTS, TRAP_CONTROL: control };
    },
    next,
    calls: () => readCalls(list),
  };
}
