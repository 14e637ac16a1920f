import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Format } from '../../src/core/model/format.ts';

const headerBytes = 12;

/** A container made up for test/toys: `TOYV`, rate and bytes of sound as u32 (low byte first), then mu-law. It represents a contributed format. */
export const toyv: Format = {
  id: 'toyv',
  title: 'Toy voice (TOYV)',
  extensions: ['.toyv'],
  mediaType: 'audio/x-toyv',
  grade: 'documented',
  facts: ['made up for the test that adds it'],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headerBytes, signal);
    if (head.length < headerBytes || String.fromCharCode(...head.subarray(0, 4)) !== 'TOYV') return null;
    const view = new DataView(head.buffer, head.byteOffset, headerBytes);
    const [sampleRateHz, stated] = [view.getUint32(4, true), view.getUint32(8, true)];
    const end = Math.min(bytes.size, headerBytes + stated);
    const findings: Finding[] = [];
    if (end < headerBytes + stated) findings.push(finding('F103', bytes.name, `${end - headerBytes} of ${stated} bytes of sound are there`));
    const answer = { format: toyv.id, confidence: 'signature', basis: 'TOYV at 0', findings } as const;
    if (end === headerBytes || sampleRateHz === 0) return { ...answer, tracks: [], state: 'header-only' };
    const sound = { codec: 'mulaw', codecName: 'mu-law in TOYV', sampleRateHz, channels: 1, bitsPerSample: 8, blockBytes: 1 };
    const track = { ...sound, frames: end - headerBytes, setup: null, spans: [[headerBytes, end]] } as const;
    return { ...answer, tracks: [track], state: findings.length > 0 ? 'truncated' : 'ok' };
  },
};
