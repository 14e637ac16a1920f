import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Build, run } from './build.ts';

/** Folder below share in which each shell of Debian looks for completions of packages. */
const completions = {
  bash: 'bash-completion/completions/longplay',
  zsh: 'zsh/vendor-completions/_longplay',
  fish: 'fish/vendor_completions.d/longplay.fish',
} as const;

/** Writes the manual pages and the completions, which the program itself prints, to a folder laid out like /usr/share. */
export function writeManual(build: Build, share: string): void {
  const program = join(build.root, 'dist/bin/longplay.js');
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(build.epoch), LC_ALL: 'C.UTF-8' };
  run(process.execPath, [program, 'man', '--out', join(share, 'man/man1')], { env });
  for (const [shell, file] of Object.entries(completions)) {
    mkdirSync(dirname(join(share, file)), { recursive: true });
    writeFileSync(join(share, file), run(process.execPath, [program, 'completion', shell], { env }));
  }
}
