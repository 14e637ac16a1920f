import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasShared, int16Of, run, shared } from './codecs/judges.ts';

const folders = [
  'debian_asterisk-core-sounds-en-wav',
  'debian_asterisk-prompt-de',
  'debian_asterisk-prompt-es-co',
  'debian_asterisk-prompt-fr-armelle',
  'debian_asterisk-prompt-it-menardi-wav',
] as const;

/** Recorded prompts beside the project, as samples of 8000 Hz; none if they are absent. */
export function prompts(): readonly (readonly [name: string, samples: Int16Array])[] {
  if (!hasShared) return [];
  return folders.flatMap((folder) =>
    readdirSync(join(shared, folder))
      .filter((name) => /\.(wav|gsm)$/.test(name))
      .sort()
      .map((name) => [`${folder}/${name}`, int16Of(run('sox', ['-D', join(shared, folder, name), '-t', 's16', '-']))] as const),
  );
}

/** `count` windows distributed over coded bytes, each from a multiple of `step` bytes; all if there are few. */
export function windowsOf(bytes: Uint8Array, count: number, size: number, step: number): readonly Uint8Array[] {
  if (bytes.length <= count * size) return [bytes];
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor(((bytes.length - size) * i) / (count - 1) / step) * step;
    return bytes.subarray(at, at + size);
  });
}
