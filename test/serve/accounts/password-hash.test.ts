import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { hashPassword, isPassword, parsePasswordHash, unfitting } from '../../../src/serve/accounts/password-hash.ts';

test('a password matches its own hash in either Unicode form, and no other does', async () => {
  const hash = parsePasswordHash(await hashPassword('räksmörgås'));
  if (hash === null) throw new Error('our own hash is not read');
  expect(await isPassword('räksmörgås', hash)).toBe(true);
  expect(await isPassword('räksmörgås'.normalize('NFD'), hash)).toBe(true);
  for (const other of ['raksmorgas', 'räksmörgås ', '']) expect(await isPassword(other, hash)).toBe(false);
});

test('two hashes of one password differ', async () => {
  expect(await hashPassword('a')).not.toBe(await hashPassword('a'));
});

test("Python's scrypt gives the same key for the same line", async () => {
  const line = await hashPassword('correct horse');
  const program = [
    'import base64, hashlib, re, sys',
    "m = re.fullmatch(r'\\$scrypt\\$ln=(\\d+),r=(\\d+),p=(\\d+)\\$([^$]+)\\$([^$]+)', sys.argv[1])",
    "d = lambda t: base64.b64decode(t + '=' * (-len(t) % 4))",
    "k = hashlib.scrypt(b'correct horse', salt=d(m[4]), n=2**int(m[1]), r=int(m[2]), p=int(m[3]), maxmem=1<<27, dklen=32)",
    'print(k == d(m[5]))',
  ].join('\n');
  const judged = spawnSync('python3', ['-c', program, line], { encoding: 'utf8' });
  expect(judged.stdout, judged.stderr).toBe('True\n');
});

test('a line with too small or too large parameters is refused', () => {
  const tail = `$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  expect(parsePasswordHash(`$scrypt$ln=15,r=8,p=3${tail}`)).not.toBeNull();
  const bad = ['ln=10,r=8,p=1', 'ln=18,r=8,p=1', 'ln=17,r=16,p=1', 'ln=15,r=1,p=1', 'ln=15,r=8,p=0', 'ln=15,r=8,p=99', 'ln=15,r=8', 'ln=-15,r=8,p=1'];
  for (const parameters of bad) expect(parsePasswordHash(`$scrypt$${parameters}${tail}`), parameters).toBeNull();
  for (const line of ['', 'secret', '$2b$12$abc', `$scrypt$ln=15,r=8,p=3$$${'A'.repeat(43)}`, `$scrypt$ln=15,r=8,p=3$${'A'.repeat(22)}$AAAA`])
    expect(parsePasswordHash(line), line).toBeNull();
});

test('nothing matches the hash for unknown users, which costs the same as another', async () => {
  const hash = parsePasswordHash(await hashPassword('a'));
  const nobody = unfitting(hash);
  expect(nobody).toMatchObject({ ln: hash?.ln, r: hash?.r, p: hash?.p });
  for (const password of ['a', '']) expect(await isPassword(password, nobody)).toBe(false);
});
