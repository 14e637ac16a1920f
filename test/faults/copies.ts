import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, type Run } from '../cli/rig.ts';
import type { SealedRig } from '../cli/sealed/sealed-rig.ts';
import { readCalls, type Strike, type Trap } from './trap.ts';

/** Copies of an archive, each with keys and a keyring of its own, in which runs are killed. */
export interface Copies {
  /** Copies archive, keys and keyring, whose copies are beside it. @param from `before`, or the name of a copy @returns the name */
  copy(from: string, name: string): string;
  run(name: string, args: readonly string[]): Promise<Run>;
  /** Runs the program with the trap. @returns also the number of calls that write */
  trapped(name: string, args: readonly string[], strike?: Strike): Promise<Run & { readonly calls: number }>;
}

/** Makes copies of the archive `before` of a rig. */
export function copiesOf(rig: SealedRig, trap: Trap): Copies {
  const envOf = (name: string): Record<string, string> => ({
    LONGPLAY_KEYS: rig.path(`${name}-keys`),
    LONGPLAY_KEYRING: rig.path(`${name}-keyring`),
  });
  return {
    copy(from, name) {
      const own = from === 'before' ? '' : `${from}-`;
      cpSync(rig.path(from), rig.path(name), { recursive: true, preserveTimestamps: true });
      cpSync(from === 'before' ? rig.keys : rig.path(`${from}-keys`), rig.path(`${name}-keys`), { recursive: true });
      // For this machine the copy is another place.
      rmSync(rig.path(`${name}-keys/places`), { recursive: true, force: true });
      for (const one of ['keyring', 'keyring-copy']) {
        const to = rig.path(`${name}-${one}`);
        cpSync(rig.path(`${own}${one}`), to, { recursive: true });
        const text = readFileSync(join(to, 'keyring.json'), 'utf8');
        writeFileSync(join(to, 'keyring.json'), text.replaceAll(`${rig.folder}/${own}keyring`, `${rig.folder}/${name}-keyring`));
      }
      return name;
    },
    run: (name, args) => rig.run(args, { env: envOf(name) }),
    async trapped(name, args, strike) {
      const list = rig.path(`${name}-calls`);
      const watched = [name, `${name}-keys`, `${name}-keyring`, `${name}-keyring-copy`].map((one) => rig.path(one));
      const env = { ...process.env, ...envOf(name), ...trap.env(watched, list, strike) };
      const struck = await rig.exec(process.execPath, [cli, ...args], rig.folder, env);
      const { length } = readCalls(list);
      rmSync(list, { force: true });
      return { ...struck, calls: length };
    },
  };
}
