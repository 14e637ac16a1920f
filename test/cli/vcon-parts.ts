/** Encodes a body as base64url. */
export const url = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

/** A second of a tone as WAVE, 8 kHz, 16 bit. */
export function tone(hz: number): Buffer {
  const samples = Buffer.alloc(16_000);
  for (let at = 0; at < 8_000; at++) samples.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hz * at) / 8_000)), at * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** A dialog of a vCon with a tone of one second. @param parties indices of its parties */
export const sound = (start: string, parties: readonly number[], hz: number) => ({
  type: 'recording',
  start,
  duration: 1,
  parties,
  mediatype: 'audio/x-wav',
  encoding: 'base64url',
  body: url(tone(hz)),
});
