import type { Sample } from './make-samples.ts';
import { nmfCall, nmfFile } from './nmf-builder.ts';
import { pack, randomBytes, voice } from './wave-builder.ts';

/** Packet files of recorders. */
export function packetFileSamples(): readonly Sample[] {
  const speech = voice(4000);
  const sample = (name: string, codec: string, bytes: Uint8Array, findings: readonly string[] = [], state: Sample['state'] = 'ok'): Sample => ({
    name,
    bytes,
    format: 'nmf',
    codec,
    state,
    findings,
  });
  const [mulaw, alaw] = [pack(speech, 'mulaw'), pack(speech, 'alaw')];
  return [
    sample('nice-mulaw.nmf', 'mulaw', nmfFile(nmfCall([mulaw], 7))),
    sample('nice-two-sides-with-a-gap.nmf', 'alaw', nmfFile(nmfCall([alaw, alaw.subarray(800, 2400)], 3, 0.5).filter((_, at) => at !== 3)), ['F365']),
    sample('nice-unknown-compression.nmf', 'unknown', nmfFile(nmfCall([randomBytes(2000, 4)], 4))),
    sample('nice-cut.nmf', 'mulaw', nmfFile(nmfCall([mulaw], 7)).subarray(0, 3000), ['F363', 'F364'], 'truncated'),
  ];
}
