import { spawnSync } from 'node:child_process';

/** Makes a folder and everything in it unchangeable, as write-once storage does: immutable for root, without write permission for others. */
export function freeze(folder: string): Disposable {
  const [program, on, off] = process.getuid?.() === 0 ? ['chattr', '+i', '-i'] : ['chmod', 'a-w', 'u+w'];
  const change = (how: string): boolean => spawnSync(program, ['-R', how, folder], { stdio: 'ignore' }).status === 0;
  if (!change(on)) {
    change(off);
    throw new Error(`${program} ${on} does not work for ${folder}`);
  }
  return { [Symbol.dispose]: () => void change(off) };
}

/** Reason why nothing can be frozen below a folder; null if it can. */
export function unfreezable(folder: string): string | null {
  try {
    freeze(folder)[Symbol.dispose]();
    return null;
  } catch (error) {
    return String(error);
  }
}
