import { objectOf, readVcon, type VconDocument } from './vcon-document.ts';
import type { SkimmedJson } from './vcon-skim.ts';

/**
 * Reads a vCon from which long bodies were left out, with the result of `readVcon` for the whole document. Null if too much is missing: the payload of a
 * signed vCon is compressed or not plain base64, or a vCon that is neither signed nor encrypted has a long member `payload` or `ciphertext`.
 * @param text the skimmed JSON, decoded
 */
export function readSkimmed(text: string, { payload, missing, isEnvelopeCut }: SkimmedJson): VconDocument | null {
  const json = payload?.json ?? null;
  let isClosed = false;
  const document = readVcon(text, 'left-out', () => {
    isClosed = json === null || json.isEnvelopeCut;
    return json === null ? null : Buffer.from(json.text, 'latin1').toString('utf8');
  });
  if (isClosed || (document.form === 'unsigned' && isEnvelopeCut)) return null;
  const lists = document.form === 'signed' ? json?.missing : missing;
  return lists === undefined || document.form === 'encrypted' ? document : { ...document, vcon: withMissing(document.vcon, lists) };
}

/** Adds the characters that were left out to the lengths of bodies. */
function withMissing(vcon: VconDocument['vcon'], lists: SkimmedJson['missing']): VconDocument['vcon'] {
  const whole: Record<string, unknown> = { ...vcon };
  for (const [name, chars] of Object.entries(lists)) {
    const list = vcon[name];
    if (!Array.isArray(list)) continue;
    whole[name] = list.map((one: unknown, index) => {
      const { bodyChars } = objectOf(one);
      return chars.has(index) && typeof bodyChars === 'number' ? { ...objectOf(one), bodyChars: bodyChars + (chars.get(index) ?? 0) } : one;
    });
  }
  return whole;
}
