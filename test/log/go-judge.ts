import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder in which Debian installs the sources of golang.org/x/mod (golang-golang-x-mod-dev). */
const sources = '/usr/share/gocode';

/** True if Go and its implementation of these formats are installed; `bin/setup --tests` installs both. */
export const hasGoJudge = spawnSync('go', ['version']).status === 0 && existsSync(join(sources, 'src/golang.org/x/mod/sumdb/tlog'));

/** Go's compiled standard library, which takes 20 s of CPU time: kept for the other workers and for the next run. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/go-build', import.meta.url));

let built: string | null = null;

function program(): string {
  if (built !== null) return built;
  const folder = mkdtempSync(join(tmpdir(), 'longplay-judge-'));
  cpSync(fileURLToPath(new URL('judge/judge.go', import.meta.url)), join(folder, 'judge.go'));
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: sources, GOFLAGS: '', GOCACHE: cache, GOPROXY: 'off' };
  const { status, stderr } = spawnSync('go', ['build', '-o', join(folder, 'judge'), 'judge.go'], { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the judge does not build: ${stderr}`);
  built = join(folder, 'judge');
  return built;
}

/** Verdict of golang.org/x/mod/sumdb: `RIGHT …` or `WRONG …`. */
export function goJudge(...args: readonly string[]): string {
  return spawnSync(program(), [...args], { encoding: 'utf8' }).stdout.trim();
}
