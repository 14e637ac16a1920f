/** Makes a RIFF WAVE of 8 kHz, mono, 16 bits (Multimedia Programming Interface 1.0, "WAVE"). @param stated bytes of audio that the header states; the true number if absent */
export function wave(audioBytes: number, stated = audioBytes): Uint8Array {
  const bytes = Buffer.alloc(44 + audioBytes);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + stated, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  for (const [at, value] of [1, 1, 8_000, 0, 16_000, 0, 2, 16].entries()) bytes.writeUInt16LE(value, 20 + 2 * at);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(stated, 40);
  for (let at = 44; at + 1 < bytes.length; at += 2) bytes.writeInt16LE(Math.round(8_000 * Math.sin(at / 7)), at);
  return bytes;
}
