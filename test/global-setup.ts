import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds once before all tests: the command line and the worker threads run as compiled JavaScript. Signing keys stay out of the tester's own folder. */
export function setup(): () => void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.json`], { stdio: 'inherit' });
  // The page for browsers, as `npm run build` makes it.
  const page = ['src/page/main.ts', '--format', 'iife', '--file', 'dist/src/page/page.js', '--log-level', 'silent'];
  execFileSync(process.execPath, [`${root}/node_modules/rolldown/bin/cli.mjs`, ...page], { cwd: root, stdio: 'ignore' });
  copyFileSync(`${root}/src/page/page.css`, `${root}/dist/src/page/page.css`);
  const keys = mkdtempSync(join(tmpdir(), 'longplay-keys-'));
  process.env.LONGPLAY_KEYS = keys;
  return () => rmSync(keys, { recursive: true, force: true });
}
